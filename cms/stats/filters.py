"""Which days the figures of customers are about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from cms.dates import FIRST_YEAR, financial_year, month_start, parse_date, show_date
from cms.errors import RuleError

SPANS = {
    "month": "This month", "last-month": "Last month", "year": "This year", "fy": "Financial year", "all": "All time",
}  # fmt: skip
BEGINNING = date(FIRST_YEAR, 1, 1)


@dataclass(frozen=True)
class Days:
    """A range of days, both included. `span` is one of SPANS, empty where days were typed; `problem` is a sentence."""

    since: date
    until: date
    span: str = ""
    problem: str = ""

    @classmethod
    def from_args(cls, args: Mapping[str, str], today: date) -> Days:
        """The days of `from` and `to`, else of `range`; this month where nothing sensible is asked for."""
        typed = {name: args.get(name, "").strip() for name in ("from", "to")}
        if any(typed.values()):
            try:
                since = parse_date(typed["from"]) if typed["from"] else BEGINNING
                until = parse_date(typed["to"]) if typed["to"] else today
            except RuleError as error:
                return cls(month_start(today), today, "month", f"{error.message}. This month is shown instead.")
            if since > until:
                return cls(
                    until, since, "", "The first day came after the last one; they are taken the other way round."
                )
            return cls(since, until)
        span = args.get("range", "")
        span = span if span in SPANS else "month"
        last_month = month_start(today) - timedelta(1)
        since, until = {
            "month": (month_start(today), today),
            "last-month": (month_start(last_month), last_month),
            "year": (date(today.year, 1, 1), today),
            "fy": (financial_year(today)[0], today),
            "all": (BEGINNING, today),
        }[span]
        return cls(since, until, span)

    @property
    def args(self) -> dict[str, str]:
        """As an address says it."""
        return {"range": self.span} if self.span else {"from": self.since.isoformat(), "to": self.until.isoformat()}

    @property
    def ever(self) -> bool:
        return self.since <= BEGINNING

    def in_words(self, today: date) -> str:
        until = f"until {show_date(self.until, today)}"
        return until if self.ever else f"{show_date(self.since, today)} to {show_date(self.until, today)}"
