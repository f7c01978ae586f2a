"""Dashboards: the figures of a range at once, and each chart as a part that comes when it is looked at."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint
from flask.typing import ResponseReturnValue

from cms.access import needs
from cms.auth.sessions import shop
from cms.board import chart_answer, chart_or_404, compared, csv_answer, scene_of
from cms.customers import charts as customer_charts
from cms.customers import queries as customers
from cms.dashboards import charts, queries
from cms.dashboards.cloud import cloud
from cms.figures import queries as figures
from cms.figures.charts import Chart, Scene
from cms.figures.queries import Headline
from cms.insights import charts as product_charts
from cms.insights import queries as insights
from cms.shell import today
from cms.web import page_or_fragment

bp = Blueprint("dashboards", __name__, url_prefix="/dashboards")

TITLES = {
    "sales": "Sales over time",
    "products": "Top products by revenue",
    "statuses": "Orders by status",
    "methods": "Payments by method",
    "ratings": "Ratings over time",
    "reasons": "Why things came back",
    "segments": "Customers by segment",
    "genders": "Customers by gender",
    "standing": "Active and inactive customers",
}
WIDE = ("sales",)
SIZES = {
    "products": "tall", "reasons": "cloud", "statuses": "small", "methods": "small", "segments": "small",
    "genders": "small", "standing": "small",
}  # fmt: skip
"""As each will be, so that nothing moves when it comes; see `Chart.size`."""
TOP = 10


@bp.get("")
@needs("see")
def index() -> ResponseReturnValue:
    scene = scene_of()
    sums = compared(scene)
    ever = sums.now if sums.now.orders and sums.now.customers else figures.headline(scene.today)
    return page_or_fragment(
        "dashboards/index.html",
        "dashboards/_board.html",
        scene=scene,
        titles=TITLES,
        wide=WIDE,
        sizes=SIZES | {"segments": customer_charts.segments_size(len(customers.segments()))},
        nothing=_nothing(sums.now, ever.customers),
        unused=not (ever.orders or ever.cancelled),
        sums=sums,
    )


@bp.get("/<name>")
@needs("see")
def show(name: str) -> ResponseReturnValue:
    """One chart: a part of the board, or a page of its own."""
    scene = scene_of()
    return chart_answer(chart_or_404(CHARTS, name, scene), scene, "dashboards", "Dashboards")


@bp.get("/<name>/numbers.csv")
@needs("see")
def numbers(name: str) -> ResponseReturnValue:
    scene = scene_of()
    return csv_answer(chart_or_404(CHARTS, name, scene), scene)


def _nothing(sums: Headline, customers: int) -> set[str]:
    """The charts that will have nothing to show, as far as the sums and the number of customers tell."""
    amounts = {
        "sales": sums.gross_paise or sums.returned_paise,
        "products": sums.orders,
        "statuses": sums.orders or sums.cancelled,
        "reasons": sums.returns,
        **dict.fromkeys(("methods", "ratings", "segments", "genders", "standing"), customers),
    }
    return {name for name, amount in amounts.items() if not amount}


def _sales(scene: Scene) -> Chart:
    days = queries.days_of(scene.wanted.since, scene.wanted.until)
    return charts.sales(scene, insights.first_day(scene.today), days)


def _products(scene: Scene) -> Chart:
    return product_charts.products(scene, insights.top(scene.wanted.since, scene.wanted.until, "gross_paise", TOP))


def _statuses(scene: Scene) -> Chart:
    found = figures.headline(scene.wanted.until, scene.wanted.since)
    return charts.statuses(
        scene, {word: getattr(found, word.lower()) for word in ("Pending", "Shipped", "Delivered", "Cancelled")}
    )


def _methods(scene: Scene) -> Chart:
    return charts.methods(scene, queries.methods(scene.wanted.since, scene.wanted.until))


def _ratings(scene: Scene) -> Chart:
    given = queries.ratings_of(scene.wanted.since, scene.wanted.until)
    return charts.ratings(scene, insights.first_day(scene.today), given)


def _reasons(scene: Scene) -> Chart:
    reasons, words = queries.why_returned(scene.wanted.since, scene.wanted.until)
    hrefs = charts.return_hrefs(scene, reasons, words)
    return charts.reasons(scene, reasons, words, hrefs, cloud(reasons, words, hrefs))


def _segments(_scene: Scene) -> Chart:
    return customer_charts.segments(queries.customers_by(figures.basis_of(today()), "segment"))


def _genders(_scene: Scene) -> Chart:
    return customer_charts.genders(queries.customers_by(figures.basis_of(today()), "gender"))


def _standing(_scene: Scene) -> Chart:
    days = shop().active_days
    return customer_charts.standing(*queries.active_and_inactive(figures.basis_of(today()), days), days)


CHARTS: dict[str, Callable[[Scene], Chart]] = {
    "sales": _sales,
    "products": _products,
    "statuses": _statuses,
    "methods": _methods,
    "ratings": _ratings,
    "reasons": _reasons,
    "segments": _segments,
    "genders": _genders,
    "standing": _standing,
}
