"""What customers do over time, from the kept totals; from the orders where a range cuts through them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from cms.dates import financial_year
from cms.db import db
from cms.habits import queries as habits
from cms.habits.rules import Day, financial_key
from cms.kept import kept
from cms.models import CohortTotal, Customer, CustomerYear, DayTotal, GapTotal, Order, SegmentDay
from cms.orders.filters import LIVE
from cms.stats import rules
from cms.stats.filters import Days
from cms.stats.rules import CohortSum

WHO = (Customer.id, Customer.ref, Customer.name)


def cohort_sums(today: date) -> list[CohortSum]:
    """Every cohort and month up to today."""
    return kept("cohorts", today, lambda: _cohort_sums(today))


def _cohort_sums(today: date) -> list[CohortSum]:
    columns = (getattr(CohortTotal, name) for name in ("cohort", "month", "customers", "orders", "gross_paise"))
    query = habits.cohorts(today) if _later_than(today) else select(*columns)
    sums = [CohortSum(cohort, month, *map(int, amounts)) for cohort, month, *amounts in db.session.execute(query)]
    return sorted(sums, key=lambda one: (one.cohort, one.month))


def top_customers(days: Days, by: str, limit: int, today: date) -> Sequence[Any]:
    """Who bought for most (`by` revenue) or most often (orders) in these days: id, ref, name, orders, gross_paise."""
    return kept("top", today, lambda: _top(days, by, today), days, by)[:limit]


MOST = 25
NEXT = 175
"""So many more are kept, whom a cancelled order of one of the best may bring up."""


def _top(days: Days, by: str, today: date) -> Sequence[Any]:
    if days.ever and not _later_than(days.until):
        orders, gross = Customer.order_count, Customer.gross_paise
        ranked = (gross if by == "revenue" else orders).desc()
        query = select(*WHO, orders.label("orders"), gross).where(orders > 0).order_by(ranked, Customer.id.desc())
        return db.session.execute(query.limit(MOST)).all()
    if year := _year_of(days):
        return _named(_of_year(year, by), by)
    best = kept("best", today, lambda: _best(days, by), days, by, mend=lambda *known: _mended(days, by, *known))
    return best.rows[:MOST]


def _named(sums: Any, by: str) -> Sequence[Any]:
    best = sums.subquery()
    ranked = best.c.gross_paise if by == "revenue" else best.c.orders
    query = select(*WHO, best.c.orders, best.c.gross_paise).join(best, best.c.customer_id == Customer.id)
    return db.session.execute(query.order_by(ranked.desc(), Customer.id.desc())).all()


def _year_of(days: Days) -> int | None:
    """The key of the calendar or financial year that these days are, or so much of it as has orders."""
    first, last = financial_year(days.since)
    years = (
        (date(days.since.year, 1, 1), date(days.since.year, 12, 31), days.since.year),
        (first, last, financial_key(first)),
    )
    for begins, ends, key in years:
        if days.since == begins and days.until <= ends and not _later_than(days.until, ends):
            return key
    return None


def _of_year(year: int, by: str) -> Any:
    ranked = CustomerYear.gross_paise if by == "revenue" else CustomerYear.orders
    query = select(CustomerYear.customer_id, CustomerYear.orders, CustomerYear.gross_paise)
    # The sum is no column: SQLite would else prefer the index of orders to the one that is in order.
    query = query.where(CustomerYear.year == year, CustomerYear.orders + 0 > 0)
    return query.order_by(ranked.desc(), CustomerYear.customer_id.desc()).limit(MOST)


def _of_days(days: Days, by: str) -> Any:
    # Grouped by an expression: SQLite would else walk all orders of all times by its index of customers.
    who = (Order.customer_id + 0).label("customer_id")
    orders, gross = func.count().label("orders"), func.sum(Order.total_paise).label("gross_paise")
    query = select(who, orders, gross).where(LIVE, Order.ordered_on.between(days.since, days.until)).group_by(who)
    return query.order_by((gross if by == "revenue" else orders).desc(), who.desc()).limit(MOST + NEXT)


@dataclass(frozen=True)
class Best:
    """Everybody who is worth `least` or more, the best first."""

    rows: Sequence[Any]
    least: tuple[int, int]


def _best(days: Days, by: str) -> Best:
    rows = _named(_of_days(days, by), by)
    return Best(rows, _worth(rows[-1], by) if len(rows) == MOST + NEXT else (0, 0))


def _mended(days: Days, by: str, known: Best, since: Sequence[Any]) -> Best | None:
    """What was known, with the customers anew of whom something was written; None where that leaves too few.

    It is exact: whoever is neither in it nor among these is worth less than `least`, as before.
    """
    ids = rules.buyers_since((entry.verb, entry.customer_id) for entry in since)
    if ids is None:
        return None
    rows = [row for row in known.rows if row.id not in ids]
    rows += [row for row in _sums_of(ids, days) if _worth(row, by) >= known.least]
    rows.sort(key=lambda row: _worth(row, by), reverse=True)
    return Best(rows, known.least) if len(rows) >= MOST or known.least == (0, 0) else None


def _sums_of(ids: set[int], days: Days) -> list[Any]:
    orders, gross = func.count().label("orders"), func.sum(Order.total_paise).label("gross_paise")
    query = select(*WHO, orders, gross).join(Order, Order.customer_id == Customer.id).where(Customer.id.in_(ids))
    query = query.where(LIVE, Order.ordered_on.between(days.since, days.until)).group_by(*WHO)
    return list(db.session.execute(query)) if ids else []


def _worth(row: Any, by: str) -> tuple[int, int]:
    """What they are ranked by."""
    return int(row.gross_paise if by == "revenue" else row.orders), row.id


def segments(days: Days) -> Sequence[Any]:
    """Orders and gross of these days by the segment that the customers have now, the largest first."""
    gross = func.sum(SegmentDay.gross_paise).label("gross_paise")
    query = select(SegmentDay.segment, func.sum(SegmentDay.orders).label("orders"), gross)
    query = query.where(SegmentDay.day.between(days.since, days.until)).group_by(SegmentDay.segment)
    rows = db.session.execute(query.order_by(gross.desc(), SegmentDay.segment)).all()
    return [row for row in rows if row.orders]


@dataclass(frozen=True)
class Loyalty:
    """How many have ordered, how many of them again, and how often so many days lay between two orders."""

    buyers: int
    repeaters: int
    gaps: dict[int, int]


def cohort_size(first: str, today: date) -> int:
    """How many customers had their first order in a month such as 2026-03."""
    month = date.fromisoformat(f"{first}-01")
    return sum(one.customers for one in cohort_sums(today) if one.cohort == one.month == month)


def loyalty(today: date) -> Loyalty:
    return kept("loyalty", today, _loyalty)


def _loyalty() -> Loyalty:
    def having(orders: int) -> int:
        return db.session.scalar(select(func.count()).where(Customer.order_count >= orders)) or 0

    rows = db.session.execute(select(GapTotal.days, GapTotal.gaps).where(GapTotal.gaps > 0))
    return Loyalty(having(1), having(2), dict(iter(rows)))


def days_of(customer_id: int, today: date) -> list[Day]:
    """The days on which a customer ordered, up to today."""
    return habits.days_of(customer_id, until=today)


def _later_than(day: date, last: date = date.max) -> bool:
    """Whether an order is dated behind this day, up to `last`."""
    query = select(DayTotal.day).where(DayTotal.day > day, DayTotal.day <= last, DayTotal.line_count > 0)
    return db.session.scalar(query.limit(1)) is not None
