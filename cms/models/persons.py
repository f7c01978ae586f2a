"""Customers who turned out to be one person, and those who only look like it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from cms.db import db
from cms.models.base import TABLE, code, user_id


class Merge(db.Model):
    """A customer whose row went up into another's. The old id and number lead to the one who was kept.

    `before` holds what undoing needs, NULL once the person was forgotten; `after` is what the merge made of the kept.
    """

    __tablename__ = "merges"

    gone_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kept_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    old_ref: Mapped[str] = mapped_column(code(64), unique=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), unique=True)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = user_id()
    before: Mapped[dict | None] = mapped_column(JSON)
    after: Mapped[dict | None] = mapped_column(JSON)

    __table_args__ = (TABLE,)


class MergeMove(db.Model):
    """A row that a merge gave to the kept customer: `place` is its table and column, `orders.customer_id`."""

    __tablename__ = "merge_moves"

    gone_id: Mapped[int] = mapped_column(ForeignKey("merges.gone_id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[str] = mapped_column(code(60), primary_key=True)
    row_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)

    __table_args__ = (TABLE | {"sqlite_with_rowid": False},)


class Apart(db.Model):
    """Two customers of whom somebody said that they are not the same."""

    __tablename__ = "apart"

    low_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), primary_key=True, autoincrement=False)
    high_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = user_id()

    __table_args__ = (CheckConstraint("low_id < high_id", name="order"), Index("ix_apart_high", "high_id"), TABLE)
