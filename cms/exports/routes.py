"""Exports: a page with every table, and the files, whole or as a list shows them."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, g, render_template, request
from flask.typing import ResponseReturnValue

from cms import clock
from cms.access import needs, reads_only
from cms.auth.sessions import shop
from cms.exports import reading, runner
from cms.exports.rules import Manner, file_name
from cms.exports.tables import TABLES
from cms.kept import kept
from cms.shell import today

bp = Blueprint("exports", __name__, url_prefix="/exports")

BUSY = "Other exports are under way. Try again when they are done, in a minute or so."


@bp.get("")
@needs("see")
def index() -> ResponseReturnValue:
    counts = kept("exports.counts", today(), reading.counts)
    return render_template("exports/index.html", tables=TABLES.values(), counts=counts)


@bp.get("/<table>.<any(csv, xlsx):format>")
@needs("work")
def download(table: str, format: str) -> ResponseReturnValue:
    """For other programs: the same file by its address."""
    return _file(table, format)


@bp.post("/<table>.<any(csv, xlsx):format>")
@needs("work")
@reads_only
def take(table: str, format: str) -> ResponseReturnValue:
    return _file(table, format)


def _file(name: str, format: str) -> Response:
    """Any filter, or `seen=list`, asks for what the list shows; without one it is the whole table."""
    table = TABLES.get(name) or abort(404)
    wanted = reading.FILTERS[table.room].from_args(request.args) if table.room else None
    if wanted is not None and not (request.args.get("seen") == "list" or wanted.as_args()):
        wanted = None
    manner = Manner(shop().currency, shop().zone, today())
    scene = reading.Scene(shop(), today(), clock.now(), g.me.id)
    if not runner.turns.acquire(blocking=False):
        abort(429, BUSY)
    export = runner.Export(table, format, manner, wanted, scene, g.me)
    response = Response(runner.stream(current_app._get_current_object(), export))  # type: ignore[attr-defined]
    response.call_on_close(runner.turns.release)
    response.headers["Content-Type"] = runner.TYPES[format]
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name(name, format, manner)}"'
    response.headers["X-Accel-Buffering"] = "no"  # nginx would lay a copy on its disk
    return response
