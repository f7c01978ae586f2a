"""Views of lists that somebody keeps under a name. Each person has their own."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, abort, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from cms.access import needs
from cms.db import db
from cms.errors import RuleError
from cms.views import actions, queries
from cms.views.forms import ViewForm
from cms.views.lists import FILTERS, label
from cms.web import toast

bp = Blueprint("views", __name__, url_prefix="/views")


@bp.post("")
@needs("see")
def create() -> ResponseReturnValue:
    form = ViewForm()
    room = form.room.data or ""
    if room not in FILTERS:
        abort(404, "There is no such list")
    args = FILTERS[room].from_args(dict(parse_qsl((form.query.data or "")[:8000]))).as_args()
    if form.validate():
        try:
            view = actions.save_view(g.me.id, room, form.name.value, args, g.me)
            db.session.commit()
            toast(f"{view.name} saved")
            return _shown(room, args)
        except RuleError as error:
            db.session.rollback()
            form.blame(error)
    return render_template("views/new.html", form=form, room=room, label=label(room), args=args), 422


@bp.post("/<int:view_id>")
@needs("see")
def save(view_id: int) -> ResponseReturnValue:
    view, form = queries.view_or_404(view_id, g.me.id), ViewForm()
    if form.validate():
        try:
            actions.rename_view(view, form.name.value, g.me)
            db.session.commit()
            toast(f"{view.name} saved")
            return _shown(view.room, view.args)
        except RuleError as error:
            db.session.rollback()
            form.blame(error)
    return render_template("views/edit.html", form=form, view=view, label=label(view.room)), 422


@bp.post("/<int:view_id>/removal")
@needs("see")
def remove(view_id: int) -> ResponseReturnValue:
    view = queries.view_or_404(view_id, g.me.id)
    room, args, name = view.room, dict(view.args), view.name
    actions.remove_view(view, g.me)
    db.session.commit()
    toast(f"{name} deleted. The list stays as it is.")
    return _shown(room, args)


def _shown(room: str, args: dict[str, Any]) -> ResponseReturnValue:
    return redirect(url_for(f"{room}.index", **args), 303)
