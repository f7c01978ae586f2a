"""What a list of refunded returns comes to in all, where figures lead to it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from cms.db import db
from cms.figures.queries import headline
from cms.insights import queries as insights
from cms.models import Return
from cms.returns.filters import ReturnFilter
from cms.returns.queries import has_word


@dataclass(frozen=True)
class ListSum:
    """How many returns; their units and what was refunded, tax on top left out (None: not known without them all)."""

    returns: int
    units: int | None = None
    paise: int | None = None


def sum_of(wanted: ReturnFilter) -> ListSum | None:
    """The sum of the whole list; None where no figure leads."""
    named = [name for name in ("reason", "word", "product") if getattr(wanted, name)]
    if wanted.state != "refunded" or wanted.q or wanted.customer or len(named) > 1:
        return None
    first, last = wanted.days
    if not named:
        days = headline(last, first)
        return ListSum(days.returns, days.returned_units, days.returned_paise)
    query = select(func.count()).select_from(Return).where(Return.refunded_on.between(first, last))
    if wanted.word:
        query = query.where(has_word(wanted))
    elif wanted.reason:
        # By the index of the refunds' days, which holds the reason: that of reasons would lead to all of one.
        query = query.where(func.coalesce(Return.reason, Return.reason) == wanted.reason)
    else:
        query = query.where(Return.product_id == int(wanted.product))
    count = db.session.scalar(query) or 0
    return (
        ListSum(count, *insights.back_of_product(int(wanted.product), first, last))
        if wanted.product
        else ListSum(count)
    )
