"""Payments as their pages need them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import abort
from sqlalchemy import func, select

from cms.db import db
from cms.models import Activity, CreditMove, Customer, Order, Payment, User

COUNTED = ("payment.recorded", "payment.confirmed", "payment.given_back")


def payment_or_404(payment_id: int) -> Payment:
    return db.session.get(Payment, payment_id) or abort(404, "That payment no longer exists")


def by_request_key(key: str | None) -> Payment | None:
    return db.session.scalar(select(Payment).where(Payment.request_key == key)) if key else None


def holder_of(utr: str | None) -> Any | None:
    """The payment that has this UPI reference, with its order's number."""
    query = select(Payment.ref, Order.ref.label("order_ref")).join(Order, Order.id == Payment.order_id)
    return db.session.execute(query.where(Payment.utr == utr)).first() if utr else None


def order_of(payment: Payment) -> Order:
    return db.session.get_one(Order, payment.order_id)


def credit_of(customer_id: int) -> int:
    """The store credit a customer has now."""
    return db.session.scalar(select(Customer.credit_paise).where(Customer.id == customer_id)) or 0


def made_credit(payment: Payment) -> Payment | None:
    """The refund by which what was paid too much became store credit."""
    return db.session.scalar(
        select(Payment).where(
            Payment.order_id == payment.order_id,
            Payment.kind == "refund",
            Payment.method == "credit",
            Payment.state == "confirmed",
            Payment.reference == payment.ref,
        )
    )


def counted_at(payment: Payment) -> datetime | None:
    """When it began to count: recorded as confirmed, or confirmed later."""
    return db.session.scalar(
        select(func.max(Activity.at)).where(
            Activity.thing == "payments", Activity.thing_id == payment.id, Activity.verb.in_(COUNTED)
        )
    )


def payments_of(order_id: int) -> Sequence[Any]:
    """The payments of one order, the latest first, with who recorded each."""
    query = (
        select(
            Payment.id,
            Payment.ref,
            Payment.kind,
            Payment.state,
            Payment.method,
            Payment.amount_paise,
            Payment.reference,
            Payment.note,
            Payment.paid_at,
            Payment.version,
            User.name.label("by_name"),
        )
        .outerjoin(User, User.id == Payment.by_id)
        .where(Payment.order_id == order_id)
        .order_by(Payment.id.desc())
    )
    return db.session.execute(query).all()


def credit_moves_of(customer_id: int, limit: int = 20) -> Sequence[Any]:
    """How a customer's store credit came and went, the latest first."""
    query = (
        select(CreditMove.id, CreditMove.amount_paise, CreditMove.reason, CreditMove.at, Order.id, Order.ref)
        .outerjoin(Order, Order.id == CreditMove.order_id)
        .where(CreditMove.customer_id == customer_id)
    )
    return db.session.execute(query.order_by(CreditMove.id.desc()).limit(limit)).all()
