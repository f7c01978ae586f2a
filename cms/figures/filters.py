"""What counts for the figures of a day: the kept totals, or for a day gone by the same from the rows up to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select

from cms.models import Customer, Order, OrderLine, Product, Return
from cms.orders.filters import LIVE

REFUNDED = Return.state == "refunded"


@dataclass(frozen=True)
class Basis:
    """Customers and products with their totals as of `today`: `.c` has the names of their tables' columns."""

    today: date
    customers: Any
    products: Any
    recounted: bool


def as_kept(today: date) -> Basis:
    """The totals as they are kept: right while nothing is dated later than `today`."""
    return Basis(today, Customer.__table__, Product.__table__, recounted=False)


def as_recounted(today: date) -> Basis:
    """The totals as they were at the end of `today`, told from the rows up to it; they mean the same."""
    return Basis(today, _customers(today).subquery(), _products(today).subquery(), recounted=True)


def _customers(today: date) -> Select:
    bought = (
        select(
            Order.customer_id,
            func.count().label("orders"),
            func.sum(Order.total_paise).label("paise"),
            func.min(Order.ordered_on).label("first_on"),
            func.max(Order.ordered_on).label("last_on"),
        )
        .where(LIVE, Order.ordered_on <= today)
        .group_by(Order.customer_id)
        .subquery()
    )
    kept = ("id", "ref", "name", "segment", "gender", "override_status", "override_until", "archived_at")
    return (
        select(
            *(getattr(Customer, name) for name in kept),
            func.coalesce(bought.c.orders, 0).label("order_count"),
            func.coalesce(bought.c.paise, 0).label("gross_paise"),
            bought.c.first_on.label("first_order_on"),
            bought.c.last_on.label("last_order_on"),
        )
        .outerjoin(bought, bought.c.customer_id == Customer.id)
        .where(Customer.created_on <= today)
    )


def _products(today: date) -> Select:
    sold = (
        select(
            OrderLine.product_id,
            func.sum(OrderLine.quantity).label("units"),
            func.sum(OrderLine.total_paise).label("paise"),
        )
        .join(Order, Order.id == OrderLine.order_id)
        .where(LIVE, Order.ordered_on <= today)
        .group_by(OrderLine.product_id)
        .subquery()
    )
    back = (
        select(Return.product_id, func.sum(Return.quantity).label("units"))
        .where(REFUNDED, Return.refunded_on <= today)
        .group_by(Return.product_id)
        .subquery()
    )
    return (
        select(
            Product.id,
            Product.sku,
            Product.name,
            func.coalesce(sold.c.units, 0).label("sold_units"),
            func.coalesce(sold.c.paise, 0).label("sold_paise"),
            func.coalesce(back.c.units, 0).label("returned_units"),
        )
        .outerjoin(sold, sold.c.product_id == Product.id)
        .outerjoin(back, back.c.product_id == Product.id)
    )
