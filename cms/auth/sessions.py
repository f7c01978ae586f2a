"""Who is this? The cookie holds a random token; the sessions table says whose it is, and whether it still counts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, g
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy import bindparam, func, select, true, update

from cms import access, clock
from cms.auth.rules import session_ended
from cms.db import db, writing
from cms.models import SavedView, Session, Settings, User
from cms.together import Together

SEEN_EVERY = timedelta(minutes=1)
_SHOP = [column for column in Settings.__table__.c if column.name != "setup_token_hash"]
_MINE = (
    User.id.label("user_id"),
    User.username,
    User.name.label("user_name"),
    User.role,
    User.theme,
    Session.id.label("session_id"),
    Session.created_at,
    Session.seen_at,
    # The lists that have saved views of theirs: no other list has to ask for any.
    select(func.group_concat(SavedView.room.distinct()))
    .where(SavedView.user_id == User.id)
    .scalar_subquery()
    .label("view_rooms"),
)

# Made once: every request of everyone begins with it. Told as one value, since PyMySQL takes longer to read fifty
# columns than the database to find them.
_WHOSE = Together(
    whose=select(*_SHOP, *_MINE)
    .select_from(Settings)
    .join(Session, true())
    .join(User, User.id == Session.user_id)
    .where(Session.token_hash == bindparam("token_hash"), Session.ended_at.is_(None), User.disabled_at.is_(None))
)


@dataclass(frozen=True)
class Me(UserMixin):
    """The person signed in, for this request."""

    id: int
    username: str
    name: str
    role: str
    theme: str
    session_id: int
    token: str
    view_rooms: tuple[str, ...] = ()

    def get_id(self) -> str:
        """What Flask-Login puts in the cookie."""
        return self.token


def token_hash(token: str) -> str:
    """What the database keeps of a token: enough to know it again, not to use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def init_app(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None  # a phone changes its address; the token is what counts
    manager.user_loader(load_me)

    @app.before_request
    def know_who() -> None:
        g.me = None
        g.me = current_user if current_user.is_authenticated else None
        if g.me is not None:
            g.me = g.me._get_current_object()


def load_me(token: str) -> Me | None:
    """The person whose session this is, with the shop's settings, in one query; None when it has ended."""
    found = _WHOSE.ask(token_hash=token_hash(token))["whose"]
    if not found:
        return None
    row = found[0]
    now = clock.now()
    if session_ended(row.created_at, row.seen_at, now, row.session_idle_minutes, row.session_hours):
        return None
    g.shop = row
    if now - row.seen_at >= SEEN_EVERY:
        _touch(row.session_id, now)
    view_rooms = tuple((row.view_rooms or "").split(","))
    return Me(row.user_id, row.username, row.user_name, row.role, row.theme, row.session_id, token, view_rooms)


def shop() -> Any:
    """The shop's settings as this request began, one row."""
    if "shop" not in g:
        g.shop = db.session.execute(select(*_SHOP)).first()
    return g.shop


def _touch(session_id: int, now: datetime) -> None:
    """Note that the session is in use. The one thing a GET stores, at most once a minute."""
    seen = update(Session).where(Session.id == session_id).values(seen_at=now)
    if access.is_write():
        db.session.execute(seen)
        return
    db.session.rollback()
    with writing():
        db.session.execute(seen)
        db.session.commit()
