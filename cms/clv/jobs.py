"""The fit of the lifetime model, done by the worker: asked for by an owner, or due by itself once a day."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import select

from cms import clock
from cms.clv import actions, fitting, queries, rules
from cms.db import db
from cms.errors import RuleError
from cms.jobs.runner import Step, Work
from cms.models import Settings
from cms.money import CURRENCIES

BATCH = 2000
READING, FITTING, CHECKING = 10, 20, 30
"""How far the job is when it begins with each, in hundredths; the customers follow."""


def fit(by_id: int | None = None) -> Work:
    """Read, fit, check on the last days, and store a value for each customer. Nothing but storing holds a lock."""
    zone, currency = db.session.execute(select(Settings.zone, Settings.currency)).one()
    today, minor = clock.today(zone), 10 ** CURRENCIES[currency].digits
    bought = rules.Purchases()
    for number, part in enumerate(queries.purchases_by_part(today)):
        bought = part
        if number % 10 == 0:
            yield Step(0, 100)  # a sign of life
    seen = fitting.seen_on(bought, today.toordinal(), minor)
    if not rules.enough(seen.customers, seen.repeaters):
        raise RuleError(rules.why_not(seen.customers, seen.repeaters))
    yield Step(READING, 100)
    found = fitting.fit(seen)
    yield Step(FITTING, 100)
    row = parameters(found) | {"calibration": fitting.checked(bought, today.toordinal())}
    fit_id = yield Step(CHECKING, 100, lambda: actions.add_fit(row, today, by_id))
    rows = values(found, fit_id, minor)
    for first in range(0, len(rows), BATCH):
        done = CHECKING + (99 - CHECKING) * first // len(rows)
        yield Step(done, 100, partial(actions.add_values, rows[first : first + BATCH]))
    yield Step(99, 100, lambda: actions.finish_fit(fit_id, by_id))
    while (yield Step(99, 100, lambda: actions.drop_values(fit_id, BATCH))):
        pass
    return f"Worked out for {seen.customers:,} customers"


def parameters(found: fitting.Fit) -> dict[str, Any]:
    """A fit as its row keeps it."""
    buying, spending = found.buying, found.spending
    return {
        "customers": found.seen.customers,
        "repeaters": found.seen.repeaters,
        **{name: getattr(buying, name) for name in ("r", "alpha", "a", "b", "log_likelihood")},
        **{name: getattr(spending, name, None) for name in ("p", "q", "gamma")},
    }


def values(found: fitting.Fit, fit_id: int, minor: int) -> list[dict[str, Any]]:
    """A row for each customer."""
    orders, alive, money = fitting.foretold(found)
    columns = zip(found.seen.ids.tolist(), orders.tolist(), alive.tolist(), (money * minor).tolist(), strict=True)
    return [
        {
            "fit_id": fit_id, "customer_id": customer_id, "expected_orders": expected, "alive": chance,
            "value_paise": round(paise),
        }
        for customer_id, expected, chance, paise in columns
    ]  # fmt: skip


def due() -> str | None:
    """The key of today's fit, if there should be one and none is fresh."""
    latest, now = queries.latest_fit(), clock.now()
    if not rules.is_old(latest.fitted_at if latest else None, now) or not rules.enough(*queries.enough_data()):
        return None
    return f"{queries.KIND} {now:%Y-%m-%d}"
