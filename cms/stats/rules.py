"""What customers do over time, worked out from the kept totals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cms.dates import next_month
from cms.money import round_half_up

MEDALS = ("gold", "silver", "bronze")
BUCKETS = ((0, 0), (1, 7), (8, 14), (15, 30), (31, 60), (61, 90), (91, 180), (181, 365), (366, None))
STEPS = 6
OF_ONE = frozenset(
    {"order.placed", "order.moved", "order.step_taken_back", "order.delivery_changed", "order.feedback_asked",
     "customer.added", "customer.edited", "customer.standing_set", "customer.archived", "customer.restored",
     "customer.forgotten"}
)  # fmt: skip
"""What is done to orders and customers all day long: nobody but the customer whom the entry names has other sums."""
BESIDES = frozenset({"payment", "return", "invoice", "credit_note", "complaint", "feedback", "message"})
"""Rooms that name a customer and leave alone whose an order is, its day, its total and whether it is cancelled."""
ELSEWHERE = frozenset({"user", "view", "export", "product", "template"})
"""Rooms that have nothing to do with what is ordered already."""


@dataclass(frozen=True)
class CohortSum:
    """Customers of one first month who ordered in a month, with what they ordered."""

    cohort: date
    month: date
    customers: int
    orders: int
    gross_paise: int


@dataclass(frozen=True)
class Cohort:
    """Customers by the month of their first order: how many ordered again in each month after; `active[0]` is all."""

    first: date
    active: tuple[int, ...]

    @property
    def size(self) -> int:
        return self.active[0]


@dataclass(frozen=True)
class Month:
    """Who ordered in a month: for the first time, and again, with the gross of each."""

    month: date
    new: int = 0
    returning: int = 0
    new_paise: int = 0
    returning_paise: int = 0

    @property
    def share_returning(self) -> int:
        return percent(self.returning, self.new + self.returning)


def percent(part: int, whole: int) -> int:
    """A share in whole hundredths, half up; 0 of nothing.

    >>> percent(1, 3), percent(1, 0)
    (33, 0)
    """
    return round_half_up(100 * part, whole) if whole else 0


def heat(part: int, whole: int) -> int:
    """How strong a share is coloured, 0 to 5: in steps of a tenth, the strongest from four tenths on.

    >>> [heat(part, 100) for part in (0, 5, 12, 25, 38, 99)]
    [0, 1, 2, 3, 4, 5]
    """
    return min(STEPS - 1, 1 + part * 10 // whole) if part else 0


def cohorts_of(sums: Iterable[CohortSum]) -> list[Cohort]:
    """One cohort a month from the first to the last with orders; each up to the last month in which anybody ordered.

    A month in which nobody came for the first time has no cohort.
    """
    sums = [one for one in sums if one.customers]
    if not sums:
        return []
    last = max(one.month for one in sums)
    counts = {(one.cohort, one.month): one.customers for one in sums}
    firsts = sorted({one.cohort for one in sums})
    return [Cohort(first, tuple(counts.get((first, month), 0) for month in months(first, last))) for first in firsts]


def months(first: date, last: date) -> list[date]:
    """The first days of all months from one to the other."""
    found = []
    while first <= last:
        found.append(first)
        first = next_month(first)
    return found


def month_after(first: date, count: int) -> str:
    """The month so many months later, as a filter says it.

    >>> month_after(date(2026, 11, 1), 2)
    '2027-01'
    """
    years, month = divmod(first.month - 1 + count, 12)
    return f"{first.year + years}-{month + 1:02}"


def months_of(sums: Iterable[CohortSum], last: date, count: int) -> list[Month]:
    """New and returning customers of so many months up to that of `last`, the latest first, from when somebody came."""
    found: dict[date, Month] = {}
    for one in sums:
        so_far = found.get(one.month, Month(one.month))
        if one.cohort == one.month:
            values = (one.customers, so_far.returning, one.gross_paise, so_far.returning_paise)
        else:
            so_far_paise = so_far.returning_paise + one.gross_paise
            values = (so_far.new, so_far.returning + one.customers, so_far.new_paise, so_far_paise)
        found[one.month] = Month(one.month, *values)
    if not found:
        return []
    every = months(min(found), last.replace(day=1))[-count:]
    return [found.get(month, Month(month)) for month in reversed(every)]


def trend(days: Iterable[tuple[date, int, int]]) -> list[tuple[date, int, int]]:
    """Orders and gross of each month from the first to the last in which one customer ordered, the latest first.

    >>> days = [(date(2026, 1, 9), 1, 5), (date(2026, 3, 1), 2, 8)]
    >>> [f"{month:%b} {orders} {paise}" for month, orders, paise in trend(days)]
    ['Mar 2 8', 'Feb 0 0', 'Jan 1 5']
    """
    sums: dict[date, list[int]] = {}
    for day, orders, paise in days:
        month = sums.setdefault(day.replace(day=1), [0, 0])
        month[:] = [month[0] + orders, month[1] + paise]
    if not sums:
        return []
    return [(month, *sums.get(month, (0, 0))) for month in reversed(months(min(sums), max(sums)))]  # type: ignore[misc]


def median(histogram: Mapping[int, int]) -> float | None:
    """The middle value, or half-way between the middle two; None of nothing.

    >>> median({1: 1, 5: 1, 9: 1}), median({2: 1, 3: 1}), median({})
    (5, 2.5, None)
    """
    whole = sum(histogram.values())
    if not whole:
        return None
    low, high = _nth(histogram, (whole - 1) // 2), _nth(histogram, whole // 2)
    return low if low == high else (low + high) / 2


def _nth(histogram: Mapping[int, int], number: int) -> int:
    for value in sorted(histogram):
        number -= histogram[value]
        if number < 0:
            return value
    raise IndexError(number)


def buckets(histogram: Mapping[int, int]) -> list[tuple[str, int]]:
    """How often so many days lie between two orders, in words.

    >>> [row for row in buckets({0: 2, 3: 1, 400: 5}) if row[1]]
    [('Same day', 2), ('1 to 7 days', 1), ('Over a year', 5)]
    """
    found = []
    for low, high in BUCKETS:
        times = (count for days, count in histogram.items() if days >= low and (high is None or days <= high))
        found.append((_words(low, high), sum(times)))
    return found


def _words(low: int, high: int | None) -> str:
    if high is None:
        return "Over a year"
    return f"{low} to {high} days" if high else "Same day"


def medal(place: int, values: Sequence[int]) -> str:
    """Gold, silver or bronze for the first three places; equals share a place.

    >>> [medal(place, [9, 9, 7, 5]) for place in range(4)]
    ['gold', 'gold', 'bronze', '']
    """
    rank = sum(value > values[place] for value in values)
    return MEDALS[rank] if rank < len(MEDALS) else ""


def buyers_since(entries: Iterable[tuple[str, int | None]]) -> set[int] | None:
    """Whose orders or name entries of the trail (verb, customer_id) may have changed; None where that may be anybody's.

    >>> buyers_since([("order.placed", 7), ("product.edited", None), ("payment.recorded", 7)])
    {7}
    >>> buyers_since([("order.placed", 7), ("customer.merged", 7)])
    """
    found: set[int] = set()
    for verb, customer_id in entries:
        room = verb.partition(".")[0]
        if customer_id is not None and (verb in OF_ONE or room in BESIDES):
            found.add(customer_id)
        elif room not in ELSEWHERE:
            return None
    return found
