"""An order that is changed after it was counted: by the real action, where only some of it matters."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from cms.customers.queries import customer_or_404
from cms.db import db
from cms.models import Order
from cms.orders.changing import as_typed, change_order
from cms.orders.queries import line_rows
from tests.factories import the_shop


def change(order: Order, customer_id: int | None = None, by: Any = None, version: int = 0, **said: Any) -> bool:
    """Let an order say something else, as of now. Call it inside `with write()`."""
    order = db.session.get_one(Order, order.id)
    then = replace(as_typed(order, line_rows(order.id)), **said)
    customer = customer_or_404(customer_id or order.customer_id)
    return change_order(order, customer, then, version or order.version, the_shop(), by)


def redate(order: Order, day: date, customer_id: int | None = None) -> None:
    """On another day, or another customer's."""
    change(order, customer_id, day=day)


def now(order: Order) -> Order:
    """The order as it is stored by now."""
    db.session.expunge_all()
    return db.session.get_one(Order, order.id)
