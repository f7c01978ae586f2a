"""The steps of every order: one chain from its first status to its present one, each step allowed or taken back.

And the times of every complaint.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import and_, func, not_, or_, select
from sqlalchemy.orm import aliased

from cms.db import db
from cms.models import Complaint, Order, StatusChange
from cms.orders.rules import MOVES

MOST_SHOWN = 20


def _steps() -> Any:
    """Each step with what the one before it, of the same order, led to."""
    window = {"partition_by": StatusChange.order_id, "order_by": StatusChange.id}
    before = func.lag(StatusChange.new).over(**window)  # type: ignore[arg-type]
    return select(StatusChange.order_id, StatusChange.old, StatusChange.new, before.label("before")).subquery()


def chains() -> Iterator[str]:
    """Steps that do not start where the one before ended, and orders without any."""
    steps = _steps()
    query = select(Order.ref, steps.c.old, steps.c.new, steps.c.before).join(steps, steps.c.order_id == Order.id)
    broken = query.where(steps.c.old.is_distinct_from(steps.c.before)).limit(MOST_SHOWN)
    for ref, old, new, before in db.session.execute(broken):
        yield f"order {ref}: the step from {old} to {new} follows one that led to {before}"
    none = ~select(StatusChange.id).where(StatusChange.order_id == Order.id).exists()
    for ref in db.session.scalars(select(Order.ref).where(none).limit(MOST_SHOWN)):
        yield f"order {ref}: has no steps at all"


def moves() -> Iterator[str]:
    """Steps that no rule allows and that do not take back the step they name."""
    undone = aliased(StatusChange)
    allowed = or_(*(and_(StatusChange.old == old, StatusChange.new.in_(new)) for old, new in MOVES.items() if new))
    takes_back = and_(
        undone.order_id == StatusChange.order_id,
        undone.id < StatusChange.id,
        undone.old == StatusChange.new,
        undone.new == StatusChange.old,
    )
    right = or_(
        StatusChange.old.is_(None),
        and_(StatusChange.undoes_id.is_(None), allowed),
        and_(StatusChange.undoes_id.is_not(None), func.coalesce(takes_back, False)),
    )
    query = (
        select(Order.ref, StatusChange.old, StatusChange.new)
        .join(Order, Order.id == StatusChange.order_id)
        .outerjoin(undone, undone.id == StatusChange.undoes_id)
        .where(not_(right))
    )
    for ref, old, new in db.session.execute(query.limit(MOST_SHOWN)):
        yield f"order {ref}: cannot go from {old} to {new}"


def last_steps() -> Iterator[str]:
    """Orders whose last step led elsewhere."""
    last = (
        select(StatusChange.order_id, func.max(StatusChange.id).label("id")).group_by(StatusChange.order_id).subquery()
    )
    query = (
        select(Order.ref, Order.status, StatusChange.new)
        .join(last, last.c.order_id == Order.id)
        .join(StatusChange, StatusChange.id == last.c.id)
        .where(StatusChange.new != Order.status)
    )
    for ref, status, new in db.session.execute(query.limit(MOST_SHOWN)):
        yield f"order {ref}: status is {status}, its last step led to {new}"


def complaints() -> Iterator[str]:
    """Complaints acknowledged or not as their state does not say, or before they were opened."""
    wrong = or_(
        (Complaint.state == "open") != Complaint.acknowledged_at.is_(None),
        Complaint.acknowledged_at < Complaint.opened_at,
        Complaint.resolved_at < Complaint.acknowledged_at,
    )
    query = select(Complaint.ref, Complaint.state).where(wrong).limit(MOST_SHOWN)
    for ref, state in db.session.execute(query):
        yield f"complaint {ref}: its times are not those of one that is {state}"
