"""When the shop is backed up by itself. The backups are files, and say of themselves what they are."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from cms.db import db
from cms.models.base import TABLE, Versioned


class BackupPlan(Versioned, db.Model):
    """Exactly one row: what the owner wants every day, and what came of it last.

    `since` is from when a daily one is to be expected: when it was switched on, or when the shop was restored.
    """

    __tablename__ = "backup_plan"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    daily: Mapped[bool] = mapped_column(default=False)
    hour: Mapped[int] = mapped_column(Integer, default=2)
    keep: Mapped[int] = mapped_column(Integer, default=7)
    since: Mapped[datetime | None]
    made_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(String(300), default="")

    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("hour BETWEEN 0 AND 23 AND keep BETWEEN 1 AND 30", name="bounds"),
        TABLE,
    )
