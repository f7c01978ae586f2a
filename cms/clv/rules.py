"""When the lifetime model may be trusted, and how its results are told."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

LEAST_CUSTOMERS, LEAST_REPEATERS = 100, 30
"""Below so many customers, and so many who came again, the parameters are guesses."""
AHEAD_DAYS = 365
"""How far it looks ahead; further no shop stays as it is."""
MOST_HELD_OUT_DAYS = 182
MANY_ORDERS = 7
"""Customers who came again so often or more are told together."""
FRESH = timedelta(days=1)


@dataclass
class Purchases:
    """One entry a customer and day with orders, by customer and day. Numbers only: a million of them take 24 MB."""

    customers: array = field(default_factory=lambda: array("q"))
    days: array = field(default_factory=lambda: array("q"))
    paise: array = field(default_factory=lambda: array("q"))

    def add(self, rows: Iterable[tuple[int, date, int]]) -> None:
        for customer_id, day, paise in rows:
            self.customers.append(customer_id)
            self.days.append(day.toordinal())
            self.paise.append(int(paise))

    @property
    def first(self) -> int:
        return min(self.days, default=0)


def enough(customers: int, repeaters: int) -> bool:
    return customers >= LEAST_CUSTOMERS and repeaters >= LEAST_REPEATERS


def why_not(customers: int, repeaters: int) -> str:
    """What is missing, in a sentence.

    >>> why_not(40, 12)
    'It needs at least 100 customers with an order, 30 of whom came again; so far there are 40 and 12.'
    """
    return (
        f"It needs at least {LEAST_CUSTOMERS} customers with an order, {LEAST_REPEATERS} of whom came again; "
        f"so far there are {customers} and {repeaters}."
    )


def is_old(fitted_at: datetime | None, now: datetime) -> bool:
    return fitted_at is None or now - fitted_at > FRESH


def held_out_days(shop_days: int) -> int:
    """How many of the last days are kept apart to check the model on: a third of all, at most half a year.

    >>> held_out_days(90), held_out_days(1000)
    (30, 182)
    """
    return min(shop_days // 3, MOST_HELD_OUT_DAYS)


def times(orders: int) -> str:
    """How often a customer came again, as a row of the check is headed.

    >>> times(0), times(1), times(7)
    ('Not again', 'Once again', '7 times and more')
    """
    words = {0: "Not again", 1: "Once again", MANY_ORDERS: f"{MANY_ORDERS} times and more"}
    return words.get(orders) or f"{orders} times"
