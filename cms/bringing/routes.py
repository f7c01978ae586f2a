"""The first visit, when the shop was here or elsewhere before: it comes back from the file of its backup."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from cms.access import public, reads_only, takes
from cms.auth import queries
from cms.auth.sessions import token_hash
from cms.bringing.command import MOST_SENT, bring_back
from cms.errors import RuleError
from cms.imports.look import last_part
from cms.web import drain, toast

bp = Blueprint("bringing", __name__, url_prefix="/setup/backup")

TOO_LARGE = "This file is larger than 256 MB. Put it on the server and run `flask restore` there"
UNSOUND = "The shop is back as it was. Something was wrong in it already: `flask check` on the server says what"


def has_link() -> bool:
    """Whether the address holds the one-time link of a shop that is not set up yet."""
    return queries.setup_open(token_hash(request.args.get("token", "")))


@bp.get("")
@public
def show() -> ResponseReturnValue:
    return _page()


@bp.post("")
@public
@takes(MOST_SENT + 1024 * 1024, lets=has_link)
@reads_only
def restore() -> ResponseReturnValue:
    """In place of setting up. The link says who may."""
    if not has_link():
        return redirect(url_for("auth.login"), 303)
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _page("Choose the file of a backup first", 422)
    try:
        sound = bring_back(sent, last_part(sent.filename))
    except RuleError as error:
        return _page(error.message, 422)
    toast("The shop is back. Sign in as you did there" if sound else UNSOUND)
    return redirect(url_for("auth.login"), 303)


@bp.errorhandler(413)
def too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """Said beside the field, and not as a connection that breaks off."""
    if has_link():
        drain(2 * MOST_SENT)
    return _page(TOO_LARGE, 413)


def _page(problem: str = "", status: int = 200) -> ResponseReturnValue:
    if not has_link():
        return redirect(url_for("auth.login"))
    return render_template("bringing/show.html", token=request.args["token"], problem=problem), status
