"""Whether a form was saved, of which only the answer was lost: asked before what was typed is brought back."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from cms.access import needs
from cms.made import queries

bp = Blueprint("made", __name__, url_prefix="/made")


@bp.get("/<key>")
@needs("work")
def show(key: str) -> ResponseReturnValue:
    """A sentence about what the form with this key has made; nothing (204) when it has made nothing."""
    name = queries.made_by(key[:64])
    if name is None:
        return "", 204
    return f"What you had typed was saved already{f': {name}' if name else ''}", 200, {"Content-Type": "text/plain"}
