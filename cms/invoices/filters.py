"""Which invoices a list shows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select

from cms.dates import financial_year, financial_year_label, iso_day
from cms.models import Invoice


@dataclass(frozen=True)
class InvoiceFilter:
    """Words, a financial year (as its label), and days of issue (both included, ISO)."""

    q: str = ""
    year: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> InvoiceFilter:
        """Whatever is not a known value means its default."""
        return cls(
            args.get("q", "").strip()[:200],
            _year(args.get("year", "")),
            iso_day(args.get("since", "")),
            iso_day(args.get("until", "")),
        )

    def as_args(self, **changes: str) -> dict[str, Any]:
        """What differs from the default, for a link; `changes` override."""
        return {name: value for name, value in (vars(self) | changes).items() if value}

    def days(self) -> tuple[date | None, date | None]:
        """The first and the last day, None where there is no such end."""
        first, last = days_of_year(self.year) if self.year else (None, None)
        since = date.fromisoformat(self.since) if self.since else None
        until = date.fromisoformat(self.until) if self.until else None
        return max(filter(None, (first, since)), default=None), min(filter(None, (last, until)), default=None)

    def narrow(self, select: Select) -> Select:
        """The select with these days."""
        first, last = self.days()
        if first:
            select = select.where(Invoice.issued_on >= first)
        if last:
            select = select.where(Invoice.issued_on <= last)
        return select


def days_of_year(label: str) -> tuple[date, date]:
    """First and last day of a financial year by its label, such as 26-27."""
    return financial_year(date(2000 + int(label[:2]), 4, 1))


def _year(text: str) -> str:
    if not re.fullmatch(r"[0-9]{2}-[0-9]{2}", text):
        return ""
    return text if financial_year_label(days_of_year(text)[0]) == text else ""
