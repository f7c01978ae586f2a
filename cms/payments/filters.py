"""What a list of payments shows: shared by the page, its pager and its totals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, func

from cms.dates import iso_day, month_start
from cms.models import Payment
from cms.payments.rules import KINDS, METHODS, STATES


@dataclass(frozen=True)
class PaymentFilter:
    """Words, state, method, kind and days (both included, ISO)."""

    q: str = ""
    state: str = ""
    method: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> PaymentFilter:
        """Whatever is not a known value means all."""
        state, method, kind = args.get("state", ""), args.get("method", ""), args.get("kind", "")
        return cls(
            q=args.get("q", "").strip()[:200],
            state=state if state in STATES else "",
            method=method if method in METHODS else "",
            kind=kind if kind in KINDS else "",
            since=iso_day(args.get("since", "")),
            until=iso_day(args.get("until", "")),
        )

    @property
    def sorted_by(self) -> str:
        """What waits to be confirmed goes by how long it has been waiting."""
        return "oldest" if self.state == "claimed" else "newest"

    def as_args(self, **changes: str) -> dict[str, Any]:
        """What was asked for, for a link; `changes` override."""
        return {name: value for name, value in (vars(self) | changes).items() if value}

    def days(self, today: date) -> tuple[date | None, date | None]:
        """The first and the last day whose totals are shown: today's unless told."""
        if not self.since and not self.until:
            return today, today
        first, last = (date.fromisoformat(text) if text else None for text in (self.since, self.until))
        return first, last

    def narrow(self, select: Select) -> Select:
        """The select with these conditions, search words left to the query that knows how to find them."""
        # Of two conditions the one that fewer rows meet leads; the other is hidden from the choice of an index.
        rare = self.state in ("claimed", "refused")
        if self.state:
            select = select.where(Payment.state == self.state if rare else _hidden(Payment.state) == self.state)
        if self.method:
            select = select.where(_hidden(Payment.method) == self.method if rare else Payment.method == self.method)
        if self.kind:
            select = select.where(Payment.kind == self.kind)
        # The list goes by the moment, so that is what an index can cut short; a zone is within a day of UTC.
        if self.since:
            first = date.fromisoformat(self.since)
            select = select.where(_hidden(Payment.paid_on) >= first, Payment.paid_at >= first - timedelta(days=1))
        if self.until:
            last = date.fromisoformat(self.until)
            select = select.where(_hidden(Payment.paid_on) <= last, Payment.paid_at < last + timedelta(days=2))
        return select


def spans(today: date) -> dict[str, dict[str, str]]:
    """The days that are asked for most, by name: what stands in the link to each."""
    days = {
        "Today": (today, today),
        "Yesterday": (today - timedelta(days=1), today - timedelta(days=1)),
        "7 days": (today - timedelta(days=6), today),
        "This month": (month_start(today), today),
    }
    return {name: {"since": first.isoformat(), "until": last.isoformat()} for name, (first, last) in days.items()}


def _hidden(column: Any) -> Any:
    return func.coalesce(column, column)
