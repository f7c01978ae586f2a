"""An order that is dated on another day, or becomes another customer's, after it was counted."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from sqlalchemy import select

from cms.activity.actions import record
from cms.db import db
from cms.models import Order, OrderLine
from cms.totals.actions import count_for_customer, count_order
from cms.totals.products import count_sold


def redate(order: Order, day: date, customer_id: int | None = None) -> None:
    """Counted out as it was and in as it is; an order that is not cancelled. Call it inside `with write()`."""
    sold: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for line in db.session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)):
        units, paise = sold[line.product_id]
        sold[line.product_id] = units + line.quantity, paise + line.total_paise
    count_sold(order.ordered_on, sold, -1)
    count_for_customer(order, -1)
    count_order(order, order.status, -1)
    order.ordered_at += day - order.ordered_on
    order.ordered_on, order.customer_id = day, customer_id or order.customer_id
    db.session.flush()
    count_for_customer(order, 1)
    count_order(order, order.status, 1)
    count_sold(order.ordered_on, sold, 1)
    record(None, "order.edited", order, customer_id=order.customer_id, order_id=order.id)
