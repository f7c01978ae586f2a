"""What a list of returns shows: shared by the page, its pager and the export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, func

from cms.dates import iso_day
from cms.figures.ranges import EARLIEST, LATEST
from cms.models import Return
from cms.returns.rules import STATES
from cms.text import row_id


@dataclass(frozen=True)
class ReturnFilter:
    """Words, state, reason, product, customer, a word that the customer used, and days (both included, ISO).

    The days are those on which it was brought; of refunded ones, which the `word` implies, those of the refund.
    """

    q: str = ""
    state: str = ""
    reason: str = ""
    word: str = ""
    product: str = ""
    customer: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> ReturnFilter:
        """Whatever is not a known value means its default."""
        state, word = args.get("state", ""), args.get("word", "").strip()[:24].casefold()
        state = state if state in STATES else ""
        word = word if state in ("", "refunded") else ""
        return cls(
            q=args.get("q", "").strip()[:200],
            state="refunded" if word else state,
            reason=args.get("reason", "").strip()[:80],
            word=word,
            product=row_id(args.get("product", "")),
            customer=row_id(args.get("customer", "")),
            since=iso_day(args.get("since", "")),
            until=iso_day(args.get("until", "")),
        )

    def as_args(self, **changes: str) -> dict[str, Any]:
        """What differs from the default, for a link; `changes` override."""
        if changes.get("state", "refunded") != "refunded":
            changes |= {"word": ""}
        return {name: value for name, value in (vars(self) | changes).items() if value}

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day, whatever there is without them."""
        first = date.fromisoformat(self.since) if self.since else EARLIEST
        return first, date.fromisoformat(self.until) if self.until else LATEST

    def narrow(self, select: Select, by_day: bool = False) -> Select:
        """The select with these conditions, search words left to the query that knows how to find them.

        `by_day`: the days of the refund lead to them, and not the index of the states or of the reasons.
        """
        state: Any = Return.state
        reason: Any = Return.reason
        if by_day:
            state, reason = func.coalesce(state, state), func.coalesce(reason, reason)
        if self.state:
            select = select.where(state == self.state)
        if self.reason:
            select = select.where(reason == self.reason)
        if self.product:
            select = select.where(Return.product_id == int(self.product))
        if self.customer:
            select = select.where(Return.customer_id == int(self.customer))
        if self.state == "refunded":  # its money counts on the day of the refund: so do the days chosen
            if self.since:
                select = select.where(Return.refunded_on >= date.fromisoformat(self.since))
            if self.until:
                select = select.where(Return.refunded_on <= date.fromisoformat(self.until))
            return select
        # The day decides; its time, a day off at most whatever the zone, lets the index of the order begin there.
        if self.since:
            day = date.fromisoformat(self.since)
            select = select.where(Return.returned_on >= day, Return.returned_at >= _start(day) - timedelta(days=1))
        if self.until:
            day = date.fromisoformat(self.until)
            select = select.where(Return.returned_on <= day, Return.returned_at < _start(day) + timedelta(days=2))
        return select


def _start(day: date) -> datetime:
    return datetime.combine(day, time())
