"""The shop's reasons for a return, as their page needs them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from cms.db import db
from cms.models import Return, ReturnReason


def reasons() -> Sequence[Any]:
    """The reasons in their order, each with how many returns name it."""
    uses = select(Return.reason, func.count().label("uses")).group_by(Return.reason).subquery()
    query = (
        select(ReturnReason.name, ReturnReason.any_time, func.coalesce(uses.c.uses, 0).label("uses"))
        .outerjoin(uses, uses.c.reason == ReturnReason.name)
        .order_by(ReturnReason.position, ReturnReason.name)
    )
    return db.session.execute(query).all()


def reason_list() -> list[ReturnReason]:
    """The reasons in their order, to be changed."""
    return list(db.session.scalars(select(ReturnReason).order_by(ReturnReason.position, ReturnReason.name)))


def uses_of(name: str) -> int:
    return db.session.scalar(select(func.count()).where(Return.reason == name)) or 0
