"""What happens to a request whose database goes away under it, when another node takes over (docs/scaling.md).

Without DATABASE_PATIENCE nothing waits: a page says at once that the database cannot be reached. With it a request
waits so long for the node that takes over, and is done again whole when that is sure not to do a thing twice.
"""

from __future__ import annotations

import time
from typing import Any

from flask import g, has_request_context, request
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

GONE = {1047, 1053, 1927, 2003, 2006, 2013}
"""MySQL: the node left the cluster, shuts down, cut us off, cannot be reached, is gone, went away in the middle."""
PAUSE = 0.2


def gone(error: BaseException | None) -> bool:
    """Whether the node itself is lost to us, and not only this statement."""
    original = error.orig if isinstance(error, DBAPIError) else error
    said: tuple[Any, ...] = getattr(original, "args", ())
    return len(said) > 0 and said[0] in GONE


def wait_for_another_node(engine: Engine, patience: float) -> None:
    """Let each new connection of this engine be tried for so many seconds."""

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Any, _record: Any, args: Any, options: Any) -> Any:
        until = time.monotonic() + patience
        while True:
            try:
                return dialect.connect(*args, **options)
            except dialect.loaded_dbapi.Error as error:
                if not gone(error) or time.monotonic() > until:
                    raise
                time.sleep(PAUSE)


@event.listens_for(Engine, "handle_error")
def _leave_a_lost_node(context: Any) -> None:
    """A connection to a node outside its cluster still stands, and must not be used again."""
    if gone(context.original_exception):
        context.is_disconnect = True


@event.listens_for(Engine, "commit")
def _note_commit(_connection: Connection) -> None:
    """From here on a lost connection does not tell whether the write was stored."""
    if has_request_context():
        g.committed = True


def may_be_stored() -> bool:
    """Whether what this request changes is stored already, or may be."""
    return bool(g.get("committed"))


def may_be_done_again() -> bool:
    """Whether doing the request at hand once more cannot do a thing twice: a form's key finds what it has made."""
    return request.method in ("GET", "HEAD") or not may_be_stored() or bool(request.form.get("request_key"))
