"""The table users: they come without a password and shut out, until the owner lets each in."""

from __future__ import annotations

from sqlalchemy import select

from cms.activity.actions import record
from cms.auth.actions import NO_PASSWORD
from cms.auth.rules import check_username
from cms.db import db
from cms.errors import RuleError
from cms.models import User
from cms.original.moving import Moving
from cms.original.rules import kept_text, username_of
from cms.text import is_visible

ROLE = "staff"
"""The original knew no roles. Nobody who comes over may touch users, settings and money rules by that alone."""


def load_users(moving: Moving) -> list[str]:
    """Keep who could sign in, and give the names by which they will."""
    taken = set(db.session.scalars(select(User.username)))
    names: list[str] = []
    for row in list(moving.staging.ask("SELECT * FROM users ORDER BY row")):
        name = kept_text(row["username"], 120)[0]
        if not is_visible(name):
            moving.leave("users", row, "There is no username")
            continue
        username = _username(name)
        if username in taken:
            moving.leave("users", row, "There is a user of this name already")
            continue
        if username != name:
            moving.look("users", row, "The username was changed so that it can be typed", username)
        taken.add(username)
        names.append(username)
        _add(moving, name, username)
        moving.keep("users")
    return names


def _username(name: str) -> str:
    try:
        return check_username(name)
    except RuleError:
        return username_of(name)


def _add(moving: Moving, name: str, username: str) -> None:
    now = moving.run.now
    user = User(username=username, name=name, password_hash=NO_PASSWORD, role=ROLE, created_at=now, disabled_at=now)
    db.session.add(user)
    db.session.flush()
    record(None, "user.added", user, after={"role": ROLE, "disabled": True})
