"""Many issue at the same moment: the numbers follow one another, and no order gets two."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from cms.db import db
from cms.models import CreditNote, Invoice, Order
from tests.factories import make_customer, make_order, make_product
from tests.invoices.papers import issue, open_shop
from tests.test_races import at_once, codes, crowd  # noqa: F401

ROUNDS = 3


@pytest.fixture
def shop(app):
    open_shop()


def serials(table) -> list[int]:
    db.session.rollback()
    return sorted(db.session.scalars(select(table.serial)))


def some_orders(how_many: int) -> list[Order]:
    customer, product = make_customer(), make_product()
    return [make_order(customer, product) for _ in range(how_many)]


def test_eight_invoices_at_once_get_eight_numbers_in_a_row(crowd, shop):  # noqa: F811
    for number in range(1, ROUNDS + 1):
        orders = some_orders(8)
        answers = at_once(crowd, lambda who, n, orders=orders: who.post_form(f"/orders/{orders[n].id}/invoice"))
        assert codes(answers) == {303: 8}
        assert serials(Invoice) == list(range(1, 8 * number + 1))


def test_eight_who_issue_the_invoice_of_one_order_make_one(crowd, shop):  # noqa: F811
    for number in range(1, ROUNDS + 1):
        (order,) = some_orders(1)
        assert codes(at_once(crowd, lambda who, _n, id=order.id: who.post_form(f"/orders/{id}/invoice"))) == {303: 8}
        assert serials(Invoice) == list(range(1, number + 1))


def test_issuing_and_cancelling_at_once_leave_no_invoice_that_stands(crowd, shop):  # noqa: F811
    for _ in range(ROUNDS):
        (order,) = some_orders(1)

        def do(who, n, id=order.id):
            if n % 2:
                return who.post_form(f"/orders/{id}/status", {"status": "Cancelled", "seen": "Pending"})
            return who.post_form(f"/orders/{id}/invoice")

        at_once(crowd, do)
        db.session.rollback()
        assert db.session.get_one(Order, order.id).status == "Cancelled"
        invoice = db.session.scalar(select(Invoice).where(Invoice.order_id == order.id))
        notes = db.session.scalars(select(CreditNote.total_paise).join(Invoice).where(Invoice.order_id == order.id))
        assert sum(notes) == (invoice.payable_paise if invoice else 0)
    assert serials(CreditNote) == list(range(1, len(serials(Invoice)) + 1)) == serials(Invoice)


def test_eight_cancelled_at_once_get_eight_credit_notes(crowd, shop):  # noqa: F811
    orders = some_orders(8)
    for order in orders:
        issue(order)
    sent = {"status": "Cancelled", "seen": "Pending"}
    assert codes(at_once(crowd, lambda who, n: who.post_form(f"/orders/{orders[n].id}/status", sent))) == {303: 8}
    assert serials(CreditNote) == list(range(1, 9))
