"""Variables in words: which there are, what is text, and what happens with values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from cms.db import db
from cms.errors import RuleError
from cms.models import MessageTemplate
from cms.wordings.rules import EVENTS, EXAMPLES, ORIGINALS, VARIABLES, check_words, fill, names_in, subject_line


@pytest.mark.parametrize("text", ["{", "}", "{}", ":-{ }", "{7*7}", "{{7*7}}", "{ }", "{1}", "a { b", "{%x%}", "{–}"])
def test_a_brace_alone_or_around_no_name_is_text(text):
    assert fill(text, {}) == text


@pytest.mark.parametrize(
    "typed, said",
    [
        ("{custmer}", "There is no variable {custmer}; did you mean {customer}?"),
        ("{Order No}", "There is no variable {Order No}; did you mean {order}?"),
        ("{return state}", "There is no variable {return state}; did you mean {return_state}?"),
        ("{xyzzy}", "There is no variable {xyzzy}; take one of the list, or leave the braces out"),
    ],
)
def test_a_variable_that_there_is_not_is_named_with_the_nearest(typed, said):
    with pytest.raises(RuleError) as error:
        check_words(f"Hello {typed}", "body")
    assert (error.value.message, error.value.field) == (said, "body")


def test_capitals_and_gaps_around_a_name_do_not_matter():
    assert fill("{ Customer }{SHOP}", {"customer": "A", "shop": "B"}) == "AB"


def test_a_variable_without_a_value_is_refused():
    with pytest.raises(RuleError, match=r"no value for \{due\}"):
        fill("{due}", {})


@given(st.dictionaries(st.sampled_from(sorted(VARIABLES)), st.text(), min_size=12, max_size=12), st.text())
def test_a_value_is_put_in_once_and_never_read_as_words(values, between):
    between = between.replace("{", "(")
    words = between.join("{" + name + "}" for name in values)
    assert fill(words, values) == between.join(values.values())


@given(st.text())
def test_any_text_is_filled_or_refused_in_words(text):
    try:
        assert isinstance(fill(text, EXAMPLES), str)
    except RuleError as error:
        assert error.message.startswith("There is no variable")


@given(st.text())
def test_a_subject_is_one_line_of_at_most_200(text):
    line = subject_line(text)
    assert len(line) <= 200 and not set(line) & {"\r", "\n", "\x0b", "\u2028"}


def test_every_event_has_its_original_words_and_they_are_the_seeds(app):
    seeds = {row.event: (row.subject, row.body) for row in db.session.scalars(select(MessageTemplate))}
    assert seeds == dict(ORIGINALS) and set(EVENTS) == set(ORIGINALS)
    assert names_in(*(text for words in ORIGINALS.values() for text in words)) == set(VARIABLES)
    for words in ORIGINALS.values():
        assert all(fill(text, EXAMPLES) for text in words)
