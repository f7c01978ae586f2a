"""Kept totals by business day: what every headline figure adds up."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from cms.db import db
from cms.models.base import TABLE, count, money
from cms.models.base import units as kept_units


class DayTotal(db.Model):
    """One row a business day, changed in the transaction of every write that it counts.

    Orders stand on their day of order: a status step moves one from a column to the next, cancelling takes its lines,
    units and gross out again. Refunds stand on their own day. Any range of days adds up.
    """

    __tablename__ = "day_totals"

    day: Mapped[date] = mapped_column(primary_key=True)
    customers: Mapped[int] = count()
    pending: Mapped[int] = count()
    shipped: Mapped[int] = count()
    delivered: Mapped[int] = count()
    cancelled: Mapped[int] = count()
    line_count: Mapped[int] = count()
    units: Mapped[int] = kept_units()
    gross_paise: Mapped[int] = money()
    return_count: Mapped[int] = count()
    returned_units: Mapped[int] = kept_units()
    returned_paise: Mapped[int] = money()

    __table_args__ = (
        CheckConstraint("pending >= 0 AND shipped >= 0 AND delivered >= 0 AND cancelled >= 0", name="orders"),
        CheckConstraint("customers >= 0 AND line_count >= 0 AND units >= 0 AND gross_paise >= 0", name="sums"),
        CheckConstraint("return_count >= 0 AND returned_units >= 0 AND returned_paise >= 0", name="returns"),
        TABLE,
    )


class MethodTotal(db.Model):
    """Confirmed money by business day and method: what came and what went back."""

    __tablename__ = "method_totals"

    day: Mapped[date] = mapped_column(primary_key=True)
    method: Mapped[str] = mapped_column(String(10), primary_key=True)
    payments: Mapped[int] = count()
    received_paise: Mapped[int] = money()
    refunded_paise: Mapped[int] = money()

    __table_args__ = (CheckConstraint("received_paise >= 0 AND refunded_paise >= 0", name="sums"), TABLE)


class RatingTotal(db.Model):
    """Feedback by business day and stars."""

    __tablename__ = "rating_totals"

    day: Mapped[date] = mapped_column(primary_key=True)
    rating: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ratings: Mapped[int] = count()

    __table_args__ = (CheckConstraint("ratings >= 0 AND rating BETWEEN 1 AND 5", name="sums"), TABLE)
