"""Customers, and the words by which they are found."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cms.db import db
from cms.models.base import TABLE, Created, Versioned, code, count, money, one_of

GENDERS = ("Female", "Male", "Other")
STANDINGS = ("Active", "Inactive")


class Customer(Created, Versioned, db.Model):
    """A buyer. The kept totals count orders that are not cancelled; `flask check` recounts them.

    pace = gross / months from the first to the last order, which the simple lifetime value is ranked by.
    """

    __tablename__ = "customers"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(code(64), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(32), default="")
    gender: Mapped[str | None] = mapped_column(String(10))
    segment: Mapped[str] = mapped_column(ForeignKey("segments.name", onupdate="CASCADE"))
    address: Mapped[str] = mapped_column(Text, default="")
    city: Mapped[str] = mapped_column(String(80), default="")
    state: Mapped[str] = mapped_column(String(60), default="")
    postcode: Mapped[str] = mapped_column(String(12), default="")
    country: Mapped[str] = mapped_column(String(60), default="")
    gstin: Mapped[str] = mapped_column(String(15), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    marketing_at: Mapped[datetime | None]
    created_on: Mapped[date]
    archived_at: Mapped[datetime | None]
    forgotten_at: Mapped[datetime | None]

    # Set by hand, above what the last order says; NULL until = until changed.
    override_status: Mapped[str | None] = mapped_column(String(10))
    override_until: Mapped[date | None]
    override_reason: Mapped[str] = mapped_column(String(200), default="")

    # What it is sorted, matched and kept unique by.
    name_key: Mapped[str] = mapped_column(code(120))
    email_key: Mapped[str | None] = mapped_column(code(254), unique=True)
    phone_key: Mapped[str | None] = mapped_column(code(32), unique=True)
    search_text: Mapped[str] = mapped_column(code(600))

    # What two entries of one person have in common, however each was typed; NULL where there is nothing to go by.
    phone_tail: Mapped[str | None] = mapped_column(code(10), index=True)
    mailbox: Mapped[str | None] = mapped_column(code(254), index=True)
    name_place: Mapped[str | None] = mapped_column(code(120), index=True)
    name_alike: Mapped[str | None] = mapped_column(code(80))

    # Kept totals.
    order_count: Mapped[int] = count()
    gross_paise: Mapped[int] = money()
    returned_paise: Mapped[int] = money()
    credit_paise: Mapped[int] = money()
    pace_paise: Mapped[int] = money()
    first_order_on: Mapped[date | None]
    last_order_on: Mapped[date | None]

    __table_args__ = (
        one_of("gender", GENDERS, "gender"),
        one_of("override_status", STANDINGS, "override_status"),
        CheckConstraint("name_key <> ''", name="name"),
        CheckConstraint("order_count >= 0 AND gross_paise >= 0 AND returned_paise >= 0", name="totals"),
        CheckConstraint("credit_paise >= 0", name="credit"),
        CheckConstraint("(order_count = 0) = (last_order_on IS NULL)", name="last_order"),
        Index("ix_customers_name", "name_key", "id"),
        Index("ix_customers_segment", "segment", "name_key", "id"),
        Index("ix_customers_gender", "gender", "name_key", "id"),
        Index("ix_customers_override", "override_status", "override_until", "last_order_on"),
        Index("ix_customers_last_order", "last_order_on", "id"),
        Index("ix_customers_gross", "gross_paise", "id"),
        Index("ix_customers_orders", "order_count", "id"),
        Index("ix_customers_first_order", "first_order_on", "id"),
        Index("ix_customers_pace", "pace_paise", "id"),
        Index("ix_customers_alike", "name_alike", "name_place", "phone_key"),
        Index("ix_customers_rfm", "last_order_on", "order_count", "archived_at", "gross_paise"),
        TABLE,
    )


class CustomerTerm(db.Model):
    """A word, or the end of a word, of a customer's name, e-mail or phone: any part is found as the start of one."""

    __tablename__ = "customer_terms"

    term: Mapped[str] = mapped_column(code(24), primary_key=True)
    customer_id: Mapped[int] = mapped_column(Integer, ForeignKey("customers.id"), primary_key=True, autoincrement=False)

    __table_args__ = (TABLE | {"sqlite_with_rowid": False},)
