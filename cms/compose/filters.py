"""Which of the chosen customers get a message: `rules.left_out`, as the database asks it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, literal, select

from cms.compose.rules import Needs
from cms.models import Customer, Order

# What is due is asked by its amount: by `unpaid` SQLite would walk all unpaid orders for each customer.
LIVE_ORDER = and_(Order.customer_id == Customer.id, Order.status != "Cancelled")


def why_left_out(needs: Needs) -> ColumnElement[str]:
    """The reason why a customer does not get a message that needs this; "" for one who does."""
    whens: list[Any] = [(Customer.archived_at.is_not(None), "archived")]
    if needs.channel == "email":
        whens.append((Customer.email == "", "no_email"))
    else:
        whens.append((~Customer.phone.startswith("+"), "no_phone"))  # formats.can_message
    if needs.marketing:
        whens.append((Customer.marketing_at.is_(None), "no_consent"))
    if needs.order:
        whens.append((Customer.order_count == 0, "no_order"))
    if needs.due:
        owing = exists(select(Order.id).where(LIVE_ORDER, Order.due_paise > 0).correlate(Customer))
        whens.append((~owing, "nothing_due"))
    return case(*whens, else_=literal(""))
