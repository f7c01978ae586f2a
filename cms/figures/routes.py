"""What a figure means, and where its rows are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue

from cms.access import needs
from cms.dates import month_start
from cms.figures import queries
from cms.figures.meanings import meanings, title_of
from cms.figures.recent import recent_sales
from cms.shell import today

bp = Blueprint("figures", __name__, url_prefix="/figures")

Link = tuple[str, str, Mapping[str, Any]]
"""What is said of it, an endpoint, and its arguments; "today" and "month" stand for this day and the month's first."""

SOLD: Link = ("See the orders", "orders.index", {"sales": "1", "until": "today"})
BACK: Link = ("See what was refunded", "returns.index", {"state": "refunded", "until": "today"})
EVER = {"range": "all"}
CUSTOMERS, EVERYONE = "See the customers", {"archived": "all"}
ROWS: Mapping[str, Link] = {
    "money": SOLD,
    "money.returned": BACK,
    "money.net": ("See it month by month", "dashboards.show", {"name": "sales"} | EVER),
    "orders": SOLD,
    "orders.cancelled": ("See the orders", "orders.index", {"status": "Cancelled", "until": "today"}),
    "orders.by_status": ("See each status", "dashboards.show", {"name": "statuses"} | EVER),
    "returns": BACK,
    "customers": (CUSTOMERS, "customers.index", EVERYONE),
    "customers.with_orders": (CUSTOMERS, "customers.index", EVERYONE | {"least": "1"}),
    "customers.repeat": (CUSTOMERS, "customers.index", EVERYONE | {"least": "2"}),
    "customers.repeat_rate": (CUSTOMERS, "customers.index", EVERYONE | {"least": "2"}),
    "customers.active": (CUSTOMERS, "customers.index", EVERYONE | {"status": "Active"}),
    "customers.inactive": (CUSTOMERS, "customers.index", EVERYONE | {"status": "Inactive"}),
    "customers.by_segment": ("See each segment", "dashboards.show", {"name": "segments"}),
    "customers.by_gender": ("See each gender", "dashboards.show", {"name": "genders"}),
    "feedback": ("See the feedback", "feedback.index", {}),
    "products": ("See the products", "insights.show", {"name": "revenue"} | EVER),
    "products.top_by_units": ("See the products", "insights.show", {"name": "units"} | EVER),
    "products.most_returned": ("See the products", "insights.show", {"name": "returned"} | EVER),
    "top_customers": ("See the best", "stats.top", EVER),
    "top_customers.by_orders": ("See the best", "stats.top", {"by": "orders"} | EVER),
    "top_customers.by_revenue_this_month": ("See the best", "stats.top", {"range": "month"}),
    "sales_by_month": ("See the months", "dashboards.show", {"name": "sales"} | EVER),
    "segment_revenue": ("See the segments", "stats.index", EVER),
    "segment_revenue_this_year": ("See the segments", "stats.index", {"range": "year"}),
    "today": ("See today's orders", "orders.index", {"sales": "1", "since": "today", "until": "today"}),
    "today.returned": ("See what was refunded", "returns.index", {"state": "refunded", "since": "today"}),
    "today.net": ("See both", "dashboards.show", {"name": "sales", "range": "today"}),
    "month": ("See this month's orders", "orders.index", {"sales": "1", "since": "month", "until": "today"}),
    "month.returned": ("See what was refunded", "returns.index", {"state": "refunded", "since": "month"}),
    "month.net": ("See it day by day", "dashboards.show", {"name": "sales", "range": "month"}),
    "range": ("See them on the dashboards", "dashboards.index", {}),
    "rfm": ("See the groups", "stats.rfm", {}),
    "cohorts": ("See the cohorts", "stats.cohorts", {}),
    "stats": ("See the stats", "stats.index", {}),
    "clv": ("See the customers", "clv.index", {}),
    "clv.expected": ("See the customers", "clv.expected", {}),
    "clv.check": ("See the comparison", "clv.expected", {}),
    "clv_model": ("See what it says", "clv.expected", {}),
}


def _rows_of(key: str) -> tuple[str, str]:
    """What leads to the rows of a figure: words and address."""
    room, _dot, name = key.partition(".")
    if room in ("dashboards", "insights"):
        return "See it", url_for(f"{room}.show", name=name)
    label, endpoint, args = ROWS.get(key) or ROWS[room]
    days = {"today": today().isoformat(), "month": month_start(today()).isoformat()}
    shown: dict[str, Any] = {name: days[value] if name in ("since", "until") else value for name, value in args.items()}
    return label, url_for(endpoint, **shown)


@bp.get("")
@needs("see")
def index() -> ResponseReturnValue:
    return render_template("figures/index.html", meanings=meanings(), title_of=title_of)


@bp.get("/<key>")
@needs("see")
def show(key: str) -> ResponseReturnValue:
    known = meanings()
    if key not in known:
        abort(404, "There is no figure of that name")
    return render_template(
        "figures/show.html",
        key=key,
        title=title_of(key),
        paragraphs=known[key],
        headline=queries.headline(today()),
        recent=recent_sales(today()),
        rows=_rows_of(key),
    )
