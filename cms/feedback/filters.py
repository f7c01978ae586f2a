"""What a list of feedback shows: shared by the page and its pager."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, func

from cms.dates import iso_day
from cms.models import Feedback

ONE_DAY = timedelta(days=1)
RATINGS: Mapping[str, str] = {
    "5": "5 stars",
    "4-5": "4 and 5 stars",
    "4": "4 stars",
    "3": "3 stars",
    "2": "2 stars",
    "1-2": "1 and 2 stars",
    "1": "1 star",
}


@dataclass(frozen=True)
class FeedbackFilter:
    """Words, stars (3, or several: 1-2), a product's code, a customer, days (both included, ISO), if it says more."""

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
            rating=rating if rating in RATINGS else "",
            product=args.get("product", "").strip()[:64],
            customer=customer if known else "",
            since=iso_day(args.get("since", "")),
            until=iso_day(args.get("until", "")),
            comment="1" if args.get("comment") == "1" else "",
        )

    def as_args(self, **changes: str) -> dict[str, Any]:
        """What differs from the default, for a link; `changes` override."""
        return {name: value for name, value in (vars(self) | changes).items() if value}

    @property
    def stars(self) -> range:
        """The numbers of stars that are let through."""
        least, _to, most = self.rating.partition("-")
        return range(int(least), int(most or least) + 1) if least else range(1, 6)

    @property
    def first(self) -> date | None:
        return date.fromisoformat(self.since) if self.since else None

    @property
    def last(self) -> date | None:
        return date.fromisoformat(self.until) if self.until else None

    def narrow(self, select: Select) -> Select:
        """The select with these conditions; words and the product are left to the query that knows how to find them."""
        if self.rating:
            # Of several the list is walked by time: by the index of stars it would have to be sorted.
            one = len(self.stars) == 1
            stars = Feedback.rating if one else func.coalesce(Feedback.rating, Feedback.rating)
            select = select.where(stars.in_(self.stars))
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
