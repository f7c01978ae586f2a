"""When the demo shop sells: growth over the years, the festive season, the weekend."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import accumulate

from cms.dates import to_local

YEARS = 3
MORNING_ENDS = 10
"""The hour at which the demo's story ends, on its last day."""
DIWALI = (
    date(2019, 10, 27),
    date(2020, 11, 14),
    date(2021, 11, 4),
    date(2022, 10, 24),
    date(2023, 11, 12),
    date(2024, 10, 31),
    date(2025, 10, 20),
    date(2026, 11, 8),
    date(2027, 10, 29),
    date(2028, 10, 17),
    date(2029, 11, 5),
    date(2030, 10, 26),
)
BY_MONTH = (1.05, 0.9, 1.0, 1.05, 0.95, 0.85, 0.85, 1.0, 1.1, 1.25, 1.2, 1.1)
BY_WEEKDAY = (0.9, 0.9, 0.92, 0.95, 1.0, 1.2, 1.3)


def last_day(now: datetime, zone: str) -> date:
    """The day whose morning has passed last: nothing in a shop lies in the future.

    >>> last_day(datetime(2026, 11, 23, 4, 29), "Asia/Kolkata"), last_day(datetime(2026, 11, 23, 4, 30), "Asia/Kolkata")
    (datetime.date(2026, 11, 22), datetime.date(2026, 11, 23))
    """
    return (to_local(now, zone) - timedelta(hours=MORNING_ENDS)).date()


def days_until(today: date) -> list[date]:
    """Every day of the last YEARS years, today the last."""
    return [today - timedelta(days=back) for back in range(365 * YEARS, -1, -1)]


def weight(day: date, first: date, today: date) -> float:
    """How busy a day is beside others; of today only the morning has passed."""
    growth = 0.5 + (day - first).days / max((today - first).days, 1)
    festive = 2.2 if any(0 <= (diwali - day).days <= 14 for diwali in DIWALI) else 1.0
    morning = 0.25 if day == today else 1.0
    return growth * festive * morning * BY_MONTH[day.month - 1] * BY_WEEKDAY[day.weekday()]


def spread(total: int, weights: list[float]) -> list[int]:
    """How many of `total` fall on each day; they add up.

    >>> spread(10, [1.0, 1.0, 2.0])
    [2, 3, 5]
    """
    if not weights:
        return []
    whole = sum(weights)
    upto = [int(total * part / whole) for part in accumulate(weights)]
    upto[-1] = total
    return [now - before for before, now in zip([0, *upto], upto, strict=False)]
