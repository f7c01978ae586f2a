"""What a list of orders shows: shared by the page, its pager, tracking and the export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import aliased

from cms.dates import iso_day
from cms.figures.ranges import EARLIEST, LATEST
from cms.habits.filters import began, first_or_blank
from cms.insights.rules import MOST_LINES
from cms.models import Customer, Order, OrderLine
from cms.orders.rules import STATUSES
from cms.text import row_id

SORTS = ("newest", "oldest")
LIVE = Order.status != "Cancelled"
"""What counts as a sale, in every figure and kept total."""
SAMPLE = 1000
"""Orders at most, the latest, in which pairs of products are counted."""


@dataclass(frozen=True)
class OrderFilter:
    """Words, status, days (both included, ISO), customer, products, whether something is due, whether only sales count.

    `also`: a second product; `baskets.queries.together` looks for both where pairs are counted. `segment` of the
    customer, and the month of their `first` order, like 2026-03, or before-2026-03.
    """

    q: str = ""
    status: str = ""
    since: str = ""
    until: str = ""
    customer: str = ""
    product: str = ""
    also: str = ""
    segment: str = ""
    first: str = ""
    sales: str = ""
    unpaid: str = ""
    sort: str = "newest"

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> OrderFilter:
        """Whatever is not a known value means its default."""
        sort, status = args.get("sort", ""), args.get("status", "")
        return cls(
            q=args.get("q", "").strip()[:200],
            status=status if status in STATUSES else "",
            since=iso_day(args.get("since", "")),
            until=iso_day(args.get("until", "")),
            customer=row_id(args.get("customer", "")),
            product=row_id(args.get("product", "")),
            also=row_id(args.get("also", "")),
            segment=args.get("segment", "").strip()[:60],
            first=first_or_blank(args.get("first", "")),
            sales="1" if args.get("sales") == "1" else "",
            unpaid="1" if args.get("unpaid") == "1" else "",
            sort=sort if sort in SORTS else "newest",
        )

    def as_args(self, **changes: str) -> dict[str, Any]:
        """What differs from the default, for a link; `changes` override."""
        wanted = vars(self) | changes
        return {name: value for name, value in wanted.items() if value and (name, value) != ("sort", "newest")}

    def narrow(self, query: Select) -> Select:
        """The select with these conditions, search words left to the query that knows how to find them."""
        if self.status:
            query = query.where(Order.status == self.status)
        if self.customer:
            query = query.where(Order.customer_id == int(self.customer))
        if self.unpaid:
            query = query.where(Order.unpaid.is_(True))
        if self.sales:
            query = query.where(LIVE)
        for product in filter(None, (self.product, self.also)):
            holds = exists().where(OrderLine.product_id == int(product), OrderLine.order_id == Order.id)
            query = query.where(holds)
        if self.of_customers:
            # One value of each order's customer: a join would let MariaDB begin with all customers.
            buyer = aliased(Customer)
            theirs = select(self._chosen(buyer)).where(buyer.id == Order.customer_id).correlate(Order)
            query = query.where(theirs.scalar_subquery())
        if self.since:
            query = query.where(Order.ordered_on >= date.fromisoformat(self.since))
        if self.until:
            query = query.where(Order.ordered_on <= date.fromisoformat(self.until))
        return self.within_hours(query)

    def within_hours(self, query: Select) -> Select:
        """The days as times, a day off at most whatever the zone, so that the index of the order begins there."""
        if self.since:
            query = query.where(Order.ordered_at >= _start(date.fromisoformat(self.since)) - timedelta(days=1))
        if self.until:
            query = query.where(Order.ordered_at < _start(date.fromisoformat(self.until)) + timedelta(days=2))
        return query

    def sample(self) -> Select:
        """The ids of the latest SAMPLE sales of these days that hold several lines, but not very many."""
        day = func.coalesce(Order.ordered_on, Order.ordered_on)  # not by the index of days: that would sort all of them
        query = self.within_hours(select(Order.id)).where(LIVE, day.between(*self.days))
        query = query.where(Order.line_count.between(2, MOST_LINES))
        return query.order_by(Order.ordered_at.desc(), Order.id.desc()).limit(SAMPLE)

    @property
    def of_customers(self) -> bool:
        """Whether it is about some customers: of a segment, or of a month in which they began."""
        return bool(self.segment or self.first)

    def customers(self) -> Select:
        """The ids of those customers."""
        return select(Customer.id).where(self._chosen(Customer))

    def _chosen(self, of: Any) -> ColumnElement[bool]:
        wanted = [of.segment == self.segment] if self.segment else []
        return and_(*wanted, *([began(of.first_order_on, self.first)] if self.first else []))

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day, whatever there is without them."""
        return (
            date.fromisoformat(self.since) if self.since else EARLIEST,
            date.fromisoformat(self.until) if self.until else LATEST,
        )


def _start(day: date) -> datetime:
    return datetime.combine(day, time())
