"""What a figure means, and where its rows are."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue

from cms.access import needs
from cms.dates import month_start
from cms.figures import queries
from cms.figures.meanings import meanings, title_of
from cms.figures.recent import recent_sales
from cms.shell import today

bp = Blueprint("figures", __name__, url_prefix="/figures")

ROWS: Mapping[str, tuple[str, Callable[[], str]]] = {
    "money": ("See the orders", lambda: url_for("orders.index")),
    "orders": ("See the orders", lambda: url_for("orders.index")),
    "customers": ("See the customers", lambda: url_for("customers.index")),
    "feedback": ("See the feedback", lambda: url_for("feedback.index")),
    "today": ("See today's orders", lambda: url_for("orders.index", since=today().isoformat())),
    "month": ("See this month's orders", lambda: url_for("orders.index", since=month_start(today()).isoformat())),
    "range": ("See them on the dashboards", lambda: url_for("dashboards.index")),
    "dashboards": ("See it on the dashboards", lambda: url_for("dashboards.index")),
    "insights": ("See it in the product insights", lambda: url_for("insights.index")),
    "products": ("The catalogue", lambda: url_for("products.index", sort="sold")),
}


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
    label, href = ROWS.get(key.partition(".")[0], ("", lambda: ""))
    return render_template(
        "figures/show.html",
        key=key,
        title=title_of(key),
        paragraphs=known[key],
        headline=queries.headline(today()),
        recent=recent_sales(today()),
        rows=(label, href()),
    )
