"""What a list of orders comes to in all, where figures lead to it: from the kept totals wherever they know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from cms.baskets.queries import together
from cms.dates import month_start, next_month
from cms.db import db
from cms.figures.queries import headline
from cms.habits.filters import began
from cms.insights import queries as insights
from cms.models import CohortTotal, Order, SegmentDay
from cms.orders.filters import LIVE, OrderFilter


@dataclass(frozen=True)
class ListSum:
    """Orders that are not cancelled (of a status: those), or of a product its units and money; None where unknown."""

    orders: int | None
    units: int | None = None
    paise: int | None = None


def sum_of(wanted: OrderFilter) -> ListSum | None:
    """The sum of the whole list; None where no figure leads and counting could take long."""
    if wanted.q or wanted.unpaid:
        return None
    first, last = wanted.days
    named = [name for name in ("status", "customer", "product", "also", "segment", "first") if getattr(wanted, name)]
    if named == ["product"]:
        return ListSum(None, *insights.of_product(int(wanted.product), first, last))
    if named == ["product", "also"]:
        return ListSum(len(together(wanted)))
    if named == ["customer"]:
        return _of_customer(int(wanted.customer), first, last)
    if named == ["segment"]:
        sums = (func.sum(SegmentDay.orders), func.sum(SegmentDay.gross_paise))
        found = select(*sums).where(SegmentDay.segment == wanted.segment, SegmentDay.day.between(first, last))
        orders, paise = db.session.execute(found).one()
        return ListSum(int(orders or 0), None, int(paise or 0))
    if named == ["first"] and first == month_start(first) and last == next_month(last) - timedelta(1):
        return _of_beginners(wanted.first, first, last)
    if named == ["status"] and (wanted.since or wanted.until):
        return ListSum(getattr(headline(last, first), wanted.status.lower()))
    if not named and (wanted.sales or wanted.since or wanted.until):
        days = headline(last, first)
        return ListSum(days.orders, days.units, days.gross_paise)
    return None


def _of_customer(customer_id: int, first: date, last: date) -> ListSum:
    sums = (func.count(), func.sum(Order.units), func.sum(Order.total_paise))
    query = select(*sums).where(Order.customer_id == customer_id, LIVE, Order.ordered_on.between(first, last))
    return ListSum(*(int(amount or 0) for amount in db.session.execute(query).one()))


def _of_beginners(began_in: str, first: date, last: date) -> ListSum:
    """Of customers by the month in which they began, over whole months."""
    sums = (func.sum(CohortTotal.orders), func.sum(CohortTotal.gross_paise))
    query = select(*sums).where(began(CohortTotal.cohort, began_in), CohortTotal.month.between(first, last))
    orders, paise = db.session.execute(query).one()
    return ListSum(int(orders or 0), None, int(paise or 0))
