"""Saving, renaming and removing views. The person's row is held first: names and their number are looked at then."""

from __future__ import annotations

from typing import Any

from cms import clock
from cms.activity.actions import record
from cms.db import db, lock, refresh
from cms.models import SavedView
from cms.text import fold
from cms.views import queries, rules
from cms.views.lists import label


def save_view(user_id: int, room: str, name: str, args: dict[str, str], by: Any) -> SavedView:
    """One more view of a list. The same sent again finds what it made. Raises RuleError."""
    lock(queries.owner(user_id))
    others = queries.views_of(user_id, room)
    same = [view for view in others if view.name_key == name_key(name) and view.args == args]
    if same:
        return same[0]
    rules.check_new(name_key(name), args, others)
    view = SavedView(user_id=user_id, room=room, name=name, name_key=name_key(name), args=args, created_at=clock.now())
    db.session.add(view)
    db.session.flush()
    record(by, "view.saved", view, after={"name": name, "what": label(room)})
    return view


def rename_view(view: SavedView, name: str, by: Any) -> None:
    """Call it something else. Raises RuleError for a name that is taken."""
    lock(queries.owner(view.user_id))
    refresh(view)
    if view.name == name:
        return
    others = [other for other in queries.views_of(view.user_id, view.room) if other.id != view.id]
    rules.check_name(name_key(name), others)
    before = {"name": view.name}
    view.name, view.name_key = name, name_key(name)
    record(by, "view.renamed", view, before=before, after={"name": name})


def remove_view(view: SavedView, by: Any) -> None:
    """Forget it; the list is as it was."""
    lock(queries.owner(view.user_id))
    record(by, "view.removed", view, after={"name": view.name, "what": label(view.room)})
    db.session.delete(view)


def name_key(name: str) -> str:
    """What a name is kept unique by."""
    return fold(name)[:160]
