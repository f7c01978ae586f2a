"""What nobody should send, in every field: kept exactly and shown escaped, or refused in a sentence. Never a 500."""

from __future__ import annotations

from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from cms.db import db
from cms.models import Customer, Order
from tests.factories import make_customer, make_order, make_product, make_user
from tests.recount import assert_totals_right

KEPT = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{7*7}}",
    "${7*7} #{7*7} <%= 7*7 %>",
    "{% include 'x' %}",
    "%s%n%x%d",
    "=1+1",
    "+CMD|' /C calc'!A0",
    "'; DROP TABLE customers; --",
    "1e309 NaN -0 ٣ null undefined None",
    "مرحبا بالعالم \u202eevil\u202c",
    "🪔👨‍👩‍👧‍👦🇮🇳",
    "మీరా రావు – आशा",
    "\\'\\\"\\n",
    "hx-get=/logout hx-trigger=load",
    "javascript:alert(1)",
    "  two  gaps  ",
    "\ufeffmark before",
]
REFUSED = ["nul\0byte", "bell\x07", "escape\x1b[31m", "delete\x7f", "\x9bcsi", "lost \ufffd letter", "x" * 10_000]
ORDER_FIELDS = ("quantity", "price", "line_discount", "discount", "address", "note")
BYTES = ["%ff%fe", "a%80b", "%c3%28", "%ed%a0%80", "%f8%88%80%80%80", "%c0%af"]
"""Not UTF-8: stray bytes, half a surrogate pair, five bytes, an overlong slash."""


@pytest.fixture(autouse=True)
def totals_stay_right(app, clock):
    yield
    assert_totals_right()


def customer_form(**fields: str) -> dict[str, str]:
    return {"name": "Meera", "segment": "Individual"} | fields


def order_form(**fields: str) -> dict[str, str]:
    product, customer = make_product(), make_customer()
    form = {
        "product": str(product.id),
        "quantity": "1",
        "price": "9",
        "line_discount": "",
        "customer": str(customer.id),
    }
    return form | fields


def send_bytes(client, path: str, fields: dict[str, str], name: str, raw: str):
    """A form whose field `name` is these percent-encoded bytes."""
    pairs = {"csrf_token": client.csrf_token(), **fields}
    body = "&".join([*(f"{key}={quote(value)}" for key, value in pairs.items() if key != name), f"{name}={raw}"])
    return client.post(path, data=body, content_type="application/x-www-form-urlencoded")


class Markup(HTMLParser):
    """Notes what a browser would run, fetch or follow although no template of ours says so."""

    found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        foreign = (tag == "script" and "src" not in values) or values.get("src") == "x"
        foreign = foreign or any(name.startswith("on") for name in values) or values.get("hx-get") == "/logout"
        if foreign or (values.get("href") or "").startswith("javascript:"):
            self.found = [*self.found, f"{tag} {values}"]


def assert_shown_as_text(page: str, text: str) -> None:
    assert str(escape(text)) in page.replace("&#34;", "&quot;").replace("&#39;", "&#x27;")
    markup = Markup()
    markup.feed(page)
    assert not markup.found


@pytest.mark.parametrize("text", KEPT)
def test_odd_words_are_kept_as_typed_and_shown_as_text(client, text):
    names = ("name", "address", "city", "note")
    answer = client.post_form("/customers", customer_form(**dict.fromkeys(names, text)))
    assert answer.status_code == 303
    customer = db.session.scalars(select(Customer)).one()
    assert {getattr(customer, name) for name in names} == {text.strip()}
    for path in (answer.location, f"{answer.location}/edit", "/customers", "/orders/new?customer=" + str(customer.id)):
        assert_shown_as_text(client.get(path).text, text.strip())
    for words in (text, text[:5]):
        found = client.get("/customers", query_string={"q": words})
        assert found.status_code == 200
        assert_shown_as_text(found.text, words.strip())


@pytest.mark.parametrize("text", KEPT)
def test_odd_words_on_an_order_are_kept_as_typed_and_shown_as_text(client, text):
    answer = client.post_form("/orders", order_form(customer="", new_name=text, address=text, note=text))
    assert answer.status_code == 303
    order = db.session.scalars(select(Order)).one()
    assert order.address == order.note == text.strip()
    for path in (answer.location, "/orders", "/tracking", "/"):
        assert_shown_as_text(client.get(path).text, text.strip())
    assert client.get("/orders", query_string={"q": text}).status_code == 200


@pytest.mark.parametrize("text", REFUSED)
@pytest.mark.parametrize(
    "name", ["name", "phone", "email", "address", "city", "postcode", "gstin", "note", "segment", "state"]
)
def test_what_cannot_be_kept_is_refused_beside_the_field_of_a_customer(client, name, text):
    answer = client.post_form("/customers", customer_form(**{name: text}))
    assert answer.status_code == 422 and 'class="problem"' in answer.text
    assert db.session.scalar(select(func.count()).select_from(Customer)) == 0


@pytest.mark.parametrize("text", REFUSED)
@pytest.mark.parametrize("name", [*(f"new_{name}" for name in ("name", "phone", "email", "segment")), *ORDER_FIELDS])
def test_what_cannot_be_kept_is_refused_beside_the_field_of_an_order(client, name, text):
    form = order_form(new_name="Sita") | {"customer": "", name: text}
    answer = client.post_form("/orders", form)
    assert answer.status_code == 422 and 'class="problem"' in answer.text
    assert client.htmx_post("/orders/draft", form).status_code == 200
    assert db.session.scalar(select(func.count()).select_from(Order)) == 0


@pytest.mark.parametrize("raw", BYTES)
def test_bytes_that_are_no_text_are_refused_in_every_field(client, raw):
    for name in ("name", "phone", "email", "address", "city", "note", "segment"):
        answer = send_bytes(client, "/customers", customer_form(), name, raw)
        assert answer.status_code == 400 and "some of it is no text" in answer.text, name
    form = order_form()
    for name in ORDER_FIELDS:
        assert send_bytes(client, "/orders", form, name, raw).status_code == 400, name
    assert db.session.scalars(select(Order)).all() == []
    for path in ("/customers", "/orders", "/tracking", "/products"):
        for name in ("q", "after", "status", "sort", "since", "customer", "segment"):
            assert client.get(f"{path}?{name}={raw}").status_code == 200, (path, name)
        assert client.get(f"{path}/{raw}").status_code == 404


@pytest.mark.parametrize("text", [*KEPT, *REFUSED])
def test_odd_words_never_break_a_cell_a_status_or_a_step(client, text):
    order = make_order(make_customer(phone="+919876543210"))
    customer, version = f"/customers/{order.customer_id}", "1"
    for name in ("phone", "email", "segment"):
        answer = client.htmx_post(f"{customer}/cells/{name}", {name: text, "reason": text, "version": version})
        assert answer.status_code == 422 and "<script>" not in answer.text
    for post in (client.post_form, client.htmx_post):
        answer = post(f"{customer}/status", {"status": text, "reason": text, "until": text, "version": version})
        assert answer.status_code == 422 and "<script>" not in answer.text
    assert client.htmx_post(f"/orders/{order.id}/status", {"status": text, "seen": "Pending"}).status_code == 422
    assert client.htmx_post(f"/orders/{order.id}/status", {"status": "Shipped", "seen": text}).status_code == 422
    assert client.post_form("/orders/status", {"ids": text, "status": text, "back": text}).status_code == 303
    assert db.session.get_one(Customer, order.customer_id).phone == "+919876543210"


@pytest.mark.parametrize("text", [*KEPT, *REFUSED])
def test_odd_words_at_the_door_are_only_a_wrong_name(stranger, text):
    make_user()
    answer = stranger.log_in(text, text, next=text)
    assert answer.status_code == 422 and "<script>" not in answer.text
    assert stranger.get("/setup", query_string={"token": text}).location == "/login"


@pytest.mark.parametrize("version", ["", "x", "-1", "٣", "1e9", "9" * 40, "1.0", "\0", "2147483648", "0"])
def test_a_version_that_is_none_is_a_conflict_and_nothing_else(client, version):
    customer = make_customer(city="Guntur")
    answer = client.post_form(f"/customers/{customer.id}", customer_form(city="Nellore", version=version))
    assert answer.status_code == 422 and "Someone else changed" in answer.text
    answer = client.htmx_post(f"/customers/{customer.id}/cells/phone", {"phone": "98765 43210", "version": version})
    assert answer.status_code == 422
    for path in ("archive", "status/clear"):
        assert client.post_form(f"/customers/{customer.id}/{path}", {"version": version}).status_code == 303
    assert db.session.get_one(Customer, customer.id).version == 1


@pytest.mark.parametrize("text", ["", "x", "-1", "٣", "9" * 40, "0", "1.5", "\0", "999999999"])
def test_ids_of_nothing_in_a_form_name_nothing(client, text):
    form = order_form()
    draft = form | {"pick": text, "add": text, "remove": text}
    assert client.htmx_post("/orders/draft", draft).status_code == 200
    assert client.get("/orders/new", query_string={"customer": text}).status_code == 200
    assert client.post_form("/orders", form | {"customer": text}).status_code == 422
    assert client.post_form("/orders", form | {"product": text}).status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/customers",
        "/orders",
        "/orders/draft",
        "/orders/status",
        "/login",
        "/setup",
        "/account/password",
        "/account/theme",
    ],
)
def test_a_form_without_its_fields_is_told_what_it_lacks(client, path):
    answer = client.post_form(path)
    assert answer.status_code in (200, 303, 400, 422)
    assert client.post_form(path, {"x": "y", "name[]": "z", "__proto__": "w"}).status_code == answer.status_code


def test_only_known_fields_are_read(client):
    more = {"id": "77", "ref": "CUST999", "gross_paise": "1", "archived_at": "2026-01-01", "override_status": "Active"}
    client.post_form("/customers", customer_form(**more))
    customer = db.session.scalars(select(Customer)).one()
    assert (customer.ref, customer.gross_paise, customer.override_status) == ("CUST001", 0, None)
    assert customer.archived_at is None


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b"])
def test_a_huge_form_is_refused_in_words_before_it_is_read(client, kind):
    body = b"name=" + b"x" * 3_000_000
    if "multipart" in kind:
        body = b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\n' + body + b"\r\n--b--\r\n"
    page = client.post("/customers", data=body, content_type=kind)
    assert page.status_code == 413 and "What was sent is too large. Nothing was saved." in page.text
    part = client.post("/customers", data=body, content_type=kind, headers={"HX-Request": "true"})
    assert (part.status_code, part.text) == (413, "") and "too large" in part.headers["HX-Trigger"]


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data", "x", ""])
def test_a_body_of_another_kind_is_refused_in_words(client, kind):
    answer = client.post(
        "/customers", data=b'{"name": "Meera"', content_type=kind, headers={"X-CSRFToken": client.csrf_token()}
    )
    assert answer.status_code in (400, 422) and unescape(answer.text)


def test_a_long_order_of_huge_numbers_never_breaks(client):
    form = order_form(quantity="1000000", price="0")
    for name in ("product", "quantity", "price", "line_discount"):
        form[name] = [form[name]] * 1000
    assert [client.post_form("/orders", form).status_code for _ in range(3)] == [303] * 3
