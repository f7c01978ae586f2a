"""Column types and the mixins that most tables share.

Everywhere: money is a whole number of minor units (`_paise`, whatever the currency), times are naive UTC to the second
(`_at`), business days are dates in the shop's zone (`_on`), rates are basis points (`_bp`, 1800 = 18 %).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, mapped_column

from cms.db import db

TABLE = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_unicode_520_ci"}


def code(length: int) -> Any:
    """Text compared byte for byte on both databases: refs, skus, keys, tokens."""
    exact = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return String(length).with_variant(exact, "mysql", "mariadb")


def one_of(column: str, values: tuple[str, ...], name: str) -> CheckConstraint:
    """CHECK that a column holds one of these words."""
    words = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({words})", name=name)


def money(default: int | None = 0) -> Mapped[int]:
    """A NOT NULL amount in minor units; `default=None` makes it required."""
    return mapped_column(BigInteger) if default is None else mapped_column(BigInteger, default=default)


def count() -> Mapped[int]:
    """A kept count: never NULL, 0 at first."""
    return mapped_column(Integer, default=0)


def units() -> Mapped[int]:
    """A kept sum of units, which outgrows 32 bits long before money does."""
    return mapped_column(BigInteger, default=0)


class Versioned:
    """An edit states the version it was made on; `claim` in `cms.db` lets only one edit of a version through."""

    version: Mapped[int] = mapped_column(Integer, default=1)


class Created:
    """When and by whom a row came, and the key that makes a resent form find it instead of making another."""

    created_at: Mapped[datetime]
    request_key: Mapped[str | None] = mapped_column(code(64), unique=True)


def user_id(name: str = "users.id") -> Mapped[int | None]:
    """Who did it; NULL = a command or an import."""
    return mapped_column(ForeignKey(name))


__all__ = [
    "TABLE",
    "Created",
    "Mapped",
    "Versioned",
    "code",
    "count",
    "date",
    "datetime",
    "db",
    "money",
    "one_of",
    "units",
    "user_id",
]
