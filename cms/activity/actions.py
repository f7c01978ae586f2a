"""The trail: one entry for every write, in its transaction."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import insert

from cms import clock
from cms.db import db
from cms.models import Activity

NAMES = ("ref", "sku", "username", "number")
"""What a thing is called by, whichever of these it has."""


def record(
    by: Any,
    verb: str,
    thing: Any,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    customer_id: int | None = None,
    order_id: int | None = None,
    undoes_id: int | None = None,
) -> int:
    """Append what was done, and give the entry's id. `by`: the user, None for a command; `verb`: `thing.past`;
    `thing`: the row; `undoes_id`: the entry that this takes back, which none can do twice.

    Only what differs is kept of `before` and `after`.
    """
    if before is not None and after is not None:
        changed = [key for key in after if before.get(key) != after[key]]
        before, after = {key: before.get(key) for key in changed}, {key: after[key] for key in changed}
    db.session.flush()
    done = db.session.execute(
        insert(Activity).values(
            at=clock.now(),
            by_id=getattr(by, "id", None),
            by_name=getattr(by, "name", None) or "Command line",
            verb=verb,
            thing=thing.__tablename__,
            thing_id=thing.id,
            thing_ref=next((found for name in NAMES if (found := getattr(thing, name, None))), ""),
            customer_id=customer_id,
            order_id=order_id,
            before=as_kept(before),
            after=as_kept(after),
            undoes_id=undoes_id,
        )
    )
    return done.inserted_primary_key[0]  # type: ignore[attr-defined]


def as_kept(values: dict[str, Any] | None) -> dict[str, Any] | None:
    """The values as JSON keeps them: dates as ISO text."""
    if values is None:
        return None
    return {key: value.isoformat() if isinstance(value, date | datetime) else value for key, value in values.items()}
