"""The shop's settings and segments, as their pages need them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from cms.db import db
from cms.models import Customer, Order, Segment, Settings


def the_shop() -> Settings:
    """The one row of settings."""
    return db.session.get_one(Settings, 1)


def any_order() -> bool:
    """Whether anything has ever been ordered."""
    return db.session.scalar(select(Order.id).limit(1)) is not None


def segments() -> Sequence[Any]:
    """The segments in their order, each with how many customers it has."""
    query = (
        select(Segment.name, func.count(Customer.id).label("customers"))
        .outerjoin(Customer, Customer.segment == Segment.name)
        .group_by(Segment.name, Segment.position)
        .order_by(Segment.position, Segment.name)
    )
    return db.session.execute(query).all()


def segment_list() -> list[Segment]:
    """The segments in their order, to be changed."""
    return list(db.session.scalars(select(Segment).order_by(Segment.position, Segment.name)))


def customers_in(segment: str) -> int:
    return db.session.scalar(select(func.count()).where(Customer.segment == segment)) or 0
