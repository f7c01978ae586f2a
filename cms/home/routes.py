"""The start page: the money, what needs doing, the last orders."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from cms import clock
from cms.access import needs
from cms.auth.sessions import shop
from cms.complaints import queries as complaints
from cms.dates import month_start
from cms.figures import queries as figures
from cms.figures.recent import recent_sales
from cms.figures.rules import compared
from cms.orders import queries as orders
from cms.payments import queries as payments
from cms.returns import queries as returns
from cms.shell import today

bp = Blueprint("home", __name__)


@bp.get("/")
@needs("see")
def index() -> ResponseReturnValue:
    return render_template(
        "home/index.html",
        figures=figures.headline(today()),
        recent=recent_sales(today()),
        compared=compared,
        weekday=f"last {today():%A}",
        month_before=f"in {month_start(today()) - timedelta(1):%B} up to this day",
        low=figures.low_stock(shop().low_stock),
        to_confirm=payments.to_confirm(),
        orders=orders.latest_orders(8),
        returns_open=returns.open_counts(),
        complaints=complaints.unsolved(g.me.id, clock.now()),
    )
