"""The shop's segments, as their page needs them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from cms.db import db
from cms.models import Customer, Segment


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
