"""What a list of orders shows: shared by the page, its pager, tracking and the export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, exists

from cms.dates import iso_day
from cms.figures.ranges import EARLIEST, LATEST
from cms.models import Order, OrderLine
from cms.orders.rules import STATUSES
from cms.text import row_id

SORTS = ("newest", "oldest")
LIVE = Order.status != "Cancelled"
"""What counts as a sale, in every figure and kept total."""


@dataclass(frozen=True)
class OrderFilter:
    """Words, status, days (both included, ISO), customer, products, whether something is due, whether only sales count.

    `also`: a second product of the same order.
    """

    q: str = ""
    status: str = ""
    since: str = ""
    until: str = ""
    customer: str = ""
    product: str = ""
    also: str = ""
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
            sales="1" if args.get("sales") == "1" else "",
            unpaid="1" if args.get("unpaid") == "1" else "",
            sort=sort if sort in SORTS else "newest",
        )

    def as_args(self, **changes: str) -> dict[str, Any]:
        """What differs from the default, for a link; `changes` override."""
        wanted = asdict(self) | changes
        return {name: value for name, value in wanted.items() if value and (name, value) != ("sort", "newest")}

    def narrow(self, select: Select) -> Select:
        """The select with these conditions, search words left to the query that knows how to find them."""
        if self.status:
            select = select.where(Order.status == self.status)
        if self.customer:
            select = select.where(Order.customer_id == int(self.customer))
        if self.unpaid:
            select = select.where(Order.unpaid.is_(True))
        if self.sales:
            select = select.where(LIVE)
        for product in filter(None, (self.product, self.also)):
            holds = exists().where(OrderLine.product_id == int(product), OrderLine.order_id == Order.id)
            select = select.where(holds)
        if self.since:
            select = select.where(Order.ordered_on >= date.fromisoformat(self.since))
        if self.until:
            select = select.where(Order.ordered_on <= date.fromisoformat(self.until))
        return self.within_hours(select)

    def within_hours(self, select: Select) -> Select:
        """The days as times, a day off at most whatever the zone, so that the index of the order begins there."""
        if self.since:
            select = select.where(Order.ordered_at >= _start(date.fromisoformat(self.since)) - timedelta(days=1))
        if self.until:
            select = select.where(Order.ordered_at < _start(date.fromisoformat(self.until)) + timedelta(days=2))
        return select

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day, whatever there is without them."""
        return (
            date.fromisoformat(self.since) if self.since else EARLIEST,
            date.fromisoformat(self.until) if self.until else LATEST,
        )

    @property
    def adds_up(self) -> bool:
        """Whether the kept totals say what the whole list comes to: of days, of a product, or both."""
        apart = self.q or self.status or self.customer or self.unpaid or self.also
        return not apart and bool(self.product or self.since or self.until)


def _start(day: date) -> datetime:
    return datetime.combine(day, time())
