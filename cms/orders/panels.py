"""An order and what followed it, for its page: all of it in one round trip."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any

from sqlalchemy import bindparam, select

from cms.complaints import queries as complaints
from cms.feedback import queries as feedback
from cms.invoices import queries as invoices
from cms.models import Customer, Order, OrderLine
from cms.notifications.queries import messages_of
from cms.orders.queries import steps_of
from cms.payments import queries as payments
from cms.returns import queries as returns
from cms.together import Together, Value


@cache
def _asked() -> Together:
    order: Value = bindparam("order_id")
    customer: Any = select(Order.customer_id).where(Order.id == order).scalar_subquery()
    return Together(
        order=select(*Order.__table__.c).where(Order.id == order),
        customer=select(*Customer.__table__.c).where(Customer.id == customer),
        lines=select(*OrderLine.__table__.c).where(OrderLine.order_id == order),
        steps=steps_of(order),
        payments=payments.payments_of(order),
        fresh=payments.fresh_of(order, bindparam("since")),
        invoices=invoices.of_order(order),
        messages=messages_of(customer, order),
        returns=returns.of_order(order),
        complaints=complaints.of_order(order),
        feedback=feedback.of_order(order),
        links=feedback.open_link_until(order, bindparam("now")),
    )


def panels_of(order_id: int, undo_minutes: int, now: datetime) -> dict[str, Any] | None:
    """The order with its customer and lines, not to be changed; steps, payments, invoice, messages, returns, complaints
    and feedback, by the names of their fragments. None when there is no such order."""
    found = _asked().ask(order_id=order_id, since=now - timedelta(minutes=undo_minutes), now=now)
    if not found["order"]:
        return None
    order = SimpleNamespace(
        **found["order"][0]._asdict(),
        customer=found.pop("customer")[0],
        lines=sorted(found.pop("lines"), key=lambda line: line.line_no),
    )
    rows = found.pop("invoices")
    return found | {
        "order": order,
        "money": payments.order_money(order, found["payments"], found["fresh"]),
        "invoice": rows[0] if rows else None,
        "credit_notes": [row for row in rows if row.note_id],
        "feedback_until": found["links"][0].until,
    }
