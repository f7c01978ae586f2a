"""The start page: the money, what needs doing, the last orders."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from cms import clock
from cms.access import needs
from cms.auth.sessions import shop
from cms.dates import month_start
from cms.figures.rules import compared
from cms.home.panels import panels
from cms.shell import today

bp = Blueprint("home", __name__)


@bp.get("/")
@needs("see")
def index() -> ResponseReturnValue:
    return render_template(
        "home/index.html",
        compared=compared,
        weekday=f"last {today():%A}",
        month_before=f"in {month_start(today()) - timedelta(1):%B} up to this day",
        **panels(g.me.id, shop().low_stock, clock.now(), today()),
    )
