"""Kept totals of what customers do over time, and what the lifetime model made of it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, Double, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from cms.db import db
from cms.models.base import TABLE, count, money, user_id

SUMS = "orders >= 0 AND gross_paise >= 0"


class CohortTotal(db.Model):
    """Of the customers whose first order was in one month: how many ordered in another, and what. Days are firsts."""

    __tablename__ = "cohort_totals"

    cohort: Mapped[date] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    customers: Mapped[int] = count()
    orders: Mapped[int] = count()
    gross_paise: Mapped[int] = money()

    __table_args__ = (CheckConstraint(f"customers >= 0 AND {SUMS} AND month >= cohort", name="sums"), TABLE)


class CustomerYear(db.Model):
    """What one customer ordered in a year: 2026 is the calendar year, 202627 the financial year that begins in 2026."""

    __tablename__ = "customer_years"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    customer_id: Mapped[int] = mapped_column(Integer, ForeignKey("customers.id"), primary_key=True, autoincrement=False)
    orders: Mapped[int] = count()
    gross_paise: Mapped[int] = money()

    __table_args__ = (
        CheckConstraint(SUMS, name="sums"),
        Index("ix_customer_years_gross", "year", "gross_paise", "customer_id"),
        Index("ix_customer_years_orders", "year", "orders", "customer_id"),
        TABLE,
    )


class GapTotal(db.Model):
    """How often so many days lay between an order and the same customer's next one."""

    __tablename__ = "gap_totals"

    days: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    gaps: Mapped[int] = count()

    __table_args__ = (CheckConstraint("gaps >= 0 AND days >= 0", name="sums"), TABLE)


class SegmentDay(db.Model):
    """The orders of a business day by the segment that their customers have now."""

    __tablename__ = "segment_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    segment: Mapped[str] = mapped_column(
        ForeignKey("segments.name", onupdate="CASCADE", ondelete="CASCADE"), primary_key=True
    )
    orders: Mapped[int] = count()
    gross_paise: Mapped[int] = money()

    __table_args__ = (CheckConstraint(SUMS, name="sums"), TABLE)


class ClvFit(db.Model):
    """One fit of the lifetime model: its parameters, what it was fitted on, and how well it foretold a hold-out.

    Unfinished while its customers are still being written.
    """

    __tablename__ = "clv_fits"

    id: Mapped[int] = mapped_column(primary_key=True)
    fitted_at: Mapped[datetime]
    fitted_on: Mapped[date]
    finished_at: Mapped[datetime | None] = mapped_column(index=True)
    customers: Mapped[int] = mapped_column(Integer)
    repeaters: Mapped[int] = mapped_column(Integer)
    r: Mapped[float] = mapped_column(Double())
    alpha: Mapped[float] = mapped_column(Double())
    a: Mapped[float] = mapped_column(Double())
    b: Mapped[float] = mapped_column(Double())
    log_likelihood: Mapped[float] = mapped_column(Double())
    p: Mapped[float | None] = mapped_column(Double())
    q: Mapped[float | None] = mapped_column(Double())
    gamma: Mapped[float | None] = mapped_column(Double())
    calibration: Mapped[dict] = mapped_column(JSON)
    by_id: Mapped[int | None] = user_id()

    __table_args__ = (TABLE,)


class CustomerValue(db.Model):
    """What a fit expects of a customer in the twelve months after it."""

    __tablename__ = "customer_values"

    fit_id: Mapped[int] = mapped_column(ForeignKey("clv_fits.id"), primary_key=True, autoincrement=False)
    customer_id: Mapped[int] = mapped_column(Integer, ForeignKey("customers.id"), primary_key=True, autoincrement=False)
    expected_orders: Mapped[float] = mapped_column(Double())
    alive: Mapped[float] = mapped_column(Double())
    value_paise: Mapped[int] = money()

    __table_args__ = (Index("ix_customer_values_value", "fit_id", "value_paise", "customer_id"), TABLE)
