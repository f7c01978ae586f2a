"""The money, what needs doing, and the last orders: all of it in one round trip."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam

from cms.backups.queries import plan_news
from cms.backups.rules import trouble
from cms.complaints.queries import Unsolved, unsolved
from cms.complaints.rules import soon
from cms.figures.queries import SUMS, Headline, low_stock, scarcest
from cms.figures.recent import earliest, recent_days, told
from cms.orders.queries import latest_orders
from cms.payments.queries import to_confirm
from cms.returns.queries import open_counts, open_states
from cms.together import Together


@cache
def _waiting() -> Together:
    times: dict[str, Any] = {name: bindparam(name) for name in soon(datetime.min)}
    return Together(
        orders=latest_orders(8),
        low=scarcest(bindparam("low")),
        to_confirm=to_confirm(),
        returns=open_states(),
        complaints=unsolved(bindparam("me"), **times),
        sums=SUMS,
        days=recent_days(bindparam("earliest"), bindparam("last")),
        backup=plan_news(),
    )


def panels(me: int, few_units: int, now: datetime, today: date) -> dict[str, Any]:
    """Figures, orders, products, payments, returns and complaints, by the names that the page gives them.

    `me`: whose complaints are counted as mine; `few_units`: a stock of so many or less is low.
    """
    days = {"first": date.min, "earliest": earliest(today), "last": today}
    found = _waiting().ask(low=few_units, me=me, **days, **soon(now))
    plan = found["backup"][0]
    return {
        "figures": Headline(*found["sums"][0]),
        "recent": told(found["days"], today),
        "orders": found["orders"],
        "low": low_stock(found["low"]),
        "to_confirm": found["to_confirm"][0].times,
        "returns_open": open_counts(found["returns"]),
        "complaints": Unsolved(*found["complaints"][0]),
        "backup_trouble": trouble(plan.daily, plan.since, plan.made_at, plan.problem, now),
    }
