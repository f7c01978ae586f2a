"""Tracking: every order by how far it has come, what waits longest first."""

from __future__ import annotations

from flask import Blueprint, g, request
from flask.typing import ResponseReturnValue

from cms.access import needs
from cms.figures import queries as figures
from cms.orders import queries as orders
from cms.orders import rules
from cms.orders.filters import OrderFilter
from cms.shell import today
from cms.tracking.filters import TrackingFilter
from cms.views.bar import bar_of
from cms.web import page_or_fragment

bp = Blueprint("tracking", __name__, url_prefix="/tracking")


@bp.get("")
@needs("see")
def index() -> ResponseReturnValue:
    asked = TrackingFilter.from_args(request.args)
    done = asked.status in ("Delivered", "Cancelled")
    wanted = OrderFilter(status=asked.status, sort="newest" if done else "oldest")
    return page_or_fragment(
        "tracking/index.html",
        "tracking/_list.html",
        page=orders.orders_matching(wanted, request.args, besides=orders.PLACE),
        wanted=wanted,
        views=bar_of("tracking", asked, request.args, g.me),
        counts=figures.orders_by_status(today()),
        next_moves=rules.next_moves,
        wait_days=lambda order: rules.wait_days(order.ordered_on, today()),
    )
