"""The segments of the shop's customers, under Settings."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms.access import needs
from cms.db import db
from cms.errors import RuleError
from cms.segments import actions, queries
from cms.segments.forms import SegmentForm
from cms.web import toast

bp = Blueprint("segments", __name__, url_prefix="/settings/segments")


@bp.get("")
@needs("manage")
def index() -> ResponseReturnValue:
    return _page()


@bp.post("")
@needs("manage")
def create() -> ResponseReturnValue:
    form = SegmentForm()
    if form.validate():
        try:
            actions.add_segment(form.name.value, g.me)
            db.session.commit()
            toast(f"{form.name.value} added")
            return redirect(url_for("segments.index"), 303)
        except RuleError as error:
            db.session.rollback()
            form.blame(error)
    return _page(form), 422


@bp.post("/name")
@needs("manage")
def save_name() -> ResponseReturnValue:
    """The segment's own name is its key and may hold any letter, so it is posted, not part of the address."""
    form, segment = SegmentForm(prefix="to"), request.form.get("segment", "")
    if form.validate():
        try:
            actions.rename_segment(segment, form.name.value, g.me)
            db.session.commit()
            toast(f"{segment} is now called {form.name.value}")
            return redirect(url_for("segments.index"), 303)
        except RuleError as error:
            db.session.rollback()
            form.blame(error)
    return _page(renaming=segment, rename=form), 422


@bp.post("/place")
@needs("manage")
def save_place() -> ResponseReturnValue:
    try:
        actions.move_segment(request.form.get("segment", ""), request.form.get("to") == "up", g.me)
        db.session.commit()
    except RuleError as error:
        db.session.rollback()
        toast(error.message, "bad")
    return redirect(url_for("segments.index"), 303)


@bp.post("/removal")
@needs("manage")
def remove() -> ResponseReturnValue:
    segment = request.form.get("segment", "")
    try:
        actions.remove_segment(segment, g.me)
        db.session.commit()
        toast(f"{segment} removed")
    except RuleError as error:
        db.session.rollback()
        toast(error.message, "bad")
    return redirect(url_for("segments.index"), 303)


def _page(add: SegmentForm | None = None, renaming: str = "", rename: SegmentForm | None = None) -> str:
    return render_template(
        "segments/index.html",
        segments=queries.segments(),
        fixed=actions.FIXED,
        form=add or SegmentForm(formdata=None),
        renaming=renaming,
        rename=rename or SegmentForm(formdata=None, prefix="to"),
    )
