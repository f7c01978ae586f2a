"""Orders, their lines, and every change of status."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Computed, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cms.db import db
from cms.models.base import TABLE, Created, Versioned, code, count, money, one_of, user_id
from cms.models.customers import Customer
from cms.models.shop import GST_MODES

STATUSES = ("Pending", "Shipped", "Delivered", "Cancelled")
DUE = "CASE WHEN status = 'Cancelled' THEN 0 ELSE payable_paise - returned_paise - returned_tax_paise END - paid_paise"


class Order(Created, Versioned, db.Model):
    """What a customer bought at one moment.

    total = the lines' totals (the order's revenue); payable = total + tax on top + rounding; paid = payments received
    less refunds given back. `settled_before` marks history that was imported without its payments: nothing is due.
    `gst_mode` is the shop's at that moment; `tax_paise` is tax on top of the prices, 0 where they include it.
    """

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(code(64), unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    status: Mapped[str] = mapped_column(String(10), default="Pending")
    ordered_at: Mapped[datetime]
    ordered_on: Mapped[date]
    delivered_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    settled_before: Mapped[bool] = mapped_column(Boolean, default=False)
    created_by_id: Mapped[int | None] = user_id()
    gst_mode: Mapped[str] = mapped_column(String(12), default="unregistered")
    place_of_supply: Mapped[str] = mapped_column(String(60), default="")

    discount_paise: Mapped[int] = money()
    total_paise: Mapped[int] = money()
    tax_paise: Mapped[int] = money()
    round_off_paise: Mapped[int] = money()
    payable_paise: Mapped[int] = money()

    # Kept totals.
    line_count: Mapped[int] = count()
    units: Mapped[int] = count()
    paid_paise: Mapped[int] = money()
    returned_units: Mapped[int] = count()
    returned_paise: Mapped[int] = money()
    returned_tax_paise: Mapped[int] = money()
    due_paise: Mapped[int | None] = mapped_column(
        BigInteger, Computed(f"CASE WHEN settled_before THEN 0 ELSE {DUE} END", persisted=True)
    )
    unpaid: Mapped[bool | None] = mapped_column(
        Boolean, Computed(f"CASE WHEN settled_before OR {DUE} <= 0 THEN 0 ELSE 1 END", persisted=True)
    )

    customer: Mapped[Customer] = relationship(lazy="raise")
    lines: Mapped[list[OrderLine]] = relationship(
        lazy="raise", order_by="OrderLine.line_no", back_populates="order", passive_deletes="all"
    )

    __table_args__ = (
        one_of("status", STATUSES, "status"),
        one_of("gst_mode", GST_MODES, "gst_mode"),
        CheckConstraint("payable_paise = total_paise + tax_paise + round_off_paise", name="payable"),
        CheckConstraint("total_paise >= 0 AND discount_paise >= 0 AND tax_paise >= 0", name="money"),
        CheckConstraint("returned_units BETWEEN 0 AND units", name="returned"),
        Index("ix_orders_ordered_at", "ordered_at", "id", "customer_id"),
        Index("ix_orders_status", "status", "ordered_at", "id"),
        Index("ix_orders_customer", "customer_id", "ordered_at", "id"),
        Index("ix_orders_unpaid", "unpaid", "ordered_at", "id"),
        Index("ix_orders_day", "ordered_on", "status", "customer_id", "total_paise"),
        TABLE,
    )


class OrderLine(db.Model):
    """A product as it was sold: its name and price stay, whatever the catalogue says later.

    total = quantity x unit price - line discount - this line's share of the order's discount.
    """

    __tablename__ = "order_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    line_no: Mapped[int] = mapped_column(Integer)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    sku: Mapped[str] = mapped_column(code(64))
    product_name: Mapped[str] = mapped_column(String(200))
    quantity: Mapped[int] = mapped_column(Integer)
    unit_price_paise: Mapped[int] = money(None)
    discount_bp: Mapped[int] = mapped_column(Integer, default=0)
    discount_paise: Mapped[int] = money()
    order_discount_paise: Mapped[int] = money()
    total_paise: Mapped[int] = money(None)
    hsn: Mapped[str] = mapped_column(String(8), default="")
    gst_rate_bp: Mapped[int] = mapped_column(Integer, default=0)
    taxable_paise: Mapped[int] = money()
    cgst_paise: Mapped[int] = money()
    sgst_paise: Mapped[int] = money()
    igst_paise: Mapped[int] = money()
    stock_taken: Mapped[bool] = mapped_column(Boolean, default=False)

    # Kept totals: what came back of this line.
    returned_quantity: Mapped[int] = count()
    returned_paise: Mapped[int] = money()

    order: Mapped[Order] = relationship(lazy="raise", back_populates="lines")

    __table_args__ = (
        CheckConstraint("quantity > 0 AND unit_price_paise >= 0", name="quantity"),
        CheckConstraint(
            "total_paise = quantity * unit_price_paise - discount_paise - order_discount_paise", name="total"
        ),
        CheckConstraint("total_paise >= 0 AND discount_paise >= 0 AND order_discount_paise >= 0", name="money"),
        CheckConstraint("returned_quantity BETWEEN 0 AND quantity", name="returned"),
        CheckConstraint("cgst_paise = sgst_paise", name="halves"),
        Index("uq_order_lines_order_id", "order_id", "line_no", unique=True),
        Index("ix_order_lines_product", "product_id", "order_id"),
        TABLE,
    )


class StatusChange(db.Model):
    """Append-only. A step taken back is a change of its own that names the one it undoes."""

    __tablename__ = "status_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    old: Mapped[str | None] = mapped_column(String(10))
    new: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]
    by_id: Mapped[int | None] = user_id()
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("status_changes.id"), unique=True)

    __table_args__ = (
        one_of("new", STATUSES, "new"),
        Index("ix_status_changes_order", "order_id", "id"),
        TABLE,
    )
