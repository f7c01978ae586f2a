"""The search of the whole shop: what it finds, in which order, and what it does with nonsense."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from sqlalchemy import select

from cms.customers.actions import archive_customer
from cms.db import db
from cms.models import Customer, Invoice, Merge
from tests.after_sale import make_complaint, make_invoiced, make_return
from tests.databases import count_queries
from tests.duplicates.doing import merge
from tests.factories import make_customer, make_order, make_product, write
from tests.payments.doing import UTR, pay

MEERA = {"name": "Meera Rao", "phone": "+919848022338", "email": "meera@rao.example", "city": "Guntur"}


def found(browser, q: str) -> list[str]:
    """The addresses that the dialog offers, in their order."""
    answer = browser.htmx_get("/search", query_string={"q": q})
    assert answer.status_code == 200
    return re.findall(r'role="option"[^>]* href="([^"]+)"', answer.text)


@pytest.mark.parametrize(
    "q", ["meera", "rao", "eer", "ME", "Meera R", "meera@rao.example", "rao.exam", "98480 22338", "+91 98480-22338"]
)
def test_a_customer_is_found_by_any_part(client, q):
    customer = make_customer(**MEERA)
    make_customer("Ravi Ganti", phone="+919812300000")
    assert found(client, q) == [f"/customers/{customer.id}"]


@pytest.mark.parametrize("q", ["2338", "022338", "338", "२२३३८"])
def test_a_customer_is_found_by_the_last_digits(client, q):
    assert f"/customers/{make_customer(**MEERA).id}" in found(client, q)


@pytest.mark.parametrize("name, q", [("मीरा राव", "मीरा"), ("మీరా రావు", "రావు"), ("محمد علي", "علي"), ("王伟", "王伟")])
def test_a_name_in_any_script_is_found(client, name, q):
    customer = make_customer(name)
    assert found(client, q) == [f"/customers/{customer.id}"]


def test_what_helps_to_choose_stands_beside_it(client):
    customer = make_customer(**MEERA)
    make_order(customer, make_product("Clay lamp", stock=3), status="Shipped")
    said = client.htmx_get("/search?q=meera").text
    assert "98480\xa022338, Guntur, CUST001" in said
    assert "1 order<" in said
    assert "Shipped" in said
    assert "₹499.00" in said
    assert "Low" in client.htmx_get("/search?q=lamp").text


def test_an_order_stands_before_all_else_that_has_its_number(client, clock):
    order, invoiced = make_order(), make_invoiced(make_customer("Ravi"), make_product())[0]
    complaint = make_complaint(order)
    first, *others = found(client, "1")
    assert first == f"/orders/{order.id}"
    assert f"/customers/{order.customer_id}" in others
    assert f"/complaints/{complaint.id}" in others
    assert f"/orders/{invoiced.id}/invoice" in others  # the first of this year


@pytest.mark.parametrize("form", ["{}", "{} ", "#{}"])
def test_everything_with_a_number_is_found_by_it_and_opened_by_enter(client, clock, form):
    customer, product = make_customer("Ravi"), make_product("Broom", sku="BR-7")
    invoiced, note = make_invoiced(customer, product)
    payment = pay(make_order(customer, product), 500, "upi", UTR)
    number = db.session.query(Invoice.number).filter_by(order_id=invoiced.id).scalar()
    back, complaint = make_return(make_order(customer, product, qty=5, status="Delivered")), make_complaint(invoiced)
    pages = {
        invoiced.ref: f"/orders/{invoiced.id}",
        customer.ref: f"/customers/{customer.id}",
        number: f"/orders/{invoiced.id}/invoice",
        note.number.lower(): f"/credit-notes/{note.id}",
        "br-7": f"/products/{product.id}",
        complaint.ref.lower(): f"/complaints/{complaint.id}",
        back.ref: f"/returns/{back.id}",
        payment.ref: f"/payments/{payment.id}",
        UTR: f"/payments/{payment.id}",
    }
    for ref, page in pages.items():
        q = form.format(ref)
        assert found(client, q)[0] == page, q
        assert client.get("/search", query_string={"q": q}).location == page, q


def test_who_is_on_the_phone_has_their_orders_below(client):
    customer = make_customer(**MEERA)
    orders = [make_order(customer) for _ in range(7)]
    make_order(make_customer("Ravi"))
    latest = [f"/orders/{order.id}" for order in reversed(orders)][:5]
    assert found(client, "22338") == [f"/customers/{customer.id}", *latest, f"/orders?customer={customer.id}"]


def test_the_number_of_somebody_who_was_merged_leads_to_the_one_who_stayed(client):
    merge(make_customer("Meera Rao"), make_customer("Mira Rau"))
    old_ref, kept_id = db.session.execute(select(Merge.old_ref, Merge.kept_id)).one()
    assert client.get(f"/search?q={old_ref}").location == f"/customers/{kept_id}"
    assert f'href="/customers/{kept_id}"' in client.htmx_get(f"/search?q={old_ref}").text


def test_of_many_there_are_five_and_the_way_to_all(client):
    for n in range(7):
        make_customer(f"Kumar {n}")
        make_product(f"Kumar's pot {n}")
    assert [path.rpartition("/")[0] or path for path in found(client, "kumar")] == (
        ["/customers"] * 5 + ["/customers?q=kumar"] + ["/products"] * 5 + ["/products?q=kumar"]
    )
    assert client.get("/customers?q=kumar").status_code == 200


def test_who_is_archived_is_found_by_the_whole_number_or_phone_only(client):
    customer = make_customer(**MEERA)
    with write():
        archive_customer(db.session.get_one(Customer, customer.id), True, customer.version, None)
    assert found(client, "meera") == []
    assert found(client, "98480 22338") == found(client, customer.ref) == [f"/customers/{customer.id}"]
    assert "Archived" in client.htmx_get("/search?q=CUST001").text


@pytest.mark.parametrize("q", ["%", "_", "%%%", "a%b", "\\", "'", '"', "<b>", "🪔", "\u202eabc", "x" * 5000, "\0"])
def test_hostile_words_find_nothing_and_break_nothing(client, q):
    make_customer(**MEERA)
    make_product("Clay lamp")
    assert found(client, q) == []
    page = client.get("/search", query_string={"q": q})
    assert page.status_code == 200
    assert "<b><b>" not in page.text


def test_many_words_all_have_to_fit(client):
    product = make_product("One two three four five six seven eight nine ten eleven twelve thirteen")
    assert found(client, product.name) == [f"/products/{product.id}"]
    assert found(client, "one thirteen") == [f"/products/{product.id}"]
    assert found(client, "one fourteen") == []


def test_nothing_found_says_what_can_be_typed_and_carries_it_to_a_new_customer(client, viewer):
    text = client.htmx_get("/search?q=98480+22338").text
    assert "Nothing found" in text
    assert 'href="/customers/new?phone=98480+22338"' in text
    assert "customers/new" not in viewer.htmx_get("/search?q=98480+22338").text
    assert 'value="98480 22338"' in client.get("/customers/new?phone=98480+22338").text


@pytest.mark.parametrize(
    "typed, field",
    [("Sita", "name"), ("सीता", "name"), ("sita@x.in", "email"), ("+91 98480 22338", "phone"), ("%", ""), ("🪔🪔", ""),
     ("S", ""), ("12345", ""), ("98480 2233", ""), ("sita@", ""), ("Sita " * 30, "")],
)  # fmt: skip
def test_only_what_the_form_takes_is_offered_as_a_customer(client, typed, field):
    for text in (
        client.get("/search", query_string={"q": typed}).text,
        client.get(f"/customers?q={quote(typed)}").text,
    ):
        assert re.findall(r'href="/customers/new\?(\w+)=', text) == [field] * bool(field)
    sent = {"customer_q": typed, "customer": ""}
    assert ('name="carry"' in client.htmx_post("/orders/draft?part=customers", sent).text) == bool(field)


def test_the_page_works_without_a_script(client):
    customer = make_customer(**MEERA)
    page = client.get("/search?q=meera").text
    assert f'href="/customers/{customer.id}"' in page
    assert 'value="meera"' in page
    assert 'href="/search" data-open="finder"' in client.get("/").text


def test_it_asks_seldom_however_much_is_found(client):
    def asked(q: str) -> int:
        client.htmx_get("/search", query_string={"q": q})
        with count_queries() as queries:
            client.htmx_get("/search", query_string={"q": q})
        return len(queries)

    make_customer("Kumar 0")
    few = asked("kumar")
    for n in range(1, 9):
        make_order(make_customer(f"Kumar {n}"), make_product(f"Kumar's {n}"))
    assert asked("kumar") <= few <= 5
    assert asked("") == 1
