"""Stats of customers: the best of a range, segments, new and returning, cohorts, how lately and often they order."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cms.access import needs
from cms.customers import queries as customers
from cms.dates import next_month
from cms.figures.rules import rate
from cms.rfm.queries import rfm_map
from cms.rfm.rules import SCORES, group_of
from cms.shell import today
from cms.stats import queries, rules
from cms.stats.filters import SPANS, Days
from cms.web import page_or_fragment

bp = Blueprint("stats", __name__, url_prefix="/stats")

TOPS = (5, 10, 25)
MONTHS = (12, 24, 36)


@bp.get("")
@needs("see")
def index() -> ResponseReturnValue:
    days = Days.from_args(request.args, today())
    loyal = queries.loyalty(today())
    segments = queries.segments(days)
    return render_template(
        "stats/index.html",
        **_range(days),
        **_wish(),
        loyal=loyal,
        repeat_rate=rate(loyal.repeaters, loyal.buyers),
        median=rules.median(loyal.gaps),
        buckets=rules.buckets(loyal.gaps),
        percent=rules.percent,
        segments=segments,
        gross=sum(row.gross_paise for row in segments),
        months=rules.months_of(queries.cohort_sums(today()), days.until, 12),
        last_day=_last_day,
    )


@bp.get("/top")
@needs("see")
def top() -> ResponseReturnValue:
    days, wish = Days.from_args(request.args, today()), _wish()
    rows = queries.top_customers(days, wish["by"], wish["limit"], today())
    values = [row.gross_paise if wish["by"] == "revenue" else row.orders for row in rows]
    medals = [rules.medal(place, values) for place in range(len(rows))]
    return page_or_fragment(
        "stats/top.html", "stats/_top.html", **_range(days), **wish, rows=list(zip(rows, medals, strict=True))
    )


@bp.get("/cohorts")
@needs("see")
def cohorts() -> ResponseReturnValue:
    count = request.args.get("months", "")
    wanted = next((number for number in MONTHS if str(number) == count), MONTHS[0])
    found = rules.cohorts_of(queries.cohort_sums(today()))
    return render_template(
        "stats/cohorts.html",
        cohorts=found[-wanted:],
        choices=[number for number in MONTHS if number == MONTHS[0] or number < len(found) + 12],
        wanted=wanted,
        month_after=rules.month_after,
        percent=rules.percent,
        heat=rules.heat,
    )


@bp.get("/rfm")
@needs("see")
def rfm() -> ResponseReturnValue:
    return render_template(
        "stats/rfm.html",
        map=(found := rfm_map(today())),
        scores=SCORES,
        group_of=group_of,
        heat=rules.heat,
        most=max((cell.customers for cell in found.cells.values()), default=0),
    )


@bp.get("/customers")
@needs("see")
def find() -> ResponseReturnValue:
    """Customers whom what is typed could mean, each leading to their months."""
    q = request.args.get("q", "")[:200]
    return page_or_fragment("stats/find.html", "stats/_found.html", q=q, found=customers.customers_named(q))


@bp.get("/customers/<int:customer_id>")
@needs("see")
def customer(customer_id: int) -> ResponseReturnValue:
    who, days = customers.row_or_404(customer_id), queries.days_of(customer_id, today())
    return render_template(
        "stats/customer.html", customer=who, months=rules.trend(days), last_day=_last_day, q="", found=[]
    )


def _range(days: Days) -> dict[str, Any]:
    """What the choice of days shows."""
    since = None if days.ever else days.since.isoformat()
    orders = {"since": since, "until": days.until.isoformat(), "sales": "1"}
    return {"days": days, "spans": SPANS, "orders_args": orders, "in_words": days.in_words(today())}


def _wish() -> dict[str, Any]:
    """How many of the best are asked for, and by what."""
    by, limit = request.args.get("by", ""), request.args.get("top", "")
    return {
        "by": "orders" if by == "orders" else "revenue",
        "limit": next((number for number in TOPS if str(number) == limit), TOPS[0]),
        "tops": TOPS,
    }


def _last_day(month: date) -> str:
    return (next_month(month) - timedelta(1)).isoformat()
