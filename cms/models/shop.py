"""The shop itself: one row of settings, the counters behind the shown numbers, the segments."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Integer, LargeBinary, String, Text
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, mapped_column

from cms.db import db
from cms.models.base import TABLE, Versioned, code, one_of

GST_MODES = ("unregistered", "composition", "regular")
RETURN_STARTS = ("order", "delivery")


class Settings(Versioned, db.Model):
    """Exactly one row, made by the first migration."""

    __tablename__ = "settings"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(120), default="My shop")
    currency: Mapped[str] = mapped_column(String(3), default="INR")
    zone: Mapped[str] = mapped_column(String(64), default="Asia/Kolkata")
    country: Mapped[str] = mapped_column(String(2), default="IN")
    state: Mapped[str] = mapped_column(String(60), default="")
    address: Mapped[str] = mapped_column(Text, default="")
    phone: Mapped[str] = mapped_column(String(32), default="")
    whatsapp: Mapped[str] = mapped_column(String(32), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    gst_mode: Mapped[str] = mapped_column(String(12), default="unregistered")
    gstin: Mapped[str] = mapped_column(String(15), default="")
    prices_include_tax: Mapped[bool] = mapped_column(default=True)
    upi_vpa: Mapped[str] = mapped_column(String(320), default="")
    active_days: Mapped[int] = mapped_column(Integer, default=90)
    return_days: Mapped[int] = mapped_column(Integer, default=10)
    return_from: Mapped[str] = mapped_column(String(10), default="order")
    clv_months: Mapped[int] = mapped_column(Integer, default=6)
    undo_minutes: Mapped[int] = mapped_column(Integer, default=60)
    low_stock: Mapped[int] = mapped_column(Integer, default=5)
    acknowledge_hours: Mapped[int] = mapped_column(Integer, default=48)
    resolve_days: Mapped[int] = mapped_column(Integer, default=30)
    feedback_days: Mapped[int] = mapped_column(Integer, default=30)
    simulate_payments: Mapped[bool] = mapped_column(default=False)
    invoice_prefix: Mapped[str] = mapped_column(code(6), default="INV")
    credit_prefix: Mapped[str] = mapped_column(code(6), default="CN")
    invoice_note: Mapped[str] = mapped_column(String(300), default="")
    logo_digest: Mapped[str] = mapped_column(code(64), default="")
    session_idle_minutes: Mapped[int] = mapped_column(Integer, default=120)
    session_hours: Mapped[int] = mapped_column(Integer, default=12)
    setup_token_hash: Mapped[str | None] = mapped_column(code(64))
    setup_done_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("active_days BETWEEN 1 AND 3650", name="active_days"),
        CheckConstraint("return_days BETWEEN 0 AND 3650", name="return_days"),
        CheckConstraint("undo_minutes BETWEEN 0 AND 10080", name="undo_minutes"),
        CheckConstraint("low_stock >= 0", name="low_stock"),
        CheckConstraint("clv_months BETWEEN 1 AND 120", name="clv_months"),
        CheckConstraint("session_idle_minutes BETWEEN 5 AND 10080 AND session_hours BETWEEN 1 AND 720", name="session"),
        CheckConstraint("acknowledge_hours BETWEEN 1 AND 8760 AND resolve_days BETWEEN 1 AND 3650", name="clocks"),
        CheckConstraint("feedback_days BETWEEN 1 AND 365", name="feedback_days"),
        one_of("gst_mode", GST_MODES, "gst_mode"),
        one_of("return_from", RETURN_STARTS, "return_from"),
        TABLE,
    )


class Counter(db.Model):
    """The last number given out of a series (`ORD`, `CUST`, ...). Taken by an UPDATE, so nobody gets it twice."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(code(40), primary_key=True)
    value: Mapped[int] = mapped_column(Integer, default=0)

    __table_args__ = (CheckConstraint("value >= 0", name="value"), TABLE)


class ContactPage(Versioned, db.Model):
    """Exactly one row: what the contact page says beyond the settings. Apart, since only that page reads it."""

    __tablename__ = "contact_page"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    phones: Mapped[str] = mapped_column(Text, default="")
    emails: Mapped[str] = mapped_column(Text, default="")
    hours: Mapped[str] = mapped_column(Text, default="")
    map_url: Mapped[str] = mapped_column(String(500), default="")
    grievance_name: Mapped[str] = mapped_column(String(120), default="")
    grievance_designation: Mapped[str] = mapped_column(String(120), default="")
    grievance_phone: Mapped[str] = mapped_column(String(32), default="")
    grievance_email: Mapped[str] = mapped_column(String(254), default="")
    returns_policy: Mapped[str] = mapped_column(Text, default="")
    delivery_policy: Mapped[str] = mapped_column(Text, default="")
    payment_policy: Mapped[str] = mapped_column(Text, default="")
    privacy_policy: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (CheckConstraint("id = 1", name="one_row"), TABLE)


class StoredFile(db.Model):
    """A file kept with the data, so that every machine has it: the logo, a rendered invoice."""

    __tablename__ = "files"

    key: Mapped[str] = mapped_column(code(80), primary_key=True)
    content_type: Mapped[str] = mapped_column(String(80))
    digest: Mapped[str] = mapped_column(code(64))
    data: Mapped[bytes] = mapped_column(LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb"))
    created_at: Mapped[datetime]

    __table_args__ = (TABLE,)


class Segment(db.Model):
    """The shop's own list of customer segments; customers name one of them."""

    __tablename__ = "segments"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, default=0)

    __table_args__ = (TABLE,)
