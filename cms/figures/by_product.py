"""What was sold and refunded of each product in a range: sums of the kept totals by day and by month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, Subquery, func, select, union_all

from cms.db import db
from cms.figures.ranges import parts_of
from cms.models import DayTotal, Product, ProductDay, ProductMonth
from cms.totals.products import COLUMNS


def first_day(today: date) -> date:
    """The day from which on something was sold, refunded, or somebody came; today in an empty shop."""
    return min(db.session.scalar(select(func.min(DayTotal.day))) or today, today)


def sums(since: date, until: date, ids: Sequence[int] | None = None) -> Subquery:
    """`product_id` and COLUMNS of each product (of these `ids`) that has a kept row in these days."""
    parts = parts_of(since, until)
    queries = [_rows(ProductDay, ProductDay.day, *days, ids) for days in parts.days]
    if parts.months:
        queries.append(_rows(ProductMonth, ProductMonth.month, *parts.months, ids))
    rows = union_all(*queries).subquery()
    totals = (func.sum(rows.c[name]).label(name) for name in COLUMNS)
    return select(rows.c.product_id, *totals).group_by(rows.c.product_id).subquery()


def _rows(table: Any, when: Any, first: date, last: date, ids: Sequence[int] | None) -> Select:
    query = select(table.product_id, *(getattr(table, name) for name in COLUMNS)).where(when.between(first, last))
    return query if ids is None else query.where(table.product_id.in_(ids))


def of_product(product_id: int, since: date, until: date) -> tuple[int, int]:
    """Units and paise sold of one product in these days."""
    found = sums(since, until, [product_id])
    row = db.session.execute(select(found.c.units, found.c.gross_paise)).first()
    return (int(row.units), int(row.gross_paise)) if row else (0, 0)


def top(since: date, until: date, by: str, limit: int) -> list[Any]:
    """Products with the most of one of COLUMNS in these days: id, sku, name and COLUMNS."""
    found = sums(since, until)
    query = (
        select(Product.id, Product.sku, Product.name, *(found.c[name] for name in COLUMNS))
        .join(found, found.c.product_id == Product.id)
        .where(found.c[by] > 0)
        .order_by(found.c[by].desc(), Product.id.desc())
    )
    return list(db.session.execute(query.limit(limit)))


def sold(since: date, until: date) -> int:
    """Different products that were sold in these days."""
    found = sums(since, until)
    return db.session.scalar(select(func.count()).select_from(found).where(found.c.units > 0)) or 0
