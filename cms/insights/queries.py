"""What product insights show: sums of the kept totals, and what lies on the shelf."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, Subquery, case, func, select, union_all
from sqlalchemy.orm import aliased

from cms.db import db
from cms.figures.ranges import MOST_WEEKS, Parts, buckets, by_bucket, parts_of
from cms.insights.rules import PACE_DAYS, SOON_DAYS
from cms.models import DayTotal, OrderLine, Product, ProductDay, ProductMonth, Return
from cms.models.product_totals import SUMS
from cms.orders.filters import OrderFilter


def first_day(today: date) -> date:
    """The day from which on something was sold, refunded, or somebody came; today in an empty shop."""
    return min(db.session.scalar(select(func.min(DayTotal.day))) or today, today)


def sums(since: date, until: date, ids: Sequence[int] | None = None) -> Subquery:
    """`product_id` and SUMS of each product (of these `ids`) that has a kept row in these days."""
    parts = parts_of(since, until)
    queries = [_rows(ProductDay, ProductDay.day, *days, ids) for days in parts.days]
    if parts.months:
        queries.append(_rows(ProductMonth, ProductMonth.month, *parts.months, ids))
    rows = union_all(*queries).subquery()
    totals = (func.sum(rows.c[name]).label(name) for name in SUMS)
    return select(rows.c.product_id, *totals).group_by(rows.c.product_id).subquery()


def _rows(table: Any, when: Any, first: date, last: date, ids: Sequence[int] | None) -> Select:
    query = select(table.product_id, *(getattr(table, name) for name in SUMS)).where(when.between(first, last))
    return query if ids is None else query.where(table.product_id.in_(ids))


def of_product(product_id: int, since: date, until: date) -> tuple[int, int]:
    """Units and paise sold of one product in these days."""
    return _of_product(product_id, since, until, "units", "gross_paise")


def back_of_product(product_id: int, since: date, until: date) -> tuple[int, int]:
    """Units and paise refunded of it in these days."""
    return _of_product(product_id, since, until, "returned_units", "returned_paise")


def _of_product(product_id: int, since: date, until: date, *names: str) -> tuple[int, int]:
    found = sums(since, until, [product_id])
    row = db.session.execute(select(*(found.c[name] for name in names))).first()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def top(since: date, until: date, by: str, limit: int, having: str = "") -> list[Any]:
    """Products with the most of one of SUMS in these days: id, sku, name and SUMS; those `having` any of another."""
    found = sums(since, until)
    query = (
        select(Product.id, Product.sku, Product.name, *(found.c[name] for name in SUMS))
        .join(found, found.c.product_id == Product.id)
        .where(found.c[having or by] > 0)
        .order_by(found.c[by].desc(), Product.id.desc())
    )
    return list(db.session.execute(query.limit(limit)))


def sold(since: date, until: date) -> int:
    """Different products that were sold in these days."""
    found = sums(since, until)
    return db.session.scalar(select(func.count()).select_from(found).where(found.c.units > 0)) or 0


def gross_of(ids: Sequence[int], since: date, until: date) -> dict[int, int]:
    """Paise of these products in these days."""
    found = sums(since, until, ids)
    return {row.product_id: int(row.gross_paise) for row in db.session.execute(select(found))}


def over_time(ids: Sequence[int], since: date, until: date, today: date) -> dict[int, list[int]]:
    """Paise of each of these products in each bucket of the range."""
    points = buckets(since, until, today)
    parts = parts_of(since, until) if (until - since).days >= MOST_WEEKS else Parts(((since, until),), None)
    spans: list[tuple[Any, Any, tuple[date, date]]] = [(ProductDay, ProductDay.day, days) for days in parts.days]
    if parts.months:
        spans.append((ProductMonth, ProductMonth.month, parts.months))
    rows: dict[int, list[Any]] = defaultdict(list)
    for table, when, days in spans:
        query = select(table.product_id, when, table.gross_paise).where(table.product_id.in_(ids), when.between(*days))
        for product_id, day, paise in db.session.execute(query):
            rows[product_id].append((day, (paise,)))
    return {id: [row[0] for row in by_bucket(points, found, 1)] for id, found in rows.items()}


def return_reasons(ids: Sequence[int], since: date, until: date) -> dict[int, list[tuple[str, int]]]:
    """Units that came back of each of these products, by reason."""
    query = (
        select(Return.product_id, Return.reason, func.sum(Return.quantity))
        .where(Return.product_id.in_(ids), Return.refunded_on.between(since, until))
        .group_by(Return.product_id, Return.reason)
    )
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for product_id, reason, units in db.session.execute(query):
        found[product_id].append((reason, int(units)))
    return found


def slow_movers(today: date, days: int, limit: int) -> tuple[Sequence[Any], int, int]:
    """Products in stock that were not sold for so many days, the dearest stock first; how many, and their worth."""
    lately = select(ProductDay.product_id).where(
        ProductDay.product_id == Product.id,
        ProductDay.day.between(today - timedelta(days - 1), today),
        ProductDay.units > 0,
    )
    last = (
        select(func.max(ProductDay.day))
        .where(ProductDay.product_id == Product.id, ProductDay.day <= today, ProductDay.units > 0)
        .scalar_subquery()
    )
    worth = Product.stock * Product.price_paise
    lying = (Product.stock > 0, Product.archived_at.is_(None), ~lately.exists())
    count, paise = db.session.execute(select(func.count(), func.coalesce(func.sum(worth), 0)).where(*lying)).one()
    columns = (Product.id, Product.name, Product.stock, Product.price_paise, last.label("last_on"))
    rows = db.session.execute(select(*columns).where(*lying).order_by(worth.desc(), Product.id).limit(limit)).all()
    return rows, int(count or 0), int(paise or 0)


def stock_is_counted() -> bool:
    """Whether the stock of any product is known: else nothing can be said of what lies or runs out."""
    return db.session.scalar(select(Product.id).where(Product.stock.is_not(None)).limit(1)) is not None


def run_out_soon(today: date, limit: int) -> Sequence[Any]:
    """Tracked products that sell and last at most SOON_DAYS more, the scarcest first.

    Each: id, name, stock, units, and how many there are `in_all` and `sold_out`, however few of them are asked for.
    """
    pace = sums(today - timedelta(PACE_DAYS - 1), today)
    sold_out = func.sum(case((Product.stock == 0, 1), else_=0)).over().label("sold_out")
    query = (
        select(Product.id, Product.name, Product.stock, pace.c.units, func.count().over().label("in_all"), sold_out)
        .join(pace, pace.c.product_id == Product.id)
        .where(Product.stock.is_not(None), Product.archived_at.is_(None), pace.c.units > 0)
        .where(Product.stock * PACE_DAYS < (SOON_DAYS + 1) * pace.c.units)
        .order_by(Product.stock * 1.0 / pace.c.units, pace.c.units.desc(), Product.id)
    )
    return db.session.execute(query.limit(limit)).all()


def bought_together(since: date, until: date, limit: int) -> tuple[Sequence[Any], int]:
    """Pairs of products in the latest SAMPLE orders of these days that hold several lines, and how many were looked at.

    Each pair: a_id, a_name, b_id, b_name, orders.
    """
    orders = OrderFilter(since=since.isoformat(), until=until.isoformat()).sample().subquery()
    one, other = aliased(OrderLine), aliased(OrderLine)
    together = func.count(orders.c.id.distinct()).label("orders")
    pairs = (
        select(one.product_id.label("a_id"), other.product_id.label("b_id"), together)
        .select_from(orders)
        .join(one, one.order_id == orders.c.id)
        .join(other, (other.order_id == orders.c.id) & (other.product_id > one.product_id))
        .group_by(one.product_id, other.product_id)
        .order_by(together.desc(), one.product_id, other.product_id)
        .limit(limit)
        .subquery()
    )
    a, b = aliased(Product), aliased(Product)
    looked_at = select(func.count()).select_from(orders).scalar_subquery()
    query = (
        select(
            pairs.c.a_id,
            a.name.label("a_name"),
            pairs.c.b_id,
            b.name.label("b_name"),
            pairs.c.orders,
            looked_at.label("looked_at"),
        )
        .join(a, a.id == pairs.c.a_id)
        .join(b, b.id == pairs.c.b_id)
        .order_by(pairs.c.orders.desc(), pairs.c.a_id, pairs.c.b_id)
    )
    rows = db.session.execute(query).all()
    return rows, rows[0].looked_at if rows else 0
