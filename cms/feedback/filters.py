"""What a list of feedback shows: shared by the page and its pager."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select

from cms.dates import iso_day
from cms.models import Feedback

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class FeedbackFilter:
    """Words, stars, a product's code, a customer, days (both included, ISO), and only those with a comment."""

    q: str = ""
    rating: str = ""
    product: str = ""
    customer: str = ""
    since: str = ""
    until: str = ""
    comment: str = ""

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> FeedbackFilter:
        """Whatever is not a known value means its default."""
        rating, customer = args.get("rating", ""), args.get("customer", "")
        known = customer.isascii() and customer.isdigit() and len(customer) < 10
        return cls(
            q=args.get("q", "").strip()[:200],
            rating=rating if rating in ("1", "2", "3", "4", "5") else "",
            product=args.get("product", "").strip()[:64],
            customer=customer if known else "",
            since=iso_day(args.get("since", "")),
            until=iso_day(args.get("until", "")),
            comment="1" if args.get("comment") == "1" else "",
        )

    def as_args(self, **changes: str) -> dict[str, Any]:
        """What differs from the default, for a link; `changes` override."""
        return {name: value for name, value in (asdict(self) | changes).items() if value}

    @property
    def first(self) -> date | None:
        return date.fromisoformat(self.since) if self.since else None

    @property
    def last(self) -> date | None:
        return date.fromisoformat(self.until) if self.until else None

    def narrow(self, select: Select) -> Select:
        """The select with these conditions; words and the product are left to the query that knows how to find them."""
        if self.rating:
            select = select.where(Feedback.rating == int(self.rating))
        if self.customer:
            select = select.where(Feedback.customer_id == int(self.customer))
        if self.comment:
            select = select.where(Feedback.comment != "")
        # The list is walked by time: a day around the first and the last tells the index where to begin and end.
        if self.first:
            begin = datetime.combine(self.first, time()) - ONE_DAY
            select = select.where(Feedback.given_on >= self.first, Feedback.at >= begin)
        if self.last:
            end = datetime.combine(self.last, time()) + 2 * ONE_DAY
            select = select.where(Feedback.given_on <= self.last, Feedback.at < end)
        return select
