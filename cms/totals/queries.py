"""What every kept total must be, told from the rows themselves. Rebuilding and checking use the same words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, case, func, or_, select

from cms.db import db
from cms.habits.queries import pace
from cms.models import (
    CreditMove,
    Customer,
    DayTotal,
    MethodTotal,
    Order,
    OrderLine,
    Payment,
    Product,
    Return,
    StockMove,
)
from cms.orders.filters import LIVE
from cms.totals.filters import DAY_COLUMNS, METHOD_COLUMNS, credit_recounted, days_recounted, methods_recounted


@dataclass(frozen=True)
class Kept:
    """The kept columns of a table, and the recount: a subquery with `key` and one column of the same name for each."""

    table: Any
    key: Any
    columns: tuple[str, ...]
    recount: Subquery
    only: ColumnElement[bool] | None = None


@cache
def kept_totals() -> tuple[Kept, ...]:
    """Every kept total of the product, in the order in which one rests on another."""
    credit = Kept(Customer, Customer.id, ("credit_paise",), credit_recounted())
    return (_lines(), _orders(), _customers(), credit, _products(), _stock())


@cache
def wrong(kept: Kept) -> Select:
    """Rows whose kept totals differ from the recount: key, then kept and recounted value of each column in turn."""
    query = select(kept.key, *(column for pair in _pairs(kept) for column in pair)).join(
        kept.recount, kept.recount.c.key == kept.key
    )
    return query.where(differs(kept) if kept.only is None else differs(kept) & kept.only).limit(20)


def differs(kept: Kept) -> ColumnElement[bool]:
    """Whether a kept total is not what the recount says."""
    return or_(*(a.is_distinct_from(b) for a, b in _pairs(kept)))


def _pairs(kept: Kept) -> list[tuple[Any, Any]]:
    return [(getattr(kept.table, name), kept.recount.c[name]) for name in kept.columns]


def _lines() -> Kept:
    refunded = case((Return.state == "refunded", Return.refund_paise), else_=0)
    back = (
        select(Return.order_line_id, func.sum(Return.quantity).label("units"), func.sum(refunded).label("paise"))
        .where(Return.state != "refused")
        .group_by(Return.order_line_id)
        .subquery()
    )
    recount = (
        select(
            OrderLine.id.label("key"),
            func.coalesce(back.c.units, 0).label("returned_quantity"),
            func.coalesce(back.c.paise, 0).label("returned_paise"),
        )
        .outerjoin(back, back.c.order_line_id == OrderLine.id)
        # Of most lines nothing ever came back: their totals are 0 and right. Leaving them out is ten times quicker.
        .where(or_(back.c.units.is_not(None), OrderLine.returned_quantity != 0, OrderLine.returned_paise != 0))
        .subquery()
    )
    return Kept(OrderLine, OrderLine.id, ("returned_quantity", "returned_paise"), recount)


def _orders() -> Kept:
    lines = (
        select(
            OrderLine.order_id,
            func.count().label("line_count"),
            func.sum(OrderLine.quantity).label("units"),
            func.sum(OrderLine.total_paise).label("total_paise"),
            func.sum(OrderLine.returned_quantity).label("returned_units"),
            func.sum(OrderLine.returned_paise).label("returned_paise"),
        )
        .group_by(OrderLine.order_id)
        .subquery()
    )
    signed = case((Payment.kind == "refund", -Payment.amount_paise), else_=Payment.amount_paise)
    paid = (
        select(Payment.order_id, func.sum(signed).label("paise"))
        .where(Payment.state == "confirmed")
        .group_by(Payment.order_id)
        .subquery()
    )
    back = (
        select(Return.order_id, func.sum(Return.tax_paise).label("paise"))
        .where(Return.state == "refunded", Return.tax_paise != 0)
        .group_by(Return.order_id)
        .subquery()
    )
    names = ("line_count", "units", "total_paise", "returned_units", "returned_paise")
    recount = (
        select(
            Order.id.label("key"),
            *(func.coalesce(lines.c[name], 0).label(name) for name in names),
            func.coalesce(paid.c.paise, 0).label("paid_paise"),
            func.coalesce(back.c.paise, 0).label("returned_tax_paise"),
        )
        .outerjoin(lines, lines.c.order_id == Order.id)
        .outerjoin(paid, paid.c.order_id == Order.id)
        .outerjoin(back, back.c.order_id == Order.id)
        .subquery()
    )
    return Kept(Order, Order.id, (*names, "paid_paise", "returned_tax_paise"), recount)


def _customers() -> Kept:
    bought = (
        select(
            Order.customer_id,
            func.count().label("order_count"),
            func.sum(Order.total_paise).label("gross_paise"),
            func.min(Order.ordered_on).label("first_order_on"),
            func.max(Order.ordered_on).label("last_order_on"),
        )
        .where(LIVE)
        .group_by(Order.customer_id)
        .subquery()
    )
    back = (
        select(Return.customer_id, func.sum(Return.refund_paise).label("paise"))
        .where(Return.state == "refunded")
        .group_by(Return.customer_id)
        .subquery()
    )
    recount = (
        select(
            Customer.id.label("key"),
            *(func.coalesce(bought.c[name], 0).label(name) for name in ("order_count", "gross_paise")),
            func.coalesce(back.c.paise, 0).label("returned_paise"),
            bought.c.first_order_on,
            bought.c.last_order_on,
            pace(bought.c.gross_paise, bought.c.first_order_on, bought.c.last_order_on).label("pace_paise"),
        )
        .outerjoin(bought, bought.c.customer_id == Customer.id)
        .outerjoin(back, back.c.customer_id == Customer.id)
        .subquery()
    )
    names = ("order_count", "gross_paise", "returned_paise", "first_order_on", "last_order_on", "pace_paise")
    return Kept(Customer, Customer.id, names, recount)


def moved_of(customer_id: int) -> dict[str, int]:
    """What came back from one customer, and their store credit, as the recounts above tell it."""
    back = func.coalesce(func.sum(Return.refund_paise), 0)
    moved = func.coalesce(func.sum(CreditMove.amount_paise), 0)
    returned = db.session.scalar(select(back).where(Return.customer_id == customer_id, Return.state == "refunded"))
    credit = db.session.scalar(select(moved).where(CreditMove.customer_id == customer_id))
    return {"returned_paise": int(returned or 0), "credit_paise": int(credit or 0)}


def _products() -> Kept:
    sold = (
        select(
            OrderLine.product_id,
            func.sum(OrderLine.quantity).label("units"),
            func.sum(OrderLine.total_paise).label("paise"),
        )
        .join(Order, Order.id == OrderLine.order_id)
        .with_hint(Order, "FORCE INDEX (PRIMARY)", "mysql")  # whose statistics lag behind a long transaction of inserts
        .where(LIVE)
        .group_by(OrderLine.product_id)
        .subquery()
    )
    back = (
        select(
            Return.product_id, func.sum(Return.quantity).label("units"), func.sum(Return.refund_paise).label("paise")
        )
        .where(Return.state == "refunded")
        .group_by(Return.product_id)
        .subquery()
    )
    recount = (
        select(
            Product.id.label("key"),
            func.coalesce(sold.c.units, 0).label("sold_units"),
            func.coalesce(sold.c.paise, 0).label("sold_paise"),
            func.coalesce(back.c.units, 0).label("returned_units"),
            func.coalesce(back.c.paise, 0).label("returned_paise"),
        )
        .outerjoin(sold, sold.c.product_id == Product.id)
        .outerjoin(back, back.c.product_id == Product.id)
        .subquery()
    )
    return Kept(Product, Product.id, ("sold_units", "sold_paise", "returned_units", "returned_paise"), recount)


def _stock() -> Kept:
    moved = (
        select(StockMove.product_id, func.sum(StockMove.quantity).label("units"))
        .group_by(StockMove.product_id)
        .subquery()
    )
    recount = (
        select(Product.id.label("key"), func.coalesce(moved.c.units, 0).label("stock"))
        .outerjoin(moved, moved.c.product_id == Product.id)
        .subquery()
    )
    return Kept(Product, Product.id, ("stock",), recount, only=Product.stock.is_not(None))


def wrong_days() -> list[Any]:
    """Days whose kept totals differ from the recount, or that one of the two lacks: (day, kept, recounted)."""
    query = select(DayTotal.day, *(getattr(DayTotal, name) for name in DAY_COLUMNS))
    kept = {row.day: tuple(row)[1:] for row in db.session.execute(query)}
    counted = {row.day: tuple(int(value) for value in tuple(row)[1:]) for row in db.session.execute(days_recounted())}
    return _differing(kept, counted, len(DAY_COLUMNS))


def wrong_methods() -> list[Any]:
    """Days and methods whose kept totals differ from the recount: ((day, method), kept, recounted)."""
    columns = (getattr(MethodTotal, name) for name in METHOD_COLUMNS)
    rows = db.session.execute(select(MethodTotal.day, MethodTotal.method, *columns))
    kept = {(day, method): tuple(amounts) for day, method, *amounts in rows}
    rows = db.session.execute(methods_recounted())
    counted = {(day, method): tuple(map(int, amounts)) for day, method, *amounts in rows}
    return _differing(kept, counted, len(METHOD_COLUMNS))


def _differing(kept: dict[Any, Any], counted: dict[Any, Any], columns: int) -> list[Any]:
    """(key, kept, recounted) where the two differ; a missing row is one of noughts."""
    nothing = (0,) * columns
    pairs = [(key, kept.get(key, nothing), counted.get(key, nothing)) for key in sorted(kept.keys() | counted.keys())]
    return [(key, was, now) for key, was, now in pairs if was != now]
