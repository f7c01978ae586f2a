"""The kept totals of customers over time: which rows they have, and what each must be, told from the orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    cast,
    extract,
    func,
    or_,
    select,
    union_all,
)

from cms.db import db
from cms.habits.rules import Day
from cms.models import CohortTotal, Customer, CustomerYear, GapTotal, Order, SegmentDay
from cms.orders.filters import LIVE
from cms.sql import days_between, half_up, month_of


@dataclass(frozen=True)
class Whole:
    """A table of which every row is a total: its key, its amounts, and the recount with the same columns."""

    table: Any
    key: tuple[str, ...]
    amounts: tuple[str, ...]
    recount: Select

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.key, *self.amounts)


SUMS = ("orders", "gross_paise")
PARTS: dict[str, tuple[Any, tuple[str, ...], tuple[str, ...]]] = {
    "cohort_totals": (CohortTotal, ("cohort", "month"), ("customers", *SUMS)),
    "customer_years": (CustomerYear, ("year", "customer_id"), SUMS),
    "gap_totals": (GapTotal, ("days",), ("gaps",)),
    "segment_days": (SegmentDay, ("day", "segment"), SUMS),
}
"""Each table with its key and its amounts, in the order of `rules.contribution`."""


@cache
def wholes() -> tuple[Whole, ...]:
    """Every such table, in the order in which one rests on another."""
    recounts = (cohorts(), _years(), _gaps(), _segments())
    return tuple(Whole(*part, recount) for part, recount in zip(PARTS.values(), recounts, strict=True))


_DAYS = (
    select(Order.ordered_on, func.count(), func.sum(Order.total_paise))
    .where(Order.customer_id == bindparam("customer_id"), LIVE)
    .where(Order.id != bindparam("besides"), Order.ordered_on <= bindparam("until"))
    .group_by(Order.ordered_on)
    .order_by(Order.ordered_on)
)


def days_of(customer_id: int, besides: int = 0, until: date = date.max) -> list[Day]:
    """The days on which a customer ordered, in order: without the order `besides`, and what is dated after `until`."""
    rows = db.session.execute(_DAYS, {"customer_id": customer_id, "besides": besides, "until": until})
    return [Day(day, orders, int(paise)) for day, orders, paise in rows]


def pace(gross: Any, first_on: Any, last_on: Any) -> ColumnElement[int]:
    """`rules.pace_paise` in SQL; 0 where there is no order."""
    days = cast(days_between(first_on, last_on), Integer)
    return func.coalesce(case((days == 0, gross), else_=half_up(30 * gross, days)), 0)


def cohorts(until: date | None = None) -> Select:
    """`cohort_totals` as the orders give them, up to a day."""
    month = month_of(Order.ordered_on).label("month")
    counted = [LIVE] if until is None else [LIVE, Order.ordered_on <= until]
    months = (
        select(
            Order.customer_id,
            month,
            func.count().label("orders"),
            func.sum(Order.total_paise).label("gross_paise"),
        )
        .where(*counted)
        .group_by(Order.customer_id, month)
        .subquery()
    )
    # From all orders, also later ones: the first order is the same.
    cohort = month_of(Customer.first_order_on).label("cohort")
    return (
        select(cohort, months.c.month, func.count().label("customers"), *(func.sum(months.c[name]) for name in SUMS))
        .join(Customer, Customer.id == months.c.customer_id)
        .group_by(cohort, months.c.month)
    )


def _years() -> Select:
    year = extract("year", Order.ordered_on)
    first = year - case((extract("month", Order.ordered_on) < 4, 1), else_=0)
    of = (_of_years(year), _of_years(first * 100 + (first + 1) % 100))
    both = union_all(*of).subquery()
    return select(both)


def _of_years(year: Any) -> Select:
    named = year.label("year")
    orders, gross = func.count().label("orders"), func.sum(Order.total_paise).label("gross_paise")
    return select(named, Order.customer_id, orders, gross).where(LIVE).group_by(named, Order.customer_id)


def _gaps() -> Select:
    before = func.lag(Order.ordered_on).over(partition_by=Order.customer_id, order_by=Order.ordered_on)
    each = select(Order.ordered_on.label("day"), before.label("before")).where(LIVE).subquery()
    days = cast(days_between(each.c.before, each.c.day), Integer).label("days")
    return select(days, func.count()).where(each.c.before.is_not(None)).group_by(days)


def _segments() -> Select:
    return (
        select(Order.ordered_on, Customer.segment, func.count(), func.sum(Order.total_paise))
        .join(Customer, Customer.id == Order.customer_id)
        .where(LIVE)
        .group_by(Order.ordered_on, Customer.segment)
    )


def wrong_rows(whole: Whole, most: int = 20) -> list[tuple[tuple, tuple[int, ...], tuple[int, ...]]]:
    """Rows whose totals differ from the recount, or that one of the two lacks: the key, the kept, the recounted."""
    differing, gone = _wrong(whole)
    size, nothing = len(whole.key), (0,) * len(whole.amounts)
    rows = db.session.execute(differing.limit(most))
    found = [(tuple(row[:size]), tuple(map(int, row[size::2])), tuple(map(int, row[size + 1 :: 2]))) for row in rows]
    missing = [(tuple(row[:size]), tuple(row[size:]), nothing) for row in db.session.execute(gone.limit(most))]
    return found + missing


@cache
def _wrong(whole: Whole) -> tuple[Select, Select]:
    """What differs or is not kept, each kept amount beside its recount; and what is kept of nothing."""
    kept, counted = whole.table, whole.recount.subquery()
    column = dict(zip(whole.columns, counted.c, strict=True))
    same = and_(*(getattr(kept, name) == column[name] for name in whole.key))
    pairs = [(func.coalesce(getattr(kept, name), 0), func.coalesce(column[name], 0)) for name in whole.amounts]
    keys = [column[name] for name in whole.key]
    differing = select(*keys, *(one for pair in pairs for one in pair)).select_from(counted).outerjoin(kept, same)
    left = [getattr(kept, name) for name in whole.columns]
    some = or_(*(amount != 0 for amount in left[len(keys) :]))
    gone = select(*left).outerjoin(counted, same).where(keys[0].is_(None), some)
    return differing.where(or_(*(a != b for a, b in pairs))), gone
