"""The arithmetic of product insights. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from cms.money import round_half_up, show_count

PACE_DAYS = 30
"""The present pace: what was sold in so many days, today included."""
SOON_DAYS = 14
SLOW_DAYS = (30, 60, 90, 180)
MOST_LINES = 20
"""Longer orders say little about what goes together, and hold hundreds of pairs."""


def trend(now: int, before: int) -> int | None:
    """Whole percent more or less than before, half up; None when there was nothing.

    >>> trend(150, 100), trend(50, 100), trend(5, 0)
    (50, -50, None)
    """
    return round_half_up((now - before) * 100, before) if before > 0 else None


def days_left(stock: int, sold: int) -> int | None:
    """Whole days that the stock lasts when `sold` went in PACE_DAYS; None when nothing did.

    >>> days_left(10, 30), days_left(10, 40), days_left(10, 0)
    (10, 7, None)
    """
    return stock * PACE_DAYS // sold if sold > 0 else None


def lasts(stock: int, sold: int) -> str:
    """The same in words.

    >>> lasts(0, 5), lasts(1, 60), lasts(10, 30)
    ('sold out', 'less than a day', '10 days')
    """
    days = days_left(stock, sold)
    if not stock:
        return "sold out"
    if days is None:
        return "not sold"
    return "less than a day" if not days else f"{days} day{'' if days == 1 else 's'}"


def reasons_in_words(reasons: Sequence[tuple[str, int]]) -> str:
    """The most frequent reasons, each with its units.

    >>> reasons_in_words([("Damaged", 2), ("Wrong size", 5)])
    'Wrong size (5), Damaged (2)'
    """
    first = sorted(reasons, key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{reason} ({show_count(units)})" for reason, units in first[:3])


def room_for(rows: int = 5) -> str:
    """How high a table of so many rows will be, as static/app.css calls it; some where it is not known.

    >>> room_for(), room_for(10), room_for(15)
    ('few', 'ten', 'long')
    """
    return "few" if rows <= 7 else "ten" if rows <= 12 else "long"


def spark_points(values: Sequence[int], width: int = 96, height: int = 24) -> str:
    """The corners of a small line through these values, as an SVG polyline has them; "" for fewer than two.

    >>> spark_points([0, 10], 100, 20)
    '1,19 99,1'
    """
    if len(values) < 2:
        return ""
    most, last = max(*values, 1), len(values) - 1
    return " ".join(
        f"{1 + round_half_up((width - 2) * nth, last)},{1 + round_half_up((height - 2) * (most - max(value, 0)), most)}"
        for nth, value in enumerate(values)
    )
