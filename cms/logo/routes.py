"""The shop's logo: shown to everyone, put up and taken down by the owner under Settings."""

from __future__ import annotations

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from cms.access import needs, public
from cms.db import db
from cms.errors import RuleError
from cms.logo import actions, pictures, queries
from cms.web import toast

bp = Blueprint("logo", __name__)

DRAIN_BYTES = 64 * 1024 * 1024
"""So much of a file that is too large is read and thrown away: a browser hears the answer only once it has sent all."""


@bp.get("/logo/<digest>.png")
@public
def show(digest: str) -> ResponseReturnValue:
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(queries.picture_or_404(digest), mimetype="image/png", headers=kept)


@bp.get("/settings/logo")
@needs("manage")
def edit() -> ResponseReturnValue:
    return _page()


@bp.post("/settings/logo")
@needs("manage")
def save() -> ResponseReturnValue:
    sent = request.files.get("logo")
    try:
        actions.save_logo(pictures.as_logo(sent.read(pictures.MOST_BYTES + 1) if sent else b""), g.me)
        db.session.commit()
        toast("The logo is up")
        return redirect(url_for("settings.index"), 303)
    except RuleError as error:
        db.session.rollback()
        return _page(error.message), 422


@bp.post("/settings/logo/removal")
@needs("manage")
def remove() -> ResponseReturnValue:
    actions.remove_logo(g.me)
    db.session.commit()
    toast("The logo is gone; your shop's name stands in its place")
    return redirect(url_for("settings.index"), 303)


@bp.errorhandler(413)
def too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """Said beside the field, and not as a connection that breaks off."""
    left = min(request.content_length or 0, DRAIN_BYTES)
    while left > 0 and (read := request.environ["wsgi.input"].read(min(left, 65_536))):
        left -= len(read)
    return _page(pictures.TOO_LARGE), 413


def _page(problem: str = "") -> str:
    return render_template("logo/edit.html", problem=problem)
