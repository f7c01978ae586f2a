"""The laws of the house (docs/architecture.md), so that nobody has to remember them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from flask import Flask

from cms import access
from cms.config import ROOT
from tests.databases import app_without_data
from tests.endpoints import all_endpoints

CODE = sorted((ROOT / "cms").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PAPERS = {path for path in TEMPLATES if path.name.startswith("pdf")}  # for xhtml2pdf and no browser: own style
FRAGMENTS = [path for path in TEMPLATES if path.name.startswith("_")]

# Who may import whom, by file name. What is not listed (a room's own inner files) is held to the law of actions.
PURE_TOP = {"money", "dates", "errors", "text", "formats"}
PURE = {"rules", "charts", "plots", "ranges", "invoice", "sentences", "words"}
WEB = {"flask", "flask_login", "flask_wtf", "wtforms", "werkzeug"}
DATABASE = {"sqlalchemy", "flask_sqlalchemy", "alembic"}
NEVER = {
    **dict.fromkeys(PURE | PURE_TOP, WEB | DATABASE | {"cms.db", "cms.clock", "cms.models", "cms.web", "cms.refs"}),
    "models": WEB | {f"cms.{name}" for name in PURE_TOP | {"clock", "web", "refs", "text"}},
    "filters": WEB | {"cms.db", "cms.web"},
    "queries": WEB - {"flask"} | {"cms.web"},
    "forms": {"sqlalchemy", "cms.db", "cms.models", "cms.web"},
    "routes": {"sqlalchemy", "cms.models"},
    "actions": WEB | {"cms.web"},
}
DRAWERS = {  # which drawers of a room a drawer may reach into
    **dict.fromkeys(PURE, PURE),
    "models": {"models"},
    "filters": PURE | {"filters"},
    "queries": PURE | {"filters", "queries"},
    "forms": PURE | {"forms"},
}
WHOLE = {"__init__", "cli", "shell", "access"}  # these tie rooms together
COMMITTERS = {"routes", "cli", "sessions", "runner"}  # sessions: a session is in use; runner: the steps of a job


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def drawer(path: Path) -> str:
    if "models" in path.relative_to(ROOT).parts:
        return "models"
    top = path.parent == ROOT / "cms"
    return path.stem if not top or path.stem in PURE_TOP | WHOLE else "top"


def room(module: str) -> str:
    """`orders` of `cms.orders.rules`; "" of a file that stands alone."""
    parts = module.split(".")
    return parts[1] if len(parts) > 2 else ""


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[str]:
    """Every module that a file names, `from cms.orders import rules` as cms.orders.rules."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = (ROOT / node.module.replace(".", "/") / f"{alias.name}.py").is_file()
                inner = inner or (ROOT / node.module.replace(".", "/") / alias.name).is_dir()
                yield f"{node.module}.{alias.name}" if inner else node.module


def calls(path: Path) -> Iterator[str]:
    """Every call as written: `db.session.commit`."""
    return (ast.unparse(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def within(module: str, roots: set[str]) -> bool:
    return any(module == root or module.startswith(f"{root}.") for root in roots)


def code(*drawers: str) -> pytest.MarkDecorator:
    chosen = [path for path in CODE if not drawers or drawer(path) in drawers]
    return pytest.mark.parametrize("path", chosen, ids=name_of)


def templates(paths: list[Path] = TEMPLATES) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", paths, ids=name_of)


def html(path: Path) -> str:
    """A template without its comments."""
    return re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


@code()
def test_a_drawer_imports_only_what_its_layer_may(path):
    kind = drawer(path)
    if kind in WHOLE | {"top", "sessions", "passwords"}:
        return
    never = NEVER.get(kind, NEVER["actions"])
    reach = DRAWERS.get(kind)
    for module in imports(path):
        assert not within(module, never), f"{kind} imports {module}"
        if reach is not None and room(module) and room(module) != "models":
            assert module.split(".")[2] in reach, f"{kind} imports {module}"


@code()
def test_nobody_imports_the_routes_or_forms_of_another_room(path):
    own = path.relative_to(ROOT).parts[1]
    for module in imports(path):
        if path.stem != "__init__" and module.startswith("cms.") and module.count(".") == 2:
            assert module.split(".")[2] not in ("routes", "forms") or room(module) == own, module


@code("queries")
def test_queries_take_nothing_from_flask_but_abort(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module == "flask":
            assert [alias.name for alias in node.names] == ["abort"]


@code("queries", "filters")
def test_queries_do_not_write(path):
    writes = {"insert", "update", "delete", "db.session.add", "db.session.delete", "db.session.flush"}
    assert not writes & set(calls(path))


@code()
def test_only_routes_and_commands_commit(path):
    if any(call.endswith("session.commit") for call in calls(path)):
        assert path.stem in COMMITTERS


@code()
def test_there_is_one_clock(path):
    asked = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"} & set(calls(path))
    assert not asked or path.stem == "clock"


def test_every_endpoint_says_who_may_use_it():
    known = {"public"} | frozenset().union(*access.PERMISSIONS.values())
    assert not [str(endpoint) for endpoint in all_endpoints() if endpoint.permission not in known]


def test_an_endpoint_that_does_not_say_stops_the_start():
    app = Flask("no-permission", static_folder=None)
    app.add_url_rule("/open", "open", lambda: "")
    with pytest.raises(RuntimeError, match="/open"):
        access.check_declared(app)


@templates(FRAGMENTS)
def test_a_fragment_says_what_it_needs_and_is_used(path):
    assert re.match(r"\{# needs: .+#\}", path.read_text(encoding="utf-8").splitlines()[0])
    name = path.relative_to(ROOT / "templates").as_posix()
    users = [other for other in [*TEMPLATES, *CODE] if other != path and name in other.read_text(encoding="utf-8")]
    assert users, f"{name} is neither included nor rendered"


@templates()
def test_a_template_can_be_read_by_jinja_and_names_what_exists(path):
    app_without_data().jinja_env.get_template(path.relative_to(ROOT / "templates").as_posix())
    known = {endpoint.name for endpoint in all_endpoints()} | {"static"}
    text = html(path)
    assert set(re.findall(r"url_for\(\s*['\"]([\w.]+)['\"]", text)) <= known
    assert not [
        name for name in re.findall(r"asset\(['\"]([^'\"]+)['\"]", text) if not (ROOT / "static" / name).is_file()
    ]
    assert set(re.findall(r"\bicon\(['\"]([\w-]+)['\"]\s*[,)]", text)) <= icons()


FORBIDDEN = {
    "a script of its own": r"<script(?![^>]*\bsrc=)",
    "a style of its own": r"<style|\sstyle\s*=",
    "a handler in an attribute": r"\son[a-z]+\s*=|\shx-on[:a-z-]*\s*=",
    "an address that runs": r"javascript:|['\"]js:",
    "unescaped text": r"\|\s*safe\b|autoescape\s+false",
    "a trigger filter, which needs eval": r"hx-trigger\s*=\s*[\"'][^\"']*\[",
}


@templates()
@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_template_has_nothing_that_the_content_policy_refuses(path, what):
    own_style = path in PAPERS and what == "a style of its own"
    assert own_style or not re.search(FORBIDDEN[what], html(path), re.IGNORECASE), what


@templates()
def test_every_form_that_posts_carries_a_token(path):
    for form in re.findall(r"<form\b.*?</form>", html(path), re.DOTALL | re.IGNORECASE):
        if re.search(r"method\s*=\s*[\"']post", form, re.IGNORECASE):
            assert re.search(r"csrf\(\)|csrf_token|hidden_tag\(\)", form), form[:120]
            assert not re.search(r'data-keep(?!="\{\{ url_for)', form), "a form that is kept says where it is opened"


@templates([path for path in TEMPLATES if path not in PAPERS])
def test_every_class_is_one_that_the_style_sheet_knows(path):
    known = set(re.findall(r"\.(-?[A-Za-z_][\w-]*)", (ROOT / "static/app.css").read_text(encoding="utf-8")))
    text = re.sub(r"\{\{.*?\}\}", "\N{WHITE SQUARE}", html(path), flags=re.DOTALL)
    text = re.sub(r"\{%-?\s*(else|elif\b.*?)\s*-?%\}", " ", text)
    text = re.sub(r"\{%.*?%\}", "", text, flags=re.DOTALL)
    used = {name for value in re.findall(r'\bclass="([^"]*)"', text) for name in value.split()}
    assert not {name for name in used - known if "\N{WHITE SQUARE}" not in name}


@cache
def icons() -> frozenset[str]:
    return frozenset(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static/icons.svg").read_text(encoding="utf-8")))


LIMITS = [(path, 250) for path in CODE if drawer(path) != "models"] + [(path, 120) for path in TEMPLATES]
LIMITS += [(path, 250) for top in ("tests", "deploy", "bench") for path in sorted((ROOT / top).rglob("*.py"))]


@pytest.mark.parametrize("path, most", LIMITS, ids=[name_of(path) for path, _most in LIMITS])
def test_a_file_is_short_enough_to_be_read(path, most):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= most


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_a_lock_file_pins_all_and_names_no_index(name):
    text = (ROOT / name).read_text()
    assert not re.search(r"https?://|--index|file:|@ ", text)
    assert all("==" in line for line in text.splitlines() if re.match(r"[A-Za-z]", line))


def test_no_file_names_a_place_on_somebodys_machine():
    tops = ["cms", "templates", "static", "migrations", "tests", "deploy", "bench", "docs", ".ci"]
    files = [
        path
        for top in tops
        for path in (ROOT / top).rglob("*")
        if path.suffix not in (".br", ".gz", ".png") and path.parent.name != "__pycache__"
    ]
    files += [path for path in ROOT.iterdir() if path.is_file()]
    place = re.compile(rb"/(?:work|root|Users|home/\w+)/(?!:)")
    assert not [name_of(path) for path in files if path.is_file() and place.search(path.read_bytes())]
