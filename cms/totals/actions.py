"""Keeping totals: a little with every write, or all of them anew after many."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import case, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from cms.db import db
from cms.models import Customer, DayTotal, MethodTotal, Order, Product, RatingTotal
from cms.totals.filters import DAY_COLUMNS, METHOD_COLUMNS, days_recounted, methods_recounted
from cms.totals.products import rebuild_products
from cms.totals.queries import LIVE, differs, kept_totals
from cms.totals.ratings import ratings_recounted


def count_on(day: date, **by: int) -> None:
    """Add these amounts (DAY_COLUMNS, also negative) to the totals of a business day."""
    _add(DayTotal, {"day": day}, by)


def count_method(day: date, method: str, payments: int, received_paise: int, refunded_paise: int) -> None:
    """Add confirmed money (also negative) to the totals of a business day and method."""
    amounts = dict(zip(METHOD_COLUMNS, (payments, received_paise, refunded_paise), strict=True))
    _add(MethodTotal, {"day": day, "method": method}, amounts)


def count_rating(day: date, stars: int) -> None:
    """Count a rating on its business day."""
    _add(RatingTotal, {"day": day, "rating": stars}, {"ratings": 1})


def _add(table: Any, key: dict[str, Any], amounts: dict[str, int]) -> None:
    """Add to the row of this key; the first one makes it."""
    adding = (
        update(table)
        .where(*(getattr(table, name) == value for name, value in key.items()))
        .values({name: getattr(table, name) + amount for name, amount in amounts.items()})
        .execution_options(synchronize_session=False)
    )
    if db.session.execute(adding).rowcount:  # type: ignore[attr-defined]
        return
    try:
        with db.session.begin_nested():
            db.session.execute(insert(table).values(**key, **amounts))
    except IntegrityError:  # another made the row between the two
        db.session.execute(adding)


def count_order(order: Order, status: str, sign: int) -> None:
    """Count an order in (+1) or out (-1) of its day, as one of this status."""
    amounts = {status.lower(): sign}
    if status != "Cancelled":
        amounts |= {
            "line_count": sign * order.line_count,
            "units": sign * order.units,
            "gross_paise": sign * order.total_paise,
        }
    count_on(order.ordered_on, **amounts)


def count_for_customer(order: Order, sign: int) -> None:
    """Count an order in (+1) or out (-1) of its customer's totals."""
    values: dict[str, Any] = {
        "order_count": Customer.order_count + sign,
        "gross_paise": Customer.gross_paise + sign * order.total_paise,
    }
    if sign > 0:
        day, first, last = order.ordered_on, Customer.first_order_on, Customer.last_order_on
        values |= {
            "first_order_on": case((first < day, first), else_=day),
            "last_order_on": case((last > day, last), else_=day),
        }
    else:
        theirs = select(func.min(Order.ordered_on), func.max(Order.ordered_on)).where(
            Order.customer_id == order.customer_id, LIVE, Order.id != order.id
        )
        values |= dict(zip(("first_order_on", "last_order_on"), db.session.execute(theirs).one(), strict=True))
    db.session.execute(
        update(Customer)
        .where(Customer.id == order.customer_id)
        .values(values)
        .execution_options(synchronize_session=False)
    )


def rebuild() -> None:
    """All kept totals anew from the rows, set by set: after an import or a demo. Stock is left to its moves."""
    for kept in kept_totals():
        if kept.table is Product and kept.columns == ("stock",):
            continue
        values: dict[str, Any] = {name: kept.recount.c[name] for name in kept.columns}
        if kept.table is Order:
            values["payable_paise"] = kept.recount.c.total_paise + Order.tax_paise + Order.round_off_paise
        db.session.execute(
            update(kept.table)
            .where(kept.key == kept.recount.c.key, differs(kept))
            .values(values)
            .execution_options(synchronize_session=False)
        )
    db.session.execute(delete(DayTotal).execution_options(synchronize_session=False))
    db.session.execute(insert(DayTotal).from_select(["day", *DAY_COLUMNS], days_recounted()))
    db.session.execute(delete(MethodTotal).execution_options(synchronize_session=False))
    db.session.execute(insert(MethodTotal).from_select(["day", "method", *METHOD_COLUMNS], methods_recounted()))
    db.session.execute(delete(RatingTotal).execution_options(synchronize_session=False))
    db.session.execute(insert(RatingTotal).from_select(["day", "rating", "ratings"], ratings_recounted()))
    rebuild_products()
