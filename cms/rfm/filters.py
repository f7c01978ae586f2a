"""A group of customers as a condition on their kept totals: the scores have bounds, and the bounds are values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, true

from cms.models import Customer
from cms.rfm import rules


@dataclass(frozen=True)
class Cuts:
    """From which day of the last order on, and from how many orders on, a customer scores 1, 2, 3, 4 and 5."""

    days: tuple[date | None, ...] = (None,) * 5
    orders: tuple[int | None, ...] = (None,) * 5


def in_group(wanted: str, cuts: Cuts, walk: bool = False) -> ColumnElement[bool]:
    """Whether a customer is in the group, or has the two scores, that `wanted` names (see `rules.name_of`).

    The index of the last order leads there and holds both; not when the list is walked in another order.
    """
    if wanted == rules.PROSPECT.key:
        return Customer.order_count == 0
    recency, frequency = rules.scores_of(wanted)
    day = _hidden(Customer.last_order_on) if walk else Customer.last_order_on
    return and_(_within(day, cuts.days, recency), _within(_hidden(Customer.order_count), cuts.orders, frequency))


def _hidden(column: Any) -> Any:
    """The same value, but not by an index: both databases would read a fifth of all customers by it."""
    return func.coalesce(column, column)


def _within(column: Any, bounds: tuple[Any, ...], wanted: tuple[int, ...]) -> ColumnElement[bool]:
    """The score of the column's value is one of these."""
    least, beyond = bounds[wanted[0] - 1], bounds[wanted[-1]] if wanted[-1] < 5 else None
    if least is None:
        return false()
    return and_(column >= least, column < beyond if beyond is not None else true())
