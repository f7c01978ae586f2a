"""Users, sessions and sign-in attempts, as their pages need them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import abort
from sqlalchemy import func, select

from cms.auth.rules import WINDOW, link_until
from cms.db import db
from cms.models import LoginAttempt, Session, Settings, User


def any_user() -> bool:
    """Whether the shop has been set up by anyone. Who came over from elsewhere and is shut out does not count."""
    return db.session.scalar(select(User.id).where(User.disabled_at.is_(None)).limit(1)) is not None


def user_named(username: str) -> User | None:
    return db.session.scalar(select(User).where(User.username == username.strip().casefold()))


def user_or_404(user_id: int) -> User:
    return db.session.get(User, user_id) or abort(404, "That user no longer exists")


def users() -> Sequence[User]:
    """All users, the ones who may come in first."""
    return db.session.scalars(select(User).order_by(User.disabled_at.is_not(None), User.username)).all()


def other_owners(user: User) -> int:
    """How many other people own the shop and may come in."""
    owners = select(func.count()).where(User.role == "owner", User.disabled_at.is_(None), User.id != user.id)
    return db.session.scalar(owners) or 0


def open_sessions(user_id: int) -> Sequence[Any]:
    """The sessions of a user that have not been ended, last used first."""
    return db.session.execute(
        select(Session.id, Session.created_at, Session.seen_at, Session.address, Session.agent)
        .where(Session.user_id == user_id, Session.ended_at.is_(None))
        .order_by(Session.seen_at.desc(), Session.id.desc())
        .limit(50)
    ).all()


def user_with_link(hashed_token: str, now: datetime) -> User | None:
    """Who may choose a password by this link."""
    found = db.session.scalar(select(User).where(User.password_hash.startswith(f"link {hashed_token} ")))
    return found if found and link_until(found.password_hash, now) else None


def account_hash(username: str) -> str:
    return hashlib.sha256(username.strip().casefold().encode("utf-8", "replace")).hexdigest()


def failures(username: str, address: str, now: datetime) -> tuple[int, int]:
    """Failed sign-ins within the window: for this account from this address, and from this address at all."""
    recent = select(func.count()).where(LoginAttempt.address == address, LoginAttempt.at > now - WINDOW)
    of_account = db.session.scalar(recent.where(LoginAttempt.account_hash == account_hash(username))) or 0
    return of_account, db.session.scalar(recent) or 0


def setup_open(hashed_token: str) -> bool:
    """Whether this is the link that may set up the shop."""
    stored = db.session.scalar(select(Settings.setup_token_hash))
    return stored is not None and stored == hashed_token and not any_user()


def shop_gstin() -> str:
    """The GSTIN that the shop has, before anybody set it up too."""
    return db.session.scalar(select(Settings.gstin)) or ""


def shop_name() -> str:
    """What the shop is called."""
    return db.session.scalar(select(Settings.name)) or ""
