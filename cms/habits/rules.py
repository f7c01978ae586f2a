"""What the days on which one customer ordered add up to, in every total that is kept of customers over time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from cms.dates import financial_year, month_start
from cms.money import round_half_up


class Day(NamedTuple):
    """What one customer ordered on one business day."""

    day: date
    orders: int
    paise: int


Amounts = dict[tuple, tuple[int, ...]]
"""Name of a table and the key of its row: the amounts of its row."""


def with_order(days: Sequence[Day], day: date, paise: int) -> list[Day]:
    """These days and one order more, by day.

    >>> [tuple(day) for day in with_order([Day(date(2026, 3, 1), 1, 5)], date(2026, 3, 1), 7)]
    [(datetime.date(2026, 3, 1), 2, 12)]
    """
    same = next((one for one in days if one.day == day), Day(day, 0, 0))
    return sorted([*(one for one in days if one.day != day), Day(day, same.orders + 1, same.paise + paise)])


def pace_paise(gross_paise: int, first_on: date, last_on: date) -> int:
    """Gross a month from the first to the last order, a month of 30 days; all of it when they are on one day.

    >>> pace_paise(90_000, date(2026, 1, 1), date(2026, 3, 2)), pace_paise(500, date(2026, 1, 1), date(2026, 1, 1))
    (45000, 500)
    """
    days = (last_on - first_on).days
    return round_half_up(30 * gross_paise, days) if days else gross_paise


def financial_key(day: date) -> int:
    """The financial year of a day as `customer_years` names it beside the calendar years.

    >>> financial_key(date(2026, 3, 31)), financial_key(date(2099, 4, 1))
    (202526, 209900)
    """
    first = financial_year(day)[0].year
    return first * 100 + (first + 1) % 100


def contribution(customer_id: int, segment: str, days: Sequence[Day]) -> Amounts:
    """What one customer with these days (in order) adds to each row of the kept totals."""
    sums: dict[tuple, list[int]] = defaultdict(lambda: [0, 0])
    gaps: dict[tuple, int] = defaultdict(int)
    for day, orders, paise in days:
        keys = (
            ("cohort_totals", month_start(days[0].day), month_start(day)),
            ("customer_years", day.year, customer_id),
            ("customer_years", financial_key(day), customer_id),
            ("segment_days", day, segment),
        )
        for key in keys:
            sums[key][0] += orders
            sums[key][1] += paise
        if orders > 1:
            gaps["gap_totals", 0] += orders - 1
    for one, other in pairwise(days):
        gaps["gap_totals", (other.day - one.day).days] += 1
    amounts: Amounts = {key: (1, *both) if key[0] == "cohort_totals" else tuple(both) for key, both in sums.items()}
    return amounts | {key: (times,) for key, times in gaps.items()}


def difference(before: Amounts, after: Amounts) -> Iterator[tuple[tuple, tuple[int, ...]]]:
    """What to add to each row to come from one to the other, in the order in which rows are locked."""
    for key in sorted(before.keys() | after.keys()):
        size = len(after.get(key) or before[key])
        was, now = before.get(key, (0,) * size), after.get(key, (0,) * size)
        if was != now:
            yield key, tuple(new - old for old, new in zip(was, now, strict=True))
