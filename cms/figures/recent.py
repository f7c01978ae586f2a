"""The sales of today and of this month, beside the days they are compared with: one query over some sixty days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from cms.dates import month_start
from cms.db import db
from cms.models import DayTotal


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
    this_month = month_start(today)
    last_month = month_start(this_month - timedelta(1))
    same_day = min(last_month + timedelta(today.day - 1), this_month - timedelta(1))
    first, week_ago = min(last_month, today - timedelta(7)), today - timedelta(7)
    orders = DayTotal.pending + DayTotal.shipped + DayTotal.delivered
    query = select(DayTotal.day, orders, DayTotal.gross_paise, DayTotal.returned_paise)
    found = db.session.execute(query.where(DayTotal.day.between(first, today))).all()
    days = {day: Sales(*map(int, amounts)) for day, *amounts in found}

    def between(first: date, last: date) -> Sales:
        return _sum(sales for day, sales in days.items() if first <= day <= last)

    return Recent(
        between(today, today), between(week_ago, week_ago), between(this_month, today), between(last_month, same_day)
    )


def _sum(days: Iterable[Sales]) -> Sales:
    orders = gross = returned = 0
    for day in days:
        orders, gross, returned = orders + day.orders, gross + day.gross_paise, returned + day.returned_paise
    return Sales(orders, gross, returned)
