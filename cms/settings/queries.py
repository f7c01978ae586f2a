"""The shop's settings, as their pages need them."""

from __future__ import annotations

from sqlalchemy import select

from cms.db import db
from cms.models import Order, Settings


def the_shop() -> Settings:
    """The one row of settings."""
    return db.session.get_one(Settings, 1)


def any_order() -> bool:
    """Whether anything has ever been ordered."""
    return db.session.scalar(select(Order.id).limit(1)) is not None
