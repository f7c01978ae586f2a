"""Kept totals against a recount."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from sqlalchemy import select

from cms.db import db
from cms.habits.queries import wholes, wrong_rows
from cms.models import Customer, Order, OrderLine, Product
from cms.totals.queries import DAY_COLUMNS, Kept, kept_totals, wrong, wrong_days

NAMES: dict[Any, Any] = {Order: Order.ref, Customer: Customer.ref, Product: Product.sku}
MOST_SHOWN = 20


def kept() -> list[tuple[str, bool, Callable[[], Iterator[str]]]]:
    """Each kept set: where it is, whether it is the stock, and its check."""
    checks: list[tuple[str, bool, Callable[[], Iterator[str]]]] = []
    for kept in kept_totals():
        stock = kept.columns == ("stock",)
        checks.append(("Stocks" if stock else kept.table.__tablename__, stock, partial(_wrong, kept)))
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
        differing = [
            f"{name} is {a}, counted {b}" for name, a, b in zip(DAY_COLUMNS, was, counted, strict=True) if a != b
        ]
        yield f"day {day}: {'; '.join(differing)}"


def over_time() -> Iterator[str]:
    """Rows of the totals of customers over time that are wrong."""
    for whole in wholes():
        for key, was, counted in wrong_rows(whole):
            differing = [
                f"{name} is {a}, counted {b}" for name, a, b in zip(whole.amounts, was, counted, strict=True) if a != b
            ]
            yield f"{whole.table.__tablename__} {' '.join(map(str, key))}: {'; '.join(differing)}"
