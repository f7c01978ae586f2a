"""Changing where an order goes; what was bought and for how much is settled by then."""

from __future__ import annotations

from typing import Any

from cms.activity.actions import record
from cms.db import claim
from cms.errors import RuleError
from cms.models import Order


def change_delivery(order: Order, values: dict[str, str], version: int, by: Any) -> None:
    """Give an order another address or note. Raises Conflict for an edit in between, RuleError once it is cancelled."""
    claim(order, version, tuple(values))
    if order.status == "Cancelled":
        raise RuleError(f"{order.ref} is cancelled; nothing of it is delivered")
    before = {name: getattr(order, name) for name in values}
    for name, value in values.items():
        setattr(order, name, value)
    if before != values:
        links = {"customer_id": order.customer_id, "order_id": order.id}
        record(by, "order.delivery_changed", order, before=before, after=values, **links)
