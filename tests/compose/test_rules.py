"""Who gets a message, and what stands in it; the database tells the same as the rule."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace as Row

from sqlalchemy import select

from cms import clock
from cms.compose.filters import why_left_out
from cms.compose.rules import WHY, WHY_ONE, Needs, left_out, only_for_one, values_for
from cms.db import db
from cms.models import Customer, Order
from cms.wordings.rules import VARIABLES
from tests.factories import make_customer, make_order, write

SHOP = Row(name="Lamps", currency="INR", upi_vpa="lamps@upi")
MEERA = Row(name="Meera")
ORDER = Row(ref="ORD7", payable_paise=118_000, due_paise=18_000)


def test_every_variable_has_a_value_where_there_is_something_to_tell():
    back = Row(ref="RET1", state="approved", refund_paise=5_000, tax_paise=900)
    values = values_for(SHOP, MEERA, ORDER, back, Row(ref="CMP1", state="acknowledged"), "https://x/f/t")
    assert not values.missing
    assert values.known == {
        "customer": "Meera",
        "shop": "Lamps",
        "upi": "lamps@upi",
        "order": "ORD7",
        "total": "₹1,180.00",
        "due": "₹180.00",
        "return": "RET1",
        "return_state": "approved",
        "refund": "₹59.00",
        "complaint": "CMP1",
        "complaint_state": "being looked into",
        "feedback_link": "https://x/f/t",
    }


def test_what_has_no_value_is_told_in_words():
    values = values_for(Row(name="Lamps", currency="INR", upi_vpa=""), MEERA)
    assert set(values.known) == {"customer", "shop"} and set(values.missing) == set(VARIABLES) - {"customer", "shop"}
    assert values.problems("{order} {total} {due}") == ["Meera has no order to write about"]
    assert "made on the order's page" in values.problems("{feedback_link}")[0]
    paid = values_for(SHOP, MEERA, Row(ref="ORD7", payable_paise=1, due_paise=0))
    assert paid.problems("{due} of {total}") == ["Nothing is to be paid of ORD7"]


def test_a_refused_return_gives_nothing_back():
    back = Row(ref="RET1", state="refused", refund_paise=5_000, tax_paise=0)
    assert values_for(SHOP, MEERA, ORDER, back).known["refund"] == "none"


def test_what_is_about_one_customers_matter_cannot_go_to_many():
    assert "one customer at a time" in only_for_one("{customer} {return}")
    assert only_for_one("{customer} {order} {due} {nonsense}") == ""


def test_every_reason_has_words():
    assert set(WHY_ONE) < set(WHY)


def test_the_database_leaves_out_whom_the_rule_leaves_out(app):
    cases = list(product((False, True), ("", "x@example.com"), ("", "+9198765432"), (False, True), range(4)))
    for number, (archived, email, phone, agreed, orders) in enumerate(cases):
        customer = make_customer(
            f"N{number}", email=email and f"n{number}@example.com", phone=phone and f"{phone}{number:02}"
        )
        if orders:  # 1 = one to be paid, 2 = one that is settled, 3 = one that was cancelled
            made = make_order(customer, status="Cancelled" if orders == 3 else "Pending")
        with write():
            row = db.session.get_one(Customer, customer.id)
            row.archived_at = clock.now() if archived else None
            row.marketing_at = clock.now() if agreed else None
            if orders == 2:
                db.session.get_one(Order, made.id).settled_before = True
    for channel, marketing, order, due in product(("email", "whatsapp", "sms"), *[(False, True)] * 3):
        needs = Needs(channel, marketing, order or due, due)
        told = dict(db.session.execute(select(Customer.name, why_left_out(needs))).all())
        for number, (archived, email, phone, agreed, orders) in enumerate(cases):
            ruled = left_out(needs, archived, email, phone, agreed, orders in (1, 2), orders == 1)
            assert told[f"N{number}"] == ruled, cases[number]
