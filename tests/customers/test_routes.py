import re
from html import unescape

import pytest
from sqlalchemy import func, select

from cms.customers.actions import edit_customer
from cms.customers.queries import customer_or_404
from cms.db import db
from cms.models import Customer
from tests.client import without_tokens
from tests.databases import count_queries
from tests.factories import make_customer, make_order, make_product, set_shop, write
from tests.recount import assert_totals_right

TYPED = {
    "name": "Meera Rao",
    "phone": "98765 43210",
    "email": "meera@example.com",
    "segment": "Individual",
    "gender": "Female",
    "address": "12 Lake Road",
    "city": "Guntur",
    "state": "Andhra Pradesh",
    "postcode": "522001",
    "note": "Calls on Sundays",
}


@pytest.fixture(autouse=True)
def totals_stay_right(app, clock):
    yield
    assert_totals_right()


def only() -> Customer:
    return db.session.scalars(select(Customer)).one()


def change_meanwhile(customer: Customer, **values) -> None:
    with write():
        edit_customer(customer_or_404(customer.id), values, customer.version, None)


def cell_post(client, customer: Customer, name: str, value: str, version: int | None = None, **more: str):
    data = {name: value, "version": str(version or customer.version), **more}
    return client.htmx_post(f"/customers/{customer.id}/cells/{name}", data)


def test_a_customer_is_added_and_shown(client):
    answer = client.post_form("/customers", TYPED)
    assert answer.status_code == 303
    customer = only()
    assert (customer.phone, customer.gender, customer.postcode) == ("+919876543210", "Female", "522001")
    shown = client.get(answer.location).text
    assert all(text in shown for text in ("Meera Rao", "98765\xa043210", "Guntur", "CUST001 · Inactive: no order yet"))


@pytest.mark.parametrize(
    "name, value, problem",
    [
        ("name", "  ", "Name is needed"),
        ("name", "\u200b\ufe70", "something in it that can be seen"),
        ("name", "x" * 121, "within 120 characters"),
        ("phone", "12345", "too short"),
        ("email", "meera", "has an @"),
        ("postcode", "012345", "6 digits"),
        ("gstin", "27AAPFU0939F1ZX", "wrong"),
        ("state", "Atlantis", "Choose one of the list"),
        ("segment", "Martians", "Choose one of the list"),
        ("gender", "x", "Choose one of the list"),
    ],
)
def test_what_is_wrong_stands_beside_the_field_and_all_that_was_typed_stays(client, name, value, problem):
    answer = client.post_form("/customers", TYPED | {name: value})
    assert answer.status_code == 422 and problem in unescape(answer.text)
    for kept in (TYPED | {name: value}).values():
        assert kept.strip() in unescape(answer.text) or name in ("state", "segment", "gender")
    assert db.session.scalar(select(func.count()).select_from(Customer)) == 0


@pytest.mark.parametrize("name, value", [("phone", "+91-98765-43210"), ("email", "MEERA@example.com")])
def test_a_phone_or_email_that_someone_has_is_refused_naming_them(client, name, value):
    make_customer("Asha Patel", phone="+919876543210", email="meera@example.com")
    answer = client.post_form("/customers", {"name": "Sita", "segment": "Individual", name: value})
    assert answer.status_code == 422
    assert "Asha Patel (CUST001) already has" in answer.text and "&lt;a" not in answer.text
    assert f'<a href="/customers/{only().id}" target="_blank">Open CUST001</a>' in answer.text
    assert value in unescape(answer.text)


def test_the_name_of_who_has_the_phone_is_escaped(client):
    make_customer("<b>Uma</b>", phone="+919876543210")
    answer = client.post_form("/customers", {"name": "Sita", "segment": "Individual", "phone": "98765 43210"})
    assert "&lt;b&gt;Uma&lt;/b&gt; (CUST001) already has" in answer.text and "<b>Uma" not in answer.text


def test_the_form_sent_twice_makes_one_customer(client):
    sent = TYPED | {"request_key": "k" * 100}
    answers = [client.post_form("/customers", sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location == f"/customers/{only().id}"


def test_the_shops_own_state_is_offered_and_accepted_even_when_it_is_abroad(client):
    set_shop(state="Dubai")
    assert re.search(r"<option selected value=\"Dubai\"", client.get("/customers/new").text)
    assert client.post_form("/customers", TYPED | {"state": "Dubai"}).status_code == 303


def test_gender_is_asked_only_of_an_individual(client):
    assert 'name="gender"' in client.htmx_get("/customers/gender?segment=Individual").text
    assert 'name="gender"' not in client.htmx_get("/customers/gender?segment=Business").text
    assert client.post_form("/customers", TYPED | {"segment": "Business"}).status_code == 303
    assert only().gender is None


def test_an_edit_starts_with_what_is_known_and_saves_what_was_typed(client):
    customer = make_customer(phone="+919876543210", state="Kerala", gender="Other")
    page = client.get(f"/customers/{customer.id}/edit").text
    assert 'value="98765 43210"' in page and 'selected value="Kerala"' in page
    answer = client.post_form(f"/customers/{customer.id}", TYPED | {"name": "Meera R", "version": customer.version})
    assert (answer.status_code, only().name, only().city) == (303, "Meera R", "Guntur")


def test_two_edits_at_once_show_the_later_one_both_values_and_let_it_choose(client):
    customer = make_customer(city="Guntur")
    change_meanwhile(customer, city="Nellore")
    url, sent = f"/customers/{customer.id}", TYPED | {"city": "Ongole", "version": str(customer.version)}
    answer = client.post_form(url, sent)
    assert answer.status_code == 422 and only().city == "Nellore"
    assert 'value="Ongole"' in answer.text and "Someone else saved: Nellore" in answer.text
    version = re.search(r'name="version"[^>]*value="(\d+)"', answer.text)[1]
    assert client.post_form(url, sent | {"version": version}).status_code == 303
    assert only().city == "Ongole"


def test_a_customer_abroad_can_be_edited_without_an_indian_pin_code(client):
    customer = make_customer(country="United Kingdom", postcode="SW1A 1AA")
    sent = {"name": "Meera Rao", "segment": "Individual", "postcode": "SW1A 1AA", "version": customer.version}
    assert client.post_form(f"/customers/{customer.id}", sent).status_code == 303


@pytest.mark.parametrize(
    "name, typed, kept",
    [
        ("phone", "098765-43210", "+919876543210"),
        ("phone", "", ""),
        ("email", "Meera@Example.com", "Meera@example.com"),
        ("segment", "Business", "Business"),
    ],
)
def test_a_cell_is_edited_where_it_stands(client, name, typed, kept):
    customer = make_customer(phone="+919812345678", email="old@example.com")
    assert f'name="{name}"' in client.htmx_get(f"/customers/{customer.id}/cells/{name}").text
    answer = cell_post(client, customer, name, typed)
    assert (answer.status_code, getattr(only(), name)) == (200, kept)
    assert (
        answer.text.strip().startswith(f'<td id="customer-{customer.id}-{name}"')
        and "toast" in answer.headers["HX-Trigger"]
    )


@pytest.mark.parametrize(
    "name, typed, problem",
    [
        ("phone", "12345", "too short"),
        ("email", "a@b@c", "only one @"),
        ("segment", "Martians", "Choose one of the list"),
        ("phone", "91234 56789", "Asha (CUST001) already has the phone 91234 56789"),
    ],
)
def test_a_wrong_cell_comes_back_with_what_was_typed_and_why(client, name, typed, problem):
    make_customer("Asha", phone="+919123456789")
    customer = make_customer("Meera", phone="+919812345678")
    answer = cell_post(client, customer, name, typed)
    assert answer.status_code == 422 and problem in answer.text
    assert typed in answer.text or name == "segment"
    assert "<html" not in answer.text and customer_or_404(customer.id).phone == "+919812345678"


def test_a_cell_that_someone_changed_meanwhile_shows_both_and_can_be_saved_again(client):
    customer = make_customer(phone="+919812345678")
    change_meanwhile(customer, phone="+919123456789")
    answer = cell_post(client, customer, "phone", "98765 43210")
    assert answer.status_code == 422 and "91234 56789" in answer.text and 'value="98765 43210"' in answer.text
    version = re.search(r'name="version" value="(\d+)"', answer.text)[1]
    assert cell_post(client, customer, "phone", "98765 43210", int(version)).status_code == 200


@pytest.mark.parametrize("name", ["name", "note", "override_status", "version", "gross_paise", "x"])
def test_only_some_cells_are_editable(client, name):
    customer = make_customer()
    assert client.htmx_get(f"/customers/{customer.id}/cells/{name}").status_code == 404
    assert client.htmx_get(f"/customers/{customer.id}/cells/{name}?cancel").status_code == 404
    assert cell_post(client, customer, name, "1").status_code == 404


def test_a_viewer_sees_the_customers_and_no_way_to_change_them(viewer):
    customer = make_customer(phone="+919812345678")
    for path in ("/customers", f"/customers/{customer.id}"):
        page = viewer.get(path).text
        assert "98123\xa045678" in page
        assert not re.search(r"/cells/|/edit|/new|/archive|/status", page)
    assert "<form" not in viewer.htmx_get(f"/customers/{customer.id}/cells/phone").text


@pytest.mark.parametrize("path, data", [("status/clear", {}), ("archive", {"archived": "1"})])
def test_clearing_and_archiving_tell_when_someone_else_was_faster(client, path, data):
    customer = make_customer()
    change_meanwhile(customer, city="Nellore")
    client.post_form(f"/customers/{customer.id}/{path}", data | {"version": customer.version})
    assert "Someone else changed this" in client.get(f"/customers/{customer.id}").text
    assert only().archived_at is None


def test_a_customers_pages_ask_the_database_a_fixed_number_of_times(client):
    customer, product, asked = make_customer(), make_product(), []
    client.get("/customers")
    for orders in (3, 57):
        for _ in range(orders):
            make_order(customer, product)
            make_customer()
        for path in ("/customers", "/customers?status=Active&sort=spent", f"/customers/{customer.id}"):
            with count_queries() as queries:
                assert client.get(path).status_code == 200
            asked.append(len(queries))
    assert asked[:3] == asked[3:] and max(asked) <= 10


def test_the_list_is_a_page_for_a_browser_and_a_table_for_htmx(client):
    make_customer()
    page, part = (
        without_tokens(answer.text) for answer in (client.get("/customers?q=mee"), client.htmx_get("/customers?q=mee"))
    )
    assert "<html" in page and "<html" not in part and part.strip() in page


@pytest.mark.parametrize(
    "typed, field", [("Sunita Rao", "name"), ("98480 22338", "phone"), ("sunita@rao.example", "email")]
)
def test_who_was_looked_for_and_not_found_is_carried_into_the_form(client, viewer, typed, field):
    make_customer()
    text = client.htmx_get("/customers", query_string={"q": typed}).text
    assert "No customer fits" in text
    (link,) = re.findall(r'href="(/customers/new[^"]*)"', text)
    form = client.get(link).text
    assert re.search(rf'name="{field}"[^>]* value="{typed}"', form)
    assert "customers/new" not in viewer.htmx_get("/customers", query_string={"q": typed}).text
