"""A customer and what there is of them, for their page: all of it in one round trip."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import bindparam, select

from cms.complaints import queries as complaints
from cms.customers.queries import orders_of, story_of
from cms.feedback import queries as feedback
from cms.models import Customer
from cms.notifications.queries import messages_of
from cms.payments import queries as payments
from cms.returns import queries as returns
from cms.together import Together, Value


@cache
def _known() -> Together:
    customer: Value = bindparam("customer_id")
    return Together(
        customer=select(*Customer.__table__.c).where(Customer.id == customer),
        orders=orders_of(customer),
        complaints=complaints.of_customer(customer),
        ratings=feedback.ratings_of_customer(customer),
        story=story_of(customer),
        owed=payments.owed_by(customer),
        credit_moves=payments.credit_moves_of(customer),
        returns=returns.count_of(customer),
        messages=messages_of(customer),
    )


def panels_of(customer_id: int) -> dict[str, Any] | None:
    """The customer, not to be changed; orders, complaints, feedback, money, messages and what happened, by the names of
    their fragments. None when there is no such customer."""
    found = _known().ask(customer_id=customer_id)
    if not found["customer"]:
        return None
    return found | {
        "customer": found["customer"][0],
        "feedback": feedback.spread_of(found["ratings"]),
        "owed": found["owed"][0],
        "return_count": found["returns"][0].times,
    }
