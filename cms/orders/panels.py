"""What followed an order, for its page: all of it in one round trip."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import bindparam

from cms.complaints import queries as complaints
from cms.feedback import queries as feedback
from cms.invoices import queries as invoices
from cms.models import Order
from cms.notifications.queries import messages_of
from cms.orders.queries import steps_of
from cms.payments import queries as payments
from cms.returns import queries as returns
from cms.together import Together, Value


@cache
def _followed() -> Together:
    order: Value = bindparam("order_id")
    return Together(
        steps=steps_of(order),
        payments=payments.payments_of(order),
        fresh=payments.fresh_of(order, bindparam("since")),
        invoices=invoices.of_order(order),
        messages=messages_of(bindparam("customer_id"), order),
        returns=returns.of_order(order),
        complaints=complaints.of_order(order),
        feedback=feedback.of_order(order),
        links=feedback.open_link_until(order, bindparam("now")),
    )


def panels_of(order: Order, undo_minutes: int, now: datetime) -> dict[str, Any]:
    """Steps, payments, invoice, messages, returns, complaints and feedback, by the names of their fragments."""
    since = now - timedelta(minutes=undo_minutes)
    found = _followed().ask(order_id=order.id, customer_id=order.customer_id, since=since, now=now)
    rows = found.pop("invoices")
    return found | {
        "money": payments.order_money(order, found["payments"], found["fresh"]),
        "invoice": rows[0] if rows else None,
        "credit_notes": [row for row in rows if row.note_id],
        "feedback_until": found["links"][0].until,
    }
