"""After the sale: what came back, what went wrong, what was thought of it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cms.db import db
from cms.models.base import TABLE, Created, Versioned, code, money, one_of, user_id

RETURN_STATES = ("requested", "approved", "received", "refunded", "refused")
REFUND_MODES = ("upi", "cash", "credit", "replacement", "other")
COMPLAINT_STATES = ("open", "acknowledged", "waiting", "resolved", "reopened")
RESOLUTIONS = ("", "refund", "return", "replacement", "coupon", "other")
PRIORITIES = ("low", "normal", "high")


class ReturnReason(db.Model):
    """The shop's own list of reasons; a return keeps the words. `any_time`: not bound by the return window."""

    __tablename__ = "return_reasons"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    any_time: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(Integer, default=0)

    __table_args__ = (TABLE,)


class Return(Created, Versioned, db.Model):
    """Units of one order line that come back. Its refund counts on `refunded_on`, in the state 'refunded'.

    `refund_paise` is of the line's total; `tax_paise` is what goes back of tax on top of it.
    """

    __tablename__ = "returns"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(code(64), unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"), index=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    quantity: Mapped[int] = mapped_column(Integer)
    refund_paise: Mapped[int] = money(None)
    tax_paise: Mapped[int] = money()
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(80))
    words: Mapped[str] = mapped_column(Text, default="")
    restocked: Mapped[bool] = mapped_column(default=False)
    refund_mode: Mapped[str] = mapped_column(String(12), default="other")
    late_reason: Mapped[str] = mapped_column(String(200), default="")
    decision: Mapped[str] = mapped_column(String(200), default="")
    credit_note_id: Mapped[int | None] = mapped_column(ForeignKey("credit_notes.id"))
    credit_note_ref: Mapped[str] = mapped_column(String(64), default="")
    returned_at: Mapped[datetime]
    returned_on: Mapped[date]
    refunded_on: Mapped[date | None]
    by_id: Mapped[int | None] = user_id()

    __table_args__ = (
        one_of("state", RETURN_STATES, "state"),
        one_of("refund_mode", REFUND_MODES, "refund_mode"),
        CheckConstraint("quantity > 0 AND refund_paise >= 0", name="quantity"),
        CheckConstraint("tax_paise >= 0", name="tax"),
        CheckConstraint("(state = 'refunded') = (refunded_on IS NOT NULL)", name="refunded"),
        Index("ix_returns_returned", "returned_at", "id"),
        Index("ix_returns_refunded", "refunded_on", "reason"),
        Index("ix_returns_state", "state", "returned_at", "id"),
        Index("ix_returns_product", "product_id", "refunded_on", "reason", "quantity"),
        Index("ix_returns_reason", "reason", "returned_at", "id"),
        TABLE,
    )


class Complaint(Created, Versioned, db.Model):
    __tablename__ = "complaints"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(code(64), unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"), index=True)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id"))
    product_name: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(Text)
    priority: Mapped[str] = mapped_column(String(10), default="normal")
    state: Mapped[str] = mapped_column(String(12), default="open")
    assignee_id: Mapped[int | None] = user_id()
    opened_at: Mapped[datetime]
    opened_on: Mapped[date]
    acknowledge_by: Mapped[datetime]
    resolve_by: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    resolution: Mapped[str] = mapped_column(Text, default="")
    resolution_kind: Mapped[str] = mapped_column(String(12), default="")

    __table_args__ = (
        one_of("priority", PRIORITIES, "priority"),
        one_of("state", COMPLAINT_STATES, "state"),
        one_of("resolution_kind", RESOLUTIONS, "resolution_kind"),
        CheckConstraint("(state = 'resolved') = (resolved_at IS NOT NULL)", name="resolved"),
        Index("ix_complaints_state", "state", "resolve_by", "id"),
        Index("ix_complaints_opened", "opened_at", "id"),
        TABLE,
    )


class ComplaintNote(db.Model):
    """Append-only."""

    __tablename__ = "complaint_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = user_id()

    __table_args__ = (TABLE,)


class Feedback(Created, db.Model):
    __tablename__ = "feedback"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id"), index=True)
    product_name: Mapped[str] = mapped_column(String(200), default="")
    rating: Mapped[int] = mapped_column(Integer)
    comment: Mapped[str] = mapped_column(Text, default="")
    link_id: Mapped[int | None] = mapped_column(ForeignKey("feedback_links.id"))
    at: Mapped[datetime]
    given_on: Mapped[date]

    __table_args__ = (
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        Index("ix_feedback_order", "order_id", "product_id"),
        Index("ix_feedback_at", "at", "id"),
        Index("ix_feedback_rating", "rating", "at", "id"),
        TABLE,
    )


class FeedbackLink(db.Model):
    """A private invitation to rate an order: one answer, limited in time, revocable. Only the token's hash is kept."""

    __tablename__ = "feedback_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(code(64), unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (TABLE,)
