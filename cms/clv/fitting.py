"""Fitting the lifetime model to a shop's own orders: from days with orders to what is expected of each customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cms.clv import model, rules
from cms.clv.model import Array, Buying, Spending
from cms.clv.rules import Purchases

WEEK = 7


@dataclass
class Seen:
    """Each customer as the model sees them on a day: `x` further days with orders, the last of them after `t` weeks,
    known for `T` weeks, and `mean`, what was spent on each further day (0 where there is none)."""

    ids: Array
    x: Array
    t: Array
    T: Array
    mean: Array

    @property
    def customers(self) -> int:
        return len(self.ids)

    @property
    def repeaters(self) -> int:
        return int((self.x > 0).sum())


def seen_on(purchases: Purchases, day: int, minor: int = 100) -> Seen:
    """Who had ordered by this day (an ordinal); `minor` units of money make one."""
    import numpy as np

    ids, days, paise = (
        np.frombuffer(one, dtype=np.int64) if len(one) else np.zeros(0, dtype=np.int64)
        for one in (purchases.customers, purchases.days, purchases.paise)
    )
    known = days <= day
    ids, days, money = ids[known], days[known], paise[known] / minor
    if not len(ids):
        nothing = np.zeros(0)
        return Seen(nothing, nothing, nothing, nothing, nothing)
    some, first, count = np.unique(ids, return_index=True, return_counts=True)
    x = (count - 1).astype(float)
    began = days[first]
    more = np.add.reduceat(money, first) - money[first]
    mean = np.divide(more, x, out=np.zeros(len(x)), where=x > 0)
    return Seen(some, x, (days[first + count - 1] - began) / WEEK, (day - began) / WEEK, mean)


@dataclass
class Fit:
    """Both models on what was seen; `spending` is missing where nobody who came again paid anything."""

    seen: Seen
    buying: Buying
    spending: Spending | None


def fit(seen: Seen) -> Fit:
    import numpy as np

    paying = (seen.x > 0) & (seen.mean > 0)
    differing = int(paying.sum()) > 1 and float(np.ptp(seen.mean[paying])) > 0
    return Fit(
        seen,
        model.fit_buying(seen.x, seen.t, seen.T),
        model.fit_spending(seen.x[paying], seen.mean[paying]) if differing else None,
    )


def foretold(found: Fit, days: int = rules.AHEAD_DAYS) -> tuple[Array, Array, Array]:
    """Of each customer: days with orders in the next `days`, the chance to be one still, and what they will spend."""
    seen = found.seen
    orders = model.expected_orders(found.buying, days / WEEK, seen.x, seen.t, seen.T)
    alive = model.alive(found.buying, seen.x, seen.t, seen.T)
    if found.spending is None:
        known = seen.mean[seen.x > 0]
        return orders, alive, orders * (known.mean() if len(known) else 0)
    return orders, alive, orders * model.expected_spend(found.spending, seen.x, seen.mean)


def checked(purchases: Purchases, today: int) -> dict[str, Any]:
    """How well the model, fitted without the last days, foretells them: by how often a customer had come again.

    Empty where too little lies before those days.
    """
    import numpy as np

    held = rules.held_out_days(today - purchases.first)
    seen = seen_on(purchases, today - held)
    if not held or not rules.enough(seen.customers, seen.repeaters):
        return {}
    found = fit(seen)
    expected = model.expected_orders(found.buying, held / WEEK, seen.x, seen.t, seen.T)
    ids, days = (np.frombuffer(one, dtype=np.int64) for one in (purchases.customers, purchases.days))
    came, times = np.unique(ids[(days > today - held) & (days <= today)], return_counts=True)
    actual = np.zeros(seen.customers)
    place = np.searchsorted(seen.ids, came)
    there = (place < seen.customers) & (seen.ids[np.minimum(place, seen.customers - 1)] == came)
    actual[place[there]] = times[there]
    often = np.minimum(seen.x, rules.MANY_ORDERS).astype(int)
    rows = [
        {
            "orders": int(count),
            "customers": int((often == count).sum()),
            "expected": round(float(expected[often == count].sum()), 1),
            "actual": int(actual[often == count].sum()),
        }
        for count in np.unique(often)
    ]
    return {"days": held, "rows": rows, "expected": round(float(expected.sum()), 1), "actual": int(actual.sum())}
