"""The sales of today and of this month, beside the days they are compared with: one query over some sixty days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, select

from cms.dates import month_start
from cms.db import db
from cms.models import DayTotal
from cms.together import Value


@dataclass(frozen=True)
class Sales:
    """What was sold and refunded on some days."""

    orders: int
    gross_paise: int
    returned_paise: int

    @property
    def net_paise(self) -> int:
        return self.gross_paise - self.returned_paise


@dataclass(frozen=True)
class Recent:
    """`week_ago` is the same day of the last week; `month_before` ends on the same day of the month before."""

    today: Sales
    week_ago: Sales
    month: Sales
    month_before: Sales


def recent_sales(today: date) -> Recent:
    """As of `today`, whatever is dated later left out."""
    return told(db.session.execute(recent_days(earliest(today), today)), today)


def recent_days(first: Value, last: Value) -> Select:
    """What was sold and refunded on each of these days."""
    orders = (DayTotal.pending + DayTotal.shipped + DayTotal.delivered).label("orders")
    query = select(DayTotal.day, orders, DayTotal.gross_paise, DayTotal.returned_paise)
    return query.where(DayTotal.day.between(first, last))


def earliest(today: date) -> date:
    """The first day that any of it is compared with."""
    return min(_last_month(today), today - timedelta(7))


def told(found: Iterable[Sequence[Any]], today: date) -> Recent:
    """The rows of `recent_days`, from the earliest day to today, added up."""
    this_month, last_month, week_ago = month_start(today), _last_month(today), today - timedelta(7)
    same_day = min(last_month + timedelta(today.day - 1), this_month - timedelta(1))
    days = {day: Sales(*map(int, amounts)) for day, *amounts in found}

    def between(first: date, last: date) -> Sales:
        return _sum(sales for day, sales in days.items() if first <= day <= last)

    return Recent(
        between(today, today), between(week_ago, week_ago), between(this_month, today), between(last_month, same_day)
    )


def _last_month(today: date) -> date:
    return month_start(month_start(today) - timedelta(1))


def _sum(days: Iterable[Sales]) -> Sales:
    orders = gross = returned = 0
    for day in days:
        orders, gross, returned = orders + day.orders, gross + day.gross_paise, returned + day.returned_paise
    return Sales(orders, gross, returned)
