"""What a form made whose answer never came."""

from __future__ import annotations

from typing import Any

from sqlalchemy import literal, select, union_all

from cms.db import db
from cms.models import Complaint, Customer, Feedback, Job, Notification, Order, Product, Return

NAMED: tuple[tuple[Any, Any], ...] = (
    (Order, Order.ref),
    (Complaint, Complaint.ref),
    (Return, Return.ref),
    (Product, Product.name),
    (Customer, Customer.name),
    (Feedback, literal("")),
    (Job, literal("")),
)
"""What forms make and how it is called. An order comes before the customer who began with it."""


def made_by(key: str) -> str | None:
    """The name of what the form with this key has made, empty for what has none; None when it has made nothing."""
    parts = [
        select(literal(place).label("place"), name.label("name")).where(table.request_key == key)
        for place, (table, name) in enumerate(NAMED)
    ]
    # A message to one customer carries the customer's id behind the key of its form.
    written = Notification.request_key.between(f"{key}:", f"{key};")
    parts.append(select(literal(len(NAMED)), literal("")).where(written))
    every = union_all(*parts).subquery()
    return db.session.scalar(select(every.c.name).order_by(every.c.place).limit(1))
