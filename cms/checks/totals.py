"""Kept totals against a recount."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from sqlalchemy import select

from cms.db import db
from cms.habits.queries import wholes, wrong_rows
from cms.models import Customer, Order, OrderLine, Product
from cms.totals.filters import DAY_COLUMNS, METHOD_COLUMNS
from cms.totals.products import wrong_products
from cms.totals.queries import Kept, kept_totals, wrong, wrong_days, wrong_methods
from cms.totals.ratings import wrong_ratings

MOVED: dict[tuple[str, ...], str] = {("stock",): "Stocks", ("credit_paise",): "Store credits"}
NAMES: dict[Any, Any] = {Order: Order.ref, Customer: Customer.ref, Product: Product.sku}
MOST_SHOWN = 20


def kept() -> list[tuple[str, bool, Callable[[], Iterator[str]]]]:
    """Each kept set: where it is, whether it is a sum of moves, and its check."""
    checks: list[tuple[str, bool, Callable[[], Iterator[str]]]] = []
    for kept in kept_totals():
        moved = MOVED.get(kept.columns)
        checks.append((moved or kept.table.__tablename__, moved is not None, partial(_wrong, kept)))
    return checks


def _wrong(kept: Kept) -> Iterator[str]:
    for key, *pairs in db.session.execute(wrong(kept)):
        differing = [
            f"{name} is {was}, counted {counted}"
            for name, was, counted in zip(kept.columns, pairs[::2], pairs[1::2], strict=True)
            if was != counted
        ]
        yield f"{_named(kept.table, key)}: {'; '.join(differing)}"


def _named(table: Any, key: int) -> str:
    if table is OrderLine:
        found = db.session.execute(
            select(Order.ref, OrderLine.line_no).join(Order, Order.id == OrderLine.order_id).where(OrderLine.id == key)
        ).first()
        return f"order {found.ref} line {found.line_no}" if found else f"order line {key}"
    ref = db.session.scalar(select(NAMES[table]).where(table.id == key))
    return f"{table.__tablename__[:-1]} {ref}"


def days() -> Iterator[str]:
    """Days whose totals are wrong."""
    for day, was, counted in wrong_days()[:MOST_SHOWN]:
        yield f"day {day}: {_told(DAY_COLUMNS, was, counted)}"


def methods() -> Iterator[str]:
    """Days and methods of payment whose totals are wrong."""
    for (day, method), was, counted in wrong_methods()[:MOST_SHOWN]:
        yield f"{method} on {day}: {_told(METHOD_COLUMNS, was, counted)}"


def _told(names: tuple[str, ...], was: Any, counted: Any) -> str:
    return "; ".join(f"{name} is {a}, counted {b}" for name, a, b in zip(names, was, counted, strict=True) if a != b)


def ratings() -> Iterator[str]:
    """Days on which the stars were counted wrongly."""
    for day, stars, was, counted in wrong_ratings()[:MOST_SHOWN]:
        yield f"day {day}: {was} ratings of {stars} stars, counted {counted}"


def products() -> Iterator[str]:
    """Products whose totals of a day or month are wrong."""
    for table, when, product_id in wrong_products(MOST_SHOWN):
        yield f"{table} of {when}: {_named(Product, product_id)}"


def over_time() -> Iterator[str]:
    """Rows of the totals of customers over time that are wrong."""
    for whole in wholes():
        for key, was, counted in wrong_rows(whole):
            differing = [
                f"{name} is {a}, counted {b}" for name, a, b in zip(whole.amounts, was, counted, strict=True) if a != b
            ]
            yield f"{whole.table.__tablename__} {' '.join(map(str, key))}: {'; '.join(differing)}"
