"""What tests of payments do and ask."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from cms.db import db
from cms.models import Customer, Order, Payment
from cms.orders.actions import move_order
from cms.payments import actions
from tests.factories import the_shop, write

UTR = "412345678901"


def pay(
    order, paise, method="cash", reference="", note="", at: datetime | None = None, seen=False, by=None, key=None
) -> Payment:
    with write():
        found = db.session.get_one(Order, order.id)
        return actions.record_payment(found, paise, method, reference, note, at, seen, the_shop(), by, key)


def back(order, paise, mode="cash", reference="", key=None, return_id=None) -> Payment:
    with write():
        found = db.session.get_one(Order, order.id)
        return actions.give_back(found, paise, mode, reference, "", the_shop(), None, return_id, key)


def spend(order, paise, key=None) -> Payment:
    with write():
        return actions.use_credit(db.session.get_one(Order, order.id), paise, the_shop(), None, key)


def decide(what, payment, *words, version=None, by=None) -> None:
    with write():
        row = db.session.get_one(Payment, payment.id)
        what(row, *words, row.version if version is None else version, the_shop(), by)


def money_of(order) -> tuple[int, int, int]:
    """Paid, due, and the customer's credit."""
    db.session.rollback()
    query = select(Order.paid_paise, Order.due_paise, Customer.credit_paise).join(Customer)
    return tuple(db.session.execute(query.where(Order.id == order.id)).one())


def state(payment) -> str:
    return db.session.scalar(select(Payment.state).where(Payment.id == payment.id))


def cancel(order) -> None:
    with write():
        move_order(db.session.get_one(Order, order.id), "Cancelled", "Pending", None)


def settle_before(order) -> None:
    with write():
        db.session.get_one(Order, order.id).settled_before = True
