"""What holds for every address: who may, what is refused, and that looking changes nothing.

The addresses come from the url_map, so a new endpoint is swept as it is added.
"""

from __future__ import annotations

import re
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from cms.access import PERMISSIONS
from cms.config import ROOT
from cms.db import db
from cms.models import Session
from tests.databases import count_queries
from tests.endpoints import Endpoint, endpoints, made_once, page_of
from tests.factories import make_customer, make_order, make_product, make_user

HEADERS = {  # word for word: what the product says of itself is what is tested
    "Content-Security-Policy": "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
KEPT = {"logo.show": "public, max-age=31536000, immutable"}  # its address names its bytes
DATA = ("Zubeida", "zubeida", "98123", "Sweeping broom")
FIELD = re.compile(r"<(?:input|select|textarea|button)\b[^>]*\sname=\"([^\"]+)\"")
ICONS = set(re.findall(r'<symbol id="([^"]*)"', (ROOT / "static/icons.svg").read_text()))
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
NO_ROW = ("999999999", "2147483647", "0", "007x", "2147483648", "9223372036854775808", "9" * 40, "-1", "1.0", "%D9%A3")
HOSTILE = (
    "\0", "' OR 1=1 --", "<b>x</b>", "1e309", "NaN", "-0", "٣", "2025-02-30", "9999-12-31", "9" * 30, "~", "🦚" * 99,
)  # fmt: skip


def each(*found: Endpoint):
    return pytest.mark.parametrize("endpoint", found, ids=str)


one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""For what is settled before a row is read, or does not depend on where it comes from."""
private = [endpoint for endpoint in endpoints() if endpoint.permission != "public"]


@pytest.fixture
def values(app, clock, migrated):
    """An example of everything that an address may name."""
    return made_once(migrated)


@pytest.fixture
def mine(client, values):
    """The same with a session of the one who asks."""
    session_id = db.session.scalar(select(Session.id).where(Session.user_id == client.user.id))
    return values | {"session_id": session_id}


def send(browser, endpoint: Endpoint, url: str, htmx: bool = False, **data: str):
    if "GET" in endpoint.methods:
        return browser.htmx_get(url) if htmx else browser.get(url)
    return browser.htmx_post(url, data) if htmx else browser.post_form(url, data)


@one_database
@each(*private)
def test_a_stranger_is_sent_to_sign_in_and_learns_nothing(stranger, values, endpoint):
    make_user()  # a shop that is set up
    url = endpoint.url(values | {"session_id": 1})
    answer, part = send(stranger, endpoint, url), send(stranger, endpoint, url, htmx=True)
    assert (answer.status_code, answer.location.partition("?")[0]) == (302, "/login")
    assert (part.status_code, part.headers["HX-Redirect"], part.text) == (401, "/login", "")
    assert not any(word in answer.text for word in DATA)


@one_database
@each(*private)
@pytest.mark.parametrize("role", ["viewer", "staff"])
def test_a_role_may_what_its_permissions_say_and_no_more(request, values, endpoint, role):
    browser = request.getfixturevalue(role)
    session_id = db.session.scalar(select(Session.id).where(Session.user_id == browser.user.id))
    answer = send(browser, endpoint, endpoint.url(values | {"session_id": session_id}))
    if endpoint.permission not in PERMISSIONS[role]:
        assert answer.status_code == 403
    elif "GET" in endpoint.methods:
        assert answer.status_code == 200
    else:
        assert answer.status_code in (200, 302, 303, 400, 404, 409, 422)


@each(*endpoints("GET"))
def test_the_owner_can_open_it(client, mine, endpoint):
    assert client.get(endpoint.url(mine)).status_code in (200, 302)
    assert client.htmx_get(endpoint.url(mine)).status_code in (200, 302)


@one_database
@each(*endpoints("GET"))
def test_a_page_is_whole(client, mine, endpoint):
    """Ids are unique, what is pointed at is there, icons exist, and tables have a caption and header cells."""
    text = page_of(client, endpoint.url(mine))
    ids = re.findall(r'\sid="([^"]*)"', text)
    assert len(ids) == len(set(ids)), sorted({id for id in ids if ids.count(id) > 1})
    if "<html" in text:
        pointed = re.findall(r'\s(?:for|aria-labelledby|aria-describedby|aria-controls|form|list)="([^"]*)"', text)
        assert {id for value in pointed for id in value.split()} <= set(ids)
    assert set(re.findall(r'<use href="[^"#]*#([^"]*)"', text)) <= ICONS
    for table in re.findall(r"<table\b.*?</table>", text, re.DOTALL):
        assert "<caption" in table and "<th" in table, table[:200]


@each(*endpoints("GET", besides=("exports.download",)))  # which notes in the trail who took how much, and no more
def test_looking_changes_nothing(client, mine, endpoint):
    with nothing_changes():
        client.get(endpoint.url(mine))
        client.htmx_get(endpoint.url(mine))


@one_database
@each(*endpoints("POST"))
def test_a_post_without_its_token_is_refused_and_changes_nothing(client, mine, endpoint):
    with nothing_changes():
        assert client.post(endpoint.url(mine)).status_code == 400
        assert client.post(endpoint.url(mine), data={"csrf_token": "forged"}).status_code == 400
        assert client.post(endpoint.url(mine), headers={"HX-Request": "true"}).status_code == 400


@one_database
@each(*endpoints())
def test_a_method_that_it_does_not_know_is_405_and_says_which_it_does(client, mine, endpoint):
    url = endpoint.url(mine)
    known = set(client.application.url_map.bind("localhost").allowed_methods(url))
    for method in sorted(METHODS - known):
        data = {"csrf_token": client.csrf_token()} if method == "POST" else None
        answer = client.open(url, method=method, data=data)
        assert (answer.status_code, set(answer.headers["Allow"].split(", "))) == (405, known), method


@each(*(endpoint for endpoint in private if endpoint.ids))
def test_an_id_that_is_no_row_is_not_found(client, mine, endpoint):
    for name in endpoint.ids:
        for id in NO_ROW:
            answer = send(client, endpoint, endpoint.url(mine, **{name: id}))
            assert answer.status_code in (404, 405), f"{name}={id}: {answer.status_code}"


@each(*endpoints("GET"))
def test_an_address_with_nonsense_in_it_never_breaks(client, mine, endpoint):
    names = ("q", "status", "sort", "after", "before", "from", "to", "segment", "page", "next", "token", "field", "id")
    for text in HOSTILE:
        answer = client.get(endpoint.url(mine), query_string=dict.fromkeys(names, text))
        assert answer.status_code < 500, text


@each(*endpoints("POST", besides=("auth.logout",)))
def test_a_form_with_nonsense_in_it_never_breaks(client, mine, field_names, endpoint):
    for text in HOSTILE:
        for names in (field_names, ()):
            answer = client.post_form(endpoint.url(mine), dict.fromkeys(names, text))
            assert answer.status_code < 500, text


@one_database
@each(*endpoints())
def test_every_answer_carries_the_headers_that_protect_it(client, stranger, mine, endpoint):
    for browser in (client, stranger):
        answer = send(browser, endpoint, endpoint.url(mine))
        assert_protected(answer)
        assert answer.headers["Cache-Control"] == KEPT.get(endpoint.name, "private, no-store")
        assert "HX-Request" in answer.headers["Vary"]


@pytest.mark.parametrize(
    "path", ["/no-such-page", "/static/no-such-file.css", "/static/../wsgi.py", "/orders/x", "/%00"]
)
def test_what_is_not_there_is_404_and_protected(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert_protected(answer)


def test_static_files_are_protected_and_kept_by_browsers(stranger):
    answer = stranger.get("/static/app.css")
    assert answer.status_code == 200
    assert_protected(answer)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def assert_protected(answer) -> None:
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    by_key = answer.request.path.startswith(("/f/", "/password/"))  # the address is the key
    private = by_key and answer.status_code != 400
    assert answer.headers["Referrer-Policy"] == ("no-referrer" if private else "same-origin")
    assert "Server" not in answer.headers
    assert b"Traceback" not in answer.data


def test_a_page_asks_the_database_as_often_for_many_rows_as_for_few(client, clock):
    pages = [endpoint.path for endpoint in endpoints("GET") if not endpoint.arguments]
    fill(3)
    few = {path: queries_of(client, path) for path in pages}
    fill(57)
    many = {path: queries_of(client, path) for path in pages}
    grown = [path for path in pages if len(many[path]) != len(few[path])]
    assert not grown, "\n\n".join("\n".join([path, *many[path]]) for path in grown)


def queries_of(client, path: str) -> list[str]:
    client.get(path)  # what is read once is read now
    with count_queries() as queries:
        client.get(path)
    return list(queries)


def fill(rows: int) -> None:
    product = make_product(stock=1000)
    for status in ["Pending", "Shipped", "Delivered", "Cancelled"] * (rows // 4) + ["Pending"] * (rows % 4):
        make_product()
        make_order(make_customer(), product, status=status)


_field_names: set[str] = set()


@pytest.fixture
def field_names(client, mine) -> set[str]:
    """The name of every field on every page, read once."""
    if not _field_names:
        for endpoint in endpoints("GET"):
            _field_names.update(FIELD.findall(page_of(client, endpoint.url(mine))))
    return _field_names - {"csrf_token"}


@contextmanager
def nothing_changes():
    before = everything()
    yield
    db.session.rollback()
    assert everything() == before


def everything() -> dict[str, list[tuple]]:
    """All rows of all tables."""
    tables = db.metadata.sorted_tables
    return {table.name: sorted(map(tuple, db.session.execute(select(table))), key=repr) for table in tables}
