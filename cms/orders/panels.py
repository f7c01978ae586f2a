"""What followed an order, for its page: a query each, whatever the order."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cms.complaints import queries as complaints
from cms.feedback import queries as feedback
from cms.invoices import queries as invoices
from cms.models import Order
from cms.notifications.queries import messages_of
from cms.payments import queries as payments
from cms.returns import queries as returns


def panels_of(order: Order, undo_minutes: int, now: datetime) -> dict[str, Any]:
    """Payments, invoice, messages, returns, complaints and feedback of an order, by the names of their fragments."""
    invoice, credit_notes = invoices.of_order(order.id)
    return {
        "money": payments.money_of(order, undo_minutes),
        "invoice": invoice,
        "credit_notes": credit_notes,
        "messages": messages_of(order.customer_id, order.id),
        "returns": returns.returns_of_order(order.id),
        "complaints": complaints.of_order(order.id),
        "feedback": feedback.of_order(order.id),
        "feedback_until": feedback.open_link_until(order.id, now),
    }
