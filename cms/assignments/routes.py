"""The cells of a complaint that are edited where they stand, in the list and on its page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, render_template, request
from flask.typing import ResponseReturnValue

from cms.access import may, needs
from cms.assignments.forms import AssignmentForm
from cms.complaints import actions, queries, rules
from cms.db import db
from cms.errors import RuleError
from cms.fields import id_in, version_of
from cms.web import toast

bp = Blueprint("assignments", __name__, url_prefix="/complaints/<int:complaint_id>/cells")

CELLS = ("priority", "assignee")


@bp.get("/<name>")
@needs("see")
def cell(complaint_id: int, name: str) -> ResponseReturnValue:
    row = queries.row_or_404(complaint_id)
    return _cell(row, name) if "cancel" in request.args or not may("work") else _cell_form(row, name)


@bp.post("/<name>")
@needs("work")
def save_cell(complaint_id: int, name: str) -> ResponseReturnValue:
    complaint = queries.complaint_or_404(complaint_id)
    form = _fields(name, request.form.get(name, ""))
    field = form[name]
    if not field.validate(form):
        return _cell_form(queries.row_or_404(complaint_id), name, field.errors[0]), 422
    # A step of the complaint meanwhile is no conflict: what counts is what this cell said when it was opened.
    unchanged = request.form.get("seen") == _as_typed(complaint, name)
    version = complaint.version if unchanged else version_of(request.form.get("version"))
    value = {"priority": field.value} if name == "priority" else {"assignee_id": id_in(field.value)}
    try:
        actions.edit_complaint(complaint, value, version, g.me)
    except RuleError as error:
        db.session.rollback()
        return _cell_form(queries.row_or_404(complaint_id), name, error.message), 422
    db.session.commit()
    toast(f"{field.label.text} saved")
    return _cell(queries.row_or_404(complaint_id), name, saved=True)


def _as_typed(complaint: Any, name: str) -> str:
    return complaint.priority if name == "priority" else str(complaint.assignee_id or "")


def _cell(row: Any, name: str, saved: bool = False) -> str:
    if name not in CELLS:
        abort(404)
    return render_template("assignments/_cell.html", complaint=row, name=name, saved=saved, priorities=rules.PRIORITIES)


def _cell_form(row: Any, name: str, problem: str = "") -> str:
    current = _as_typed(row, name)
    form = _fields(name, request.form.get(name, current) if problem else current)
    return render_template(
        "assignments/_cell_form.html", complaint=row, name=name, field=form[name], current=current, problem=problem
    )


def _fields(name: str, value: str) -> AssignmentForm:
    if name not in CELLS:
        abort(404)
    form = AssignmentForm(formdata=None)
    form.offer(queries.assignees())
    form[name].data = value
    return form
