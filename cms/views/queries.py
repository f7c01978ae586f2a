"""Saved views as lists and their forms need them."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort
from sqlalchemy import select

from cms.db import db
from cms.models import SavedView, User


def views_of(user_id: int, room: str) -> Sequence[SavedView]:
    """Somebody's views of one list, the oldest first."""
    query = select(SavedView).where(SavedView.user_id == user_id, SavedView.room == room)
    return db.session.scalars(query.order_by(SavedView.id)).all()


def view_or_404(view_id: int, user_id: int) -> SavedView:
    """A view of this person; nobody sees another's."""
    query = select(SavedView).where(SavedView.id == view_id, SavedView.user_id == user_id)
    return db.session.scalar(query) or abort(404, "That view no longer exists")


def owner(user_id: int) -> User:
    return db.session.get_one(User, user_id)
