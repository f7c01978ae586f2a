"""Who may come in: users, their sessions, and the attempts to sign in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cms.db import db
from cms.models.base import TABLE, Versioned, code, one_of

ROLES = ("owner", "staff", "viewer")
THEMES = ("auto", "light", "dark")


class User(Versioned, db.Model):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(code(64), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(code(200))  # or a link's: auth.rules.link_text
    role: Mapped[str] = mapped_column(String(10))
    theme: Mapped[str] = mapped_column(String(10), default="auto")
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]

    __table_args__ = (one_of("role", ROLES, "role"), one_of("theme", THEMES, "theme"), TABLE)


class Session(db.Model):
    """A signed-in browser. The cookie holds a random token, this row only its hash: ending the row ends every copy."""

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(code(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(String(64))
    agent: Mapped[str] = mapped_column(String(200))

    __table_args__ = (TABLE,)


class LoginAttempt(db.Model):
    """A failed sign-in, counted per account and per address. The account is a hash: a password may be typed there."""

    __tablename__ = "login_attempts"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_hash: Mapped[str] = mapped_column(code(64))
    address: Mapped[str] = mapped_column(code(64))
    at: Mapped[datetime]

    __table_args__ = (
        Index("ix_login_attempts_account", "account_hash", "at"),
        Index("ix_login_attempts_address", "address", "at"),
        TABLE,
    )


class SavedView(db.Model):
    """A list as somebody likes to see it, under a name: the list's room and what its filter says beyond the usual."""

    __tablename__ = "saved_views"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    room: Mapped[str] = mapped_column(code(20))
    name: Mapped[str] = mapped_column(String(40))
    name_key: Mapped[str] = mapped_column(code(160))
    args: Mapped[dict] = mapped_column(JSON)
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("user_id", "room", "name_key"), TABLE)
