"""What machines ask about this one: whether the process lives, and whether it can serve."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from cms.access import public
from cms.health import queries

bp = Blueprint("health", __name__)
PLAIN = {"Content-Type": "text/plain; charset=utf-8"}


@bp.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """Whether the process answers; touches nothing else."""
    return "ok", 200, PLAIN


@bp.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """Whether pages can be served: the database answers and its migrations are run. Else 503 and one word why."""
    reason = queries.unready()
    return (reason, 503, PLAIN | {"Retry-After": "5"}) if reason else ("ok", 200, PLAIN)
