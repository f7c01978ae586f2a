"""Tracking: every order by how far it has come, what waits longest first."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from cms.access import needs
from cms.figures import queries as figures
from cms.orders import queries as orders
from cms.orders import rules
from cms.orders.filters import OrderFilter
from cms.shell import today
from cms.web import page_or_fragment

bp = Blueprint("tracking", __name__, url_prefix="/tracking")


@bp.get("")
@needs("see")
def index() -> ResponseReturnValue:
    asked = OrderFilter.from_args(request.args)
    status = asked.status or "Pending"
    done = status in ("Delivered", "Cancelled")
    wanted = OrderFilter(status=status, sort="newest" if done else "oldest")
    return page_or_fragment(
        "tracking/index.html",
        "tracking/_list.html",
        page=orders.orders_matching(wanted, request.args),
        wanted=wanted,
        counts=figures.headline(today()),
        next_moves=rules.next_moves,
        wait_days=lambda order: rules.wait_days(order.ordered_on, today()),
    )
