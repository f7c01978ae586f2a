"""What is sold, and every move of its stock."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from cms.db import db
from cms.models.base import TABLE, Created, Versioned, code, money, one_of, units, user_id

KINDS = ("goods", "service")
STOCK_REASONS = ("counted", "sold", "given back", "returned", "replaced")


class Product(Created, Versioned, db.Model):
    """An article of the catalogue. `stock` NULL = not tracked. Kept totals leave cancelled orders out."""

    __tablename__ = "products"

    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(code(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    price_paise: Mapped[int] = money(None)
    category: Mapped[str] = mapped_column(String(80), default="")
    hsn: Mapped[str] = mapped_column(String(8), default="")
    gst_rate_bp: Mapped[int] = mapped_column(Integer, default=0)
    kind: Mapped[str] = mapped_column(String(10), default="goods")
    stock: Mapped[int | None] = mapped_column(Integer)
    archived_at: Mapped[datetime | None]

    name_key: Mapped[str] = mapped_column(code(200))
    search_text: Mapped[str] = mapped_column(code(400))

    sold_units: Mapped[int] = units()
    sold_paise: Mapped[int] = money()
    returned_units: Mapped[int] = units()
    returned_paise: Mapped[int] = money()

    __table_args__ = (
        one_of("kind", KINDS, "kind"),
        CheckConstraint("price_paise >= 0", name="price"),
        CheckConstraint("stock >= 0", name="stock"),
        CheckConstraint("gst_rate_bp BETWEEN 0 AND 10000", name="gst_rate"),
        CheckConstraint("sold_units >= 0 AND returned_units >= 0", name="totals"),
        Index("ix_products_name", "name_key", "id"),
        Index("ix_products_stock", "stock", "id"),
        Index("ix_products_sold_units", "sold_units", "id"),
        Index("ix_products_sold_paise", "sold_paise", "id"),
        TABLE,
    )


class StockMove(db.Model):
    """Append-only. The moves of a tracked product add up to its stock."""

    __tablename__ = "stock_moves"

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"), index=True)
    quantity: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime]
    by_id: Mapped[int | None] = user_id()

    __table_args__ = (
        one_of("reason", STOCK_REASONS, "reason"),
        CheckConstraint("quantity <> 0", name="quantity"),
        TABLE,
    )
