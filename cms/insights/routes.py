"""Product insights: what sells, what comes back, what lies on the shelf, what runs out."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cms.access import needs
from cms.board import chart_answer, chart_or_404, compared, csv_answer, scene_of
from cms.figures import queries as figures
from cms.figures.charts import Chart, Scene, size_for
from cms.figures.queries import Headline
from cms.insights import charts, queries, rules
from cms.orders.filters import SAMPLE
from cms.web import is_htmx, page_or_fragment

bp = Blueprint("insights", __name__, url_prefix="/insights")

TITLES = {
    "products": "Top products by revenue",
    "units": "Top products by units",
    "revenue": "Revenue per product",
    "soon": "Runs out soon",
    "returned": "Most returned products",
    "together": "Bought together",
    "slow": "Slow movers",
}
WIDE = ("revenue", "returned", "together", "soon", "slow")
TOP = 10
ROWS = 15
ON_PAGE = 25
IN_FILE = 5000
"""Products at most in a file."""


@bp.get("")
@needs("see")
def index() -> ResponseReturnValue:
    scene = scene_of()
    sums = compared(scene)
    ever = sums.now if sums.now.orders else figures.headline(scene.today)
    nothing = {"units", "products", "revenue", "together", "soon"} if not sums.now.orders else set()
    return page_or_fragment(
        "insights/index.html",
        "insights/_board.html",
        scene=scene,
        titles=TITLES,
        wide=WIDE,
        sizes=_sizes(sums.now),
        nothing=nothing | ({"returned"} if not sums.now.returned_units else set()),
        sums=sums,
        unused=not (ever.orders or ever.cancelled),
    )


@bp.get("/sold")
@needs("see")
def sold() -> ResponseReturnValue:
    """How many different products were sold: apart, since it adds up every product."""
    if not is_htmx():
        return show("revenue")
    scene = scene_of()
    count = queries.sold(scene.wanted.since, scene.wanted.until)
    return render_template("insights/_sold.html", scene=scene, count=count)


@bp.get("/<name>")
@needs("see")
def show(name: str) -> ResponseReturnValue:
    """One chart: a part of the page, or a page of its own."""
    scene = scene_of()
    return chart_answer(chart_or_404(CHARTS, name, scene), scene, "insights", "Insights")


@bp.get("/<name>/numbers.csv")
@needs("see")
def numbers(name: str) -> ResponseReturnValue:
    scene = scene_of()
    long = LONG.get(name)
    return csv_answer(long(scene, IN_FILE) if long else chart_or_404(CHARTS, name, scene), scene)


def _sizes(sums: Headline) -> dict[str, str]:
    """The room that each will take at most, as far as the sums tell, so that little moves when it comes."""
    bars = size_for(min(sums.units, TOP))
    return {
        "units": bars,
        "products": bars,
        "returned": size_for(min(sums.returned_units, TOP)),
        "revenue": rules.room_for(min(sums.units, ROWS)),
        "together": rules.room_for(min(sums.orders, TOP)),
        "soon": rules.room_for(),
        "slow": rules.room_for(),
    }


def _top(by: str) -> Callable[[Scene], Chart]:
    return lambda scene: charts.products(scene, queries.top(scene.wanted.since, scene.wanted.until, by, TOP), by)


def _revenue(scene: Scene, limit: int = 0) -> Chart:
    """The first few as a part; on a page of its own more of them, and how many there are."""
    wanted, part = scene.wanted, is_htmx()
    most = limit or (ROWS if part else ON_PAGE)
    rows = queries.top(wanted.since, wanted.until, "gross_paise", most, "units")
    ids = [row.id for row in rows]
    first = max(wanted.since, queries.first_day(scene.today))
    over = {} if limit else queries.over_time(ids, first, wanted.until, scene.today)
    before = queries.gross_of(ids, *wanted.before) if wanted.before else None
    gross = figures.headline(wanted.until, wanted.since).gross_paise
    count = None
    if not (part or limit):
        count = len(rows) if len(rows) < most else queries.sold(wanted.since, wanted.until)
    return charts.revenue(scene, rows, gross, before, over, count)


def _returned(scene: Scene) -> Chart:
    rows = queries.top(scene.wanted.since, scene.wanted.until, "returned_units", TOP)
    ids = [row.id for row in rows]
    return charts.returned(scene, rows, queries.return_reasons(ids, scene.wanted.since, scene.wanted.until))


def _slow(scene: Scene, limit: int = ROWS) -> Chart:
    asked = request.args.get("days", "")
    days = int(asked) if asked in map(str, rules.SLOW_DAYS) else rules.SLOW_DAYS[1]
    rows, count, paise = queries.slow_movers(scene.today, days, limit)
    return charts.slow(scene, rows, count, paise, days, bool(rows) or queries.stock_is_counted())


def _soon(scene: Scene, limit: int = ROWS) -> Chart:
    rows = queries.run_out_soon(scene.today, limit)
    return charts.soon(scene, rows, bool(rows) or queries.stock_is_counted())


def _together(scene: Scene) -> Chart:
    pairs, looked_at = queries.bought_together(scene.wanted.since, scene.wanted.until, TOP)
    return charts.together(scene, pairs, looked_at, looked_at < SAMPLE)


LONG = {"revenue": _revenue, "soon": _soon, "slow": _slow}
"""Tables of which the file holds more than the page."""

CHARTS: dict[str, Callable[[Scene], Chart]] = {
    "units": _top("units"),
    "products": _top("gross_paise"),
    "revenue": _revenue,
    "returned": _returned,
    "together": _together,
    "soon": _soon,
    "slow": _slow,
}
