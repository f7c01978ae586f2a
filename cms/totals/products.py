"""What is kept of each product by day and by month: how a write counts, and the recount that rebuilds and checks it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Insert, Select, delete, func, insert, literal, or_, select, union_all
from sqlalchemy.dialects import mysql, sqlite

from cms.dates import month_start
from cms.db import db
from cms.models import Order, OrderLine, ProductDay, ProductMonth, Return
from cms.models.product_totals import SUMS
from cms.orders.filters import LIVE
from cms.sql import month_of

TABLES: tuple[tuple[Any, str], ...] = ((ProductDay, "day"), (ProductMonth, "month"))


def count_sold(day: date, sold: Mapping[int, tuple[int, int]], sign: int) -> None:
    """Count (units, money) of each product of an order in (+1) or out (-1) of the order's day.

    Call it while `sell` or `unsell` holds the products: nobody else then counts the same rows.
    """
    _add(day, [(id, {"units": sign * units, "gross_paise": sign * paise}) for id, (units, paise) in sold.items()])


def count_returned(day: date, product_id: int, units: int, paise: int) -> None:
    """Count a refund of these units on its day; negative amounts take it off again. The product's row must be held."""
    _add(day, [(product_id, {"returned_units": units, "returned_paise": paise})])


def _add(day: date, changes: Iterable[tuple[int, Mapping[str, int]]]) -> None:
    amounts = [{"product_id": id} | dict.fromkeys(SUMS, 0) | dict(change) for id, change in changes]
    for _table, name in TABLES:
        when = month_start(day) if name == "month" else day
        db.session.execute(_ADDING[db.engine.dialect.name, name], [{name: when} | row for row in amounts])


def _adding(table: Any, name: str) -> tuple[Insert, Insert]:
    """A row, or its amounts added to the row that is there; on SQLite and on MySQL."""
    on_sqlite, on_mysql = sqlite.insert(table.__table__), mysql.insert(table.__table__)
    kept = table.__table__.c
    return (
        on_sqlite.on_conflict_do_update(
            index_elements=[name, "product_id"], set_={key: kept[key] + on_sqlite.excluded[key] for key in SUMS}
        ),
        on_mysql.on_duplicate_key_update({key: kept[key] + on_mysql.inserted[key] for key in SUMS}),
    )


_ADDING: dict[tuple[str, str], Insert] = {}
for _table, _name in TABLES:
    _ADDING["sqlite", _name], _ADDING["mysql", _name] = _adding(_table, _name)
    _ADDING["mariadb", _name] = _ADDING["mysql", _name]


@cache
def recounted(name: str) -> Select:
    """The rows themselves by `day` or `month`: that, product_id and SUMS, for each on which something happened."""

    def when(day: Any) -> Any:
        return (month_of(day) if name == "month" else day).label(name)

    nothing = {key: literal(0).label(key) for key in SUMS}
    sold = nothing | {
        "units": func.sum(OrderLine.quantity).label("units"),
        "gross_paise": func.sum(OrderLine.total_paise).label("gross_paise"),
    }
    back = nothing | {
        "returned_units": func.sum(Return.quantity).label("returned_units"),
        "returned_paise": func.sum(Return.refund_paise).label("returned_paise"),
    }
    parts = union_all(
        select(when(Order.ordered_on), OrderLine.product_id, *sold.values())
        .join(Order, Order.id == OrderLine.order_id)
        .with_hint(Order, "FORCE INDEX (PRIMARY)", "mysql")  # whose statistics lag behind a long transaction of inserts
        .where(LIVE)
        .group_by(when(Order.ordered_on), OrderLine.product_id),
        select(when(Return.refunded_on), Return.product_id, *back.values())
        .where(Return.state == "refunded")
        .group_by(when(Return.refunded_on), Return.product_id),
    ).subquery()
    sums = (func.sum(parts.c[key]).label(key) for key in SUMS)
    return select(parts.c[name], parts.c.product_id, *sums).group_by(parts.c[name], parts.c.product_id)


def rebuild_products() -> None:
    """Both tables anew from the rows."""
    for table, name in TABLES:
        db.session.execute(delete(table).execution_options(synchronize_session=False))
        db.session.execute(insert(table).from_select([name, "product_id", *SUMS], recounted(name)))


def wrong_products(most: int = 20) -> list[tuple[str, date, int]]:
    """Kept rows that differ from the recount, or that one of the two lacks: name of the table, when, product_id."""
    return [
        (table.__tablename__, *row)
        for table, name in TABLES
        for row in db.session.execute(_wrong(table, name).limit(most))
    ]


@cache
def _wrong(table: Any, name: str) -> Select:
    """What is left of each when the recount is taken off what is kept: compared where the rows are, a shop has many."""
    counted = recounted(name).subquery()
    keys = (name, "product_id")
    kept = select(*(getattr(table, key).label(key) for key in (*keys, *SUMS)))
    taken = select(*(counted.c[key] for key in keys), *((-counted.c[key]).label(key) for key in SUMS))
    both = union_all(kept, taken).subquery()
    each = [both.c[key] for key in keys]
    left = or_(*(func.sum(both.c[key]) != 0 for key in SUMS))
    return select(*each).group_by(*each).having(left).order_by(*each)
