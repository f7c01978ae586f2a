"""THE definitions of the headline figures, used by pages and commands alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select

from cms.db import db
from cms.models import DayTotal, Product


@dataclass(frozen=True)
class Headline:
    """All business days up to one: counts, and money in minor units. Orders leave cancelled ones out."""

    customers: int
    pending: int
    shipped: int
    delivered: int
    cancelled: int
    gross_paise: int
    returned_paise: int

    @property
    def orders(self) -> int:
        return self.pending + self.shipped + self.delivered

    @property
    def net_paise(self) -> int:
        return self.gross_paise - self.returned_paise


@dataclass(frozen=True)
class LowStock:
    """How many products on sale are at or below the shop's limit, and the first few."""

    count: int
    products: Sequence[Row[Any]]


def headline(today: date) -> Headline:
    names = ("customers", "pending", "shipped", "delivered", "cancelled", "gross_paise", "returned_paise")
    sums = (func.coalesce(func.sum(getattr(DayTotal, name)), 0) for name in names)
    row = db.session.execute(select(*sums).where(DayTotal.day <= today)).one()
    return Headline(*(int(value) for value in row))


def low_stock(limit_units: int, show: int = 5) -> LowStock:
    low = (Product.stock <= limit_units) & Product.archived_at.is_(None)
    rows = db.session.execute(
        select(Product.id, Product.name, Product.stock, func.count().over().label("of"))
        .where(low)
        .order_by(Product.stock, Product.id)
        .limit(show)
    ).all()
    return LowStock(rows[0].of if rows else 0, rows)
