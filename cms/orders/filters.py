"""What a list of orders shows: shared by the page, its pager, tracking and the export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select

from cms.dates import parse_date
from cms.errors import RuleError
from cms.models import Order
from cms.orders.rules import STATUSES

SORTS = ("newest", "oldest")
LIVE = Order.status != "Cancelled"
"""What counts as a sale, in every figure and kept total."""


@dataclass(frozen=True)
class OrderFilter:
    """Words, status, days (both included, ISO), customer and whether something is due."""

    q: str = ""
    status: str = ""
    since: str = ""
    until: str = ""
    customer: str = ""
    unpaid: str = ""
    sort: str = "newest"

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> OrderFilter:
        """Whatever is not a known value means its default."""
        sort, status, customer = args.get("sort", ""), args.get("status", ""), args.get("customer", "")
        known = customer.isascii() and customer.isdigit() and len(customer) < 10
        return cls(
            q=args.get("q", "").strip()[:200],
            status=status if status in STATUSES else "",
            since=_day(args.get("since", "")),
            until=_day(args.get("until", "")),
            customer=customer if known else "",
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
        if self.since:
            select = select.where(Order.ordered_on >= date.fromisoformat(self.since))
        if self.until:
            select = select.where(Order.ordered_on <= date.fromisoformat(self.until))
        return select


def _day(text: str) -> str:
    try:
        return parse_date(text).isoformat() if text.strip() else ""
    except RuleError:
        return ""
