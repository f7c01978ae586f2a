"""How totals that have a table of their own, and store credit, are told from the rows."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, case, func, literal, or_, select, union_all

from cms.models import CreditMove, Customer, Order, Payment, Return
from cms.orders.filters import LIVE

DAY_COLUMNS = (
    "customers",
    "pending",
    "shipped",
    "delivered",
    "cancelled",
    "line_count",
    "units",
    "gross_paise",
    "return_count",
    "returned_units",
    "returned_paise",
)
METHOD_COLUMNS = ("payments", "received_paise", "refunded_paise")


@cache
def days_recounted() -> Select:
    """The `day_totals` that the rows themselves give: day and DAY_COLUMNS, for each day on which something happened."""

    def part(source: Select, day: Any, **counted: Any) -> Select:
        columns = [counted.get(name, literal(0)).label(name) for name in DAY_COLUMNS]
        return source.with_only_columns(day.label("day"), *columns, maintain_column_froms=True).group_by(day)

    def when(status: str) -> ColumnElement:
        return func.sum(case((Order.status == status, 1), else_=0))

    def live(column: Any) -> ColumnElement:
        return func.sum(case((LIVE, column), else_=0))

    parts = union_all(
        part(select(Customer.id), Customer.created_on, customers=func.count()),
        part(
            select(Order.id),
            Order.ordered_on,
            **{status.lower(): when(status) for status in ("Pending", "Shipped", "Delivered", "Cancelled")},
            line_count=live(Order.line_count),
            units=live(Order.units),
            gross_paise=live(Order.total_paise),
        ),
        part(
            select(Return.id).where(Return.state == "refunded"),
            Return.refunded_on,
            return_count=func.count(),
            returned_units=func.sum(Return.quantity),
            returned_paise=func.sum(Return.refund_paise),
        ),
    ).subquery()
    return select(parts.c.day, *(func.sum(parts.c[name]).label(name) for name in DAY_COLUMNS)).group_by(parts.c.day)


def credit_recounted() -> Subquery:
    """Each customer's `credit_paise` by its moves. Most never had any: leaving them out is quicker."""
    moved = (
        select(CreditMove.customer_id, func.sum(CreditMove.amount_paise).label("paise"))
        .group_by(CreditMove.customer_id)
        .subquery()
    )
    return (
        select(Customer.id.label("key"), func.coalesce(moved.c.paise, 0).label("credit_paise"))
        .outerjoin(moved, moved.c.customer_id == Customer.id)
        .where(or_(moved.c.paise.is_not(None), Customer.credit_paise != 0))
        .subquery()
    )


@cache
def methods_recounted() -> Select:
    """The `method_totals` that the confirmed payments give: day, method and METHOD_COLUMNS."""
    came, amount = Payment.kind == "payment", Payment.amount_paise
    return (
        select(
            Payment.paid_on.label("day"),
            Payment.method,
            func.sum(case((came, 1), else_=0)).label("payments"),
            func.sum(case((came, amount), else_=0)).label("received_paise"),
            func.sum(case((came, 0), else_=amount)).label("refunded_paise"),
        )
        .where(Payment.state == "confirmed")
        .group_by(Payment.paid_on, Payment.method)
    )
