"""A range of business days, and what it is compared with: as people choose it, as the address says it. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from cms.dates import FIRST_YEAR, LAST_YEAR, MONTHS, financial_year, month_start, next_month, parse_date, show_date
from cms.errors import RuleError

PRESETS: Mapping[str, str] = {
    "today": "Today",
    "7d": "7 days",
    "30d": "30 days",
    "90d": "90 days",
    "month": "This month",
    "last_month": "Last month",
    "year": "This year",
    "fy": "Financial year",
    "all": "All",
}
COMPARISONS: Mapping[str, str] = {"": "Nothing", "before": "The days before", "year": "The year before"}
USUAL = "30d"
EARLIEST, LATEST = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
ONE_DAY = timedelta(days=1)
MOST_DAYS, MOST_WEEKS = 45, 200
"""Up to so many days a line has a point a day, then a week; beyond that a month."""


@dataclass(frozen=True)
class Range:
    """Days from `since` to `until`, both included. `typed`: own days as typed; `problem`: what is wrong there."""

    preset: str
    since: date
    until: date
    compare: str = ""
    typed: tuple[str, str] = ("", "")
    problem: str = ""

    @classmethod
    def from_args(cls, args: Mapping[str, str], today: date) -> Range:
        """The range that an address asks for; the last 30 days, and a sentence, for one that makes no sense."""
        compare = args.get("compare", "")
        compare = compare if compare in COMPARISONS else ""
        typed = (args.get("since", "").strip()[:40], args.get("until", "").strip()[:40])
        preset = args.get("range", "own" if any(typed) else USUAL)
        if preset == "own":
            try:
                return cls("own", *_own_days(*typed, today), compare, typed)
            except RuleError as error:
                usual = cls(USUAL, *preset_days(USUAL, today), compare, typed)
                return replace(usual, problem=f"{error.message}. The last 30 days are shown instead.")
        preset = preset if preset in PRESETS else USUAL
        return cls(preset, *preset_days(preset, today), compare)

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1

    @property
    def before(self) -> tuple[date, date] | None:
        """The days to compare with: just as many right before these, or the same dates a year earlier."""
        if self.preset == "all" or not self.compare:
            return None
        first, last = self.since - timedelta(days=self.days), self.since - ONE_DAY
        if self.compare == "year":  # of a year with 29 February not the first day of the next one too
            first, last = _year_earlier(self.since), _year_earlier(self.until)
        return (first, last) if first >= EARLIEST else None

    @property
    def alone(self) -> str:
        """Why it is compared with nothing though that is asked for; "" else."""
        if not self.compare or self.before:
            return ""
        return "All days have none before them" if self.preset == "all" else f"There are no days before {FIRST_YEAR}"

    def as_args(self, **changes: str) -> dict[str, str]:
        """For a link to the same range; `changes` override."""
        own = {"since": self.since.isoformat(), "until": self.until.isoformat()} if self.preset == "own" else {}
        wanted = {"range": "" if self.preset == USUAL else self.preset, "compare": self.compare} | own | changes
        return {name: value for name, value in wanted.items() if value}

    def rows_args(self) -> dict[str, str]:
        """For a link to the rows of these days."""
        if self.preset == "all":
            return {"until": self.until.isoformat()}
        return {"since": self.since.isoformat(), "until": self.until.isoformat()}

    def words(self, today: date) -> str:
        """The range in words, as within a sentence.

        >>> Range("30d", date(2026, 2, 13), date(2026, 3, 14)).words(date(2026, 3, 14))
        '13 Feb to 14 Mar'
        """
        if self.preset == "all":
            return "all days so far"
        return span_words(self.since, self.until, today)

    def when(self, today: date) -> str:
        """The same as when something happened.

        >>> Range("today", date(2026, 3, 14), date(2026, 3, 14)).when(date(2026, 3, 14))
        'on 14 Mar'
        """
        if self.preset == "all":
            return "so far"
        return f"{'on' if self.days == 1 else 'from'} {self.words(today)}"

    def before_words(self, today: date) -> str:
        """What it is compared with, in words.

        >>> Range("today", date(2026, 3, 14), date(2026, 3, 14), "before").before_words(date(2026, 3, 14))
        'the day before'
        """
        if self.before is None:
            return ""
        if self.compare == "before":
            return "the day before" if self.days == 1 else f"the {self.days} days before"
        return span_words(*self.before, today)


def span_words(since: date, until: date, today: date) -> str:
    """Two days as a span, one day as itself."""
    if since == until:
        return show_date(since, today)
    return f"{show_date(since, today)} to {show_date(until, today)}"


def preset_days(preset: str, today: date) -> tuple[date, date]:
    """First and last day of a preset; those of this month and year end today.

    >>> preset_days("7d", date(2026, 3, 14)) == (date(2026, 3, 8), date(2026, 3, 14))
    True
    >>> preset_days("last_month", date(2026, 3, 14)) == (date(2026, 2, 1), date(2026, 2, 28))
    True
    """
    if preset == "last_month":
        last = month_start(today) - ONE_DAY
        return month_start(last), last
    first = {
        "today": today,
        "month": month_start(today),
        "year": today.replace(month=1, day=1),
        "fy": financial_year(today)[0],
        "all": EARLIEST,
    }
    return (first[preset] if preset in first else today - timedelta(days=int(preset[:-1]) - 1)), today


@dataclass(frozen=True)
class Bucket:
    """The days of one point of a line."""

    since: date
    until: date
    label: str


def buckets(since: date, until: date, today: date) -> list[Bucket]:
    """The range cut into days, weeks from Monday, or months, by its length; nothing overlaps, nothing is missing."""
    days, found, first = (until - since).days + 1, [], since
    while first <= until:
        if days <= MOST_DAYS:
            last = first
        elif days <= MOST_WEEKS:
            last = first + timedelta(days=6 - first.weekday())
        else:
            last = next_month(first) - ONE_DAY
        last = min(last, until)
        label = f"{MONTHS[first.month - 1]} {first.year}" if days > MOST_WEEKS else show_date(first, today)
        found.append(Bucket(first, last, label))
        first = last + ONE_DAY
    return found


def by_bucket(points: Sequence[Bucket], found: Iterable[tuple[date, Sequence[int]]], width: int) -> list[list[int]]:
    """The amounts of each day summed up in its bucket."""
    sums, starts = [[0] * width for _ in points], [point.since for point in points]
    for day, amounts in found:
        nth = bisect_right(starts, day) - 1
        if nth >= 0 and day <= points[nth].until:
            sums[nth] = [so_far + int(amount) for so_far, amount in zip(sums[nth], amounts, strict=True)]
    return sums


def step_words(days: int) -> str:
    """What one point stands for."""
    return "day" if days <= MOST_DAYS else "week" if days <= MOST_WEEKS else "month"


@dataclass(frozen=True)
class Parts:
    """A range as whole months and the single days at its ends (None where there are none)."""

    days: tuple[tuple[date, date], ...]
    months: tuple[date, date] | None


def parts_of(since: date, until: date) -> Parts:
    """Whole months are summed as months: a year is at most 60 days and 12 months.

    >>> parts_of(date(2026, 1, 15), date(2026, 3, 31)).months == (date(2026, 2, 1), date(2026, 3, 1))
    True
    """
    first = since if since.day == 1 else next_month(since)
    end = month_start(until + ONE_DAY)  # the first day that no whole month holds
    if first >= end:
        return Parts(((since, until),), None)  # upside down it holds nothing
    edges = tuple((a, b) for a, b in ((since, first - ONE_DAY), (end, until)) if a <= b)
    return Parts(edges, (first, month_start(end - ONE_DAY)))


def _own_days(since: str, until: str, today: date) -> tuple[date, date]:
    """Raises RuleError."""
    if not since and not until:
        raise RuleError("Choose a first and a last day")
    first = parse_date(since, "since") if since else EARLIEST
    last = parse_date(until, "until") if until else max(today, first)
    if last < first:
        raise RuleError("The first day comes after the last one")
    return first, last


def _year_earlier(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)
