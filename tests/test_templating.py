"""What a page shows of a value is what Jinja alone would show."""

from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment
from markupsafe import Markup

from tests.databases import app_without_data

texts = st.text(st.characters(exclude_categories=("Cs",)))
values = st.one_of(texts, texts.map(Markup), st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False))
PAGE = """{% macro part(x) %}<i>{{ x }}</i>{% endmacro %}{% set kept %}{{ value }}{% endset %}
{{ value }}|{{ value|e }}|{{ part(value) }}|{{ kept }}|{{ value ~ "<" }}|{{ "<b>" }}"""


def rendered(environment: Environment, value: object) -> str:
    return environment.from_string(PAGE).render(value=value)


plain = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
ours = app_without_data().jinja_env


@given(values)
def test_a_value_is_shown_as_jinja_shows_it(value):
    assert rendered(ours, value) == rendered(plain, value)


def test_the_hook_that_it_leans_on_is_used():
    assert "environment.shown(" in str(ours.compile(PAGE, raw=True))


def test_a_template_that_switches_escaping_off_is_left_to_jinja():
    text = "{% autoescape false %}{{ value }}{% endautoescape %}{{ value }}"
    assert ours.from_string(text).render(value="<") == "<&lt;"


def test_the_globals_of_a_template_are_those_of_all():
    page = ours.from_string("{{ show_count(123456) }}")
    assert page.globals is ours.globals and page.render() == "1,23,456"
    assert ours.from_string("{{ more }}{{ show_count(1) }}", globals={"more": 2}).render() == "21"
    assert "more" not in ours.globals


def test_blocks_and_included_templates_are_what_jinja_makes_of_them():
    parts = {
        "frame": "<{% block head %}frame{% endblock %}|{% block main %}{% endblock %}>",
        "page": "{% extends 'frame' %}{% block head %}{{ super() }} of page{% endblock %}"
        "{% block main %}{% for n in rows %}{% include '_row' %}{% endfor %}{{ self.head() }}{% endblock %}",
        "_row": "{% set twice = n * 2 %}{{ n }},{{ twice }};{% for x in 'ab' %}{{ x }}{% endfor %}",
    }
    made = [kind.overlay(loader=DictLoader(parts)).get_template("page") for kind in (ours, plain)]
    assert made[0].render(rows=[1, 2]) == made[1].render(rows=[1, 2])
    assert len(list(made[0].generate(rows=[1, 2]))) < 8 < len(list(made[1].generate(rows=[1, 2])))
