"""Kept totals of each product, by business day and by month: what every figure of products over a range adds up."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from cms.db import db
from cms.models.base import TABLE, money
from cms.models.base import units as kept_units

SUMS = ("units", "gross_paise", "returned_units", "returned_paise")
CLUSTERED = TABLE | {"sqlite_with_rowid": False}


class ProductDay(db.Model):
    """What was sold of a product on a day (orders that are not cancelled, on the day of the order), and what was
    refunded (on the day of the refund); changed in the transaction of every write that it counts.

    Without a CHECK against negative sums: what is taken off is added as a negative row, which would break it.
    """

    __tablename__ = "product_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), primary_key=True, autoincrement=False)
    units: Mapped[int] = kept_units()
    gross_paise: Mapped[int] = money()
    returned_units: Mapped[int] = kept_units()
    returned_paise: Mapped[int] = money()

    __table_args__ = (Index("ix_product_days_product", "product_id", "day"), CLUSTERED)


class ProductMonth(db.Model):
    """The same by month, so that a long range is a sum of few rows; `month` is its first day."""

    __tablename__ = "product_months"

    month: Mapped[date] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), primary_key=True, autoincrement=False)
    units: Mapped[int] = kept_units()
    gross_paise: Mapped[int] = money()
    returned_units: Mapped[int] = kept_units()
    returned_paise: Mapped[int] = money()

    __table_args__ = (Index("ix_product_months_product", "product_id", "month"), CLUSTERED)
