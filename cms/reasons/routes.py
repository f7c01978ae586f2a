"""The reasons for a return, kept by the owner. A reason's name is its key and may hold any letter, so it is posted."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms.access import needs
from cms.db import db
from cms.errors import RuleError
from cms.reasons import actions, queries
from cms.reasons.forms import ReasonForm
from cms.web import toast

bp = Blueprint("reasons", __name__, url_prefix="/settings/return-reasons")


@bp.get("")
@needs("manage")
def index() -> ResponseReturnValue:
    return _page()


@bp.post("")
@needs("manage")
def create() -> ResponseReturnValue:
    form = ReasonForm()
    if form.validate():
        try:
            actions.add_reason(form.name.value, form.any_time.data, g.me)
            return _done(f"{form.name.value} added")
        except RuleError as error:
            db.session.rollback()
            form.blame(error)
    return _page(form), 422


@bp.post("/name")
@needs("manage")
def save() -> ResponseReturnValue:
    form, reason = ReasonForm(prefix="to"), request.form.get("reason", "")
    if form.validate():
        try:
            actions.change_reason(reason, form.name.value, form.any_time.data, g.me)
            return _done(f"{form.name.value} saved")
        except RuleError as error:
            db.session.rollback()
            form.blame(error)
    return _page(changing=reason, change=form), 422


@bp.post("/place")
@needs("manage")
def move() -> ResponseReturnValue:
    return _try("", lambda reason: actions.move_reason(reason, request.form.get("to") == "up", g.me))


@bp.post("/removal")
@needs("manage")
def remove() -> ResponseReturnValue:
    return _try("removed", lambda reason: actions.remove_reason(reason, g.me))


def _try(done: str, do: Callable[[str], None]) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    try:
        do(reason)
        return _done(f"{reason} {done}" if done else "")
    except RuleError as error:
        db.session.rollback()
        toast(error.message, "bad")
    return redirect(url_for("reasons.index"), 303)


def _done(said: str) -> ResponseReturnValue:
    db.session.commit()
    if said:
        toast(said)
    return redirect(url_for("reasons.index"), 303)


def _page(add: ReasonForm | None = None, changing: str = "", change: ReasonForm | None = None) -> str:
    return render_template(
        "reasons/index.html",
        reasons=queries.reasons(),
        form=add or ReasonForm(formdata=None),
        changing=changing,
        change=change or ReasonForm(formdata=None, prefix="to"),
    )
