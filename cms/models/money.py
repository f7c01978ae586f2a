"""Payments, invoices and credit notes."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cms.db import db
from cms.models.base import TABLE, Created, Versioned, code, money, one_of, user_id

PAYMENT_KINDS = ("payment", "refund")
PAYMENT_STATES = ("claimed", "confirmed", "refused")
METHODS = ("cash", "upi", "card", "bank", "credit", "other")


class Payment(Created, Versioned, db.Model):
    """Money that came for an order, or went back. Only a confirmed one counts; `utr` is set for UPI and is unique."""

    __tablename__ = "payments"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(code(64), unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10), default="payment")
    state: Mapped[str] = mapped_column(String(10), default="confirmed")
    method: Mapped[str] = mapped_column(String(10))
    amount_paise: Mapped[int] = money(None)
    reference: Mapped[str] = mapped_column(String(80), default="")
    utr: Mapped[str | None] = mapped_column(code(12), unique=True)
    paid_at: Mapped[datetime]
    paid_on: Mapped[date]
    note: Mapped[str] = mapped_column(String(200), default="")
    return_id: Mapped[int | None] = mapped_column(ForeignKey("returns.id"), index=True)
    by_id: Mapped[int | None] = user_id()

    __table_args__ = (
        one_of("kind", PAYMENT_KINDS, "kind"),
        one_of("state", PAYMENT_STATES, "state"),
        one_of("method", METHODS, "method"),
        CheckConstraint("amount_paise > 0", name="amount"),
        Index("ix_payments_paid", "paid_on", "id"),
        Index("ix_payments_state", "state", "paid_at", "id"),
        Index("ix_payments_at", "paid_at", "id"),
        Index("ix_payments_method", "method", "paid_at", "id"),
        TABLE,
    )


class CreditMove(db.Model):
    """Store credit given to a customer (+) or spent (-), append-only; their sum is the customer's `credit_paise`."""

    __tablename__ = "credit_moves"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"))
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"), unique=True)
    amount_paise: Mapped[int] = money(None)
    reason: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime]
    by_id: Mapped[int | None] = user_id()

    __table_args__ = (CheckConstraint("amount_paise <> 0", name="amount"), TABLE)


class Invoice(db.Model):
    """Issued once, never changed: `content` is all that it said (seller, buyer, lines, tax), as it was then."""

    __tablename__ = "invoices"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(code(16), unique=True)
    series: Mapped[str] = mapped_column(code(10))
    financial_year: Mapped[str] = mapped_column(String(5))
    serial: Mapped[int]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    issued_at: Mapped[datetime]
    issued_on: Mapped[date] = mapped_column(index=True)
    taxable_paise: Mapped[int] = money()
    tax_paise: Mapped[int] = money()
    payable_paise: Mapped[int] = money()
    content: Mapped[dict] = mapped_column(JSON)
    by_id: Mapped[int | None] = user_id()

    __table_args__ = (
        Index("uq_invoices_serial", "series", "financial_year", "serial", unique=True),
        Index("ix_invoices_sums", "issued_on", "taxable_paise", "tax_paise", "payable_paise"),
        TABLE,
    )


class CreditNote(db.Model):
    """Answers an invoice when goods come back. Its own consecutive number; never changed either."""

    __tablename__ = "credit_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(code(16), unique=True)
    series: Mapped[str] = mapped_column(code(10))
    financial_year: Mapped[str] = mapped_column(String(5))
    serial: Mapped[int]
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), index=True)
    issued_at: Mapped[datetime]
    issued_on: Mapped[date]
    taxable_paise: Mapped[int] = money()
    tax_paise: Mapped[int] = money()
    total_paise: Mapped[int] = money()
    content: Mapped[dict] = mapped_column(JSON)
    by_id: Mapped[int | None] = user_id()

    __table_args__ = (
        Index("uq_credit_notes_serial", "series", "financial_year", "serial", unique=True),
        Index("ix_credit_notes_sums", "issued_on", "taxable_paise", "tax_paise", "total_paise"),
        TABLE,
    )
