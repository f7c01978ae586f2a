"""What needs doing, and the last orders: all of it in one round trip."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import g
from sqlalchemy import bindparam

from cms import clock
from cms.auth.sessions import shop
from cms.complaints.queries import Unsolved, unsolved
from cms.complaints.rules import soon
from cms.figures.queries import low_stock, scarcest
from cms.orders.queries import latest_orders
from cms.payments.queries import to_confirm
from cms.returns.queries import open_counts, open_states
from cms.together import Together


@cache
def _waiting() -> Together:
    times: dict[str, Any] = {name: bindparam(name) for name in soon(clock.now())}
    return Together(
        orders=latest_orders(8),
        low=scarcest(bindparam("low")),
        to_confirm=to_confirm(),
        returns=open_states(),
        complaints=unsolved(bindparam("me"), **times),
    )


def panels() -> dict[str, Any]:
    """Orders, products, payments, returns and complaints, by the names that the page gives them."""
    found = _waiting().ask(low=shop().low_stock, me=g.me.id, **soon(clock.now()))
    return {
        "orders": found["orders"],
        "low": low_stock(found["low"]),
        "to_confirm": found["to_confirm"][0].times,
        "returns_open": open_counts(found["returns"]),
        "complaints": Unsolved(*found["complaints"][0]),
    }
