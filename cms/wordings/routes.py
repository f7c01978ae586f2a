"""Message templates: the list, editing with a preview, own ones, archiving."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms.access import needs, reads_only
from cms.auth.sessions import shop
from cms.db import db
from cms.errors import Conflict, RuleError
from cms.fields import version_of
from cms.web import toast
from cms.wordings import actions, queries, rules
from cms.wordings.forms import TemplateForm

bp = Blueprint("wordings", __name__, url_prefix="/settings/templates")


@bp.get("")
@needs("manage")
def index() -> ResponseReturnValue:
    return render_template("wordings/index.html", templates=queries.templates(archived=True), events=rules.EVENTS)


@bp.get("/new")
@needs("manage")
def new() -> ResponseReturnValue:
    return _page(TemplateForm(formdata=None))


@bp.post("")
@needs("manage")
def create() -> ResponseReturnValue:
    form = TemplateForm()
    if form.validate():
        try:
            template = actions.add_template(form.template(), g.me)
            db.session.commit()
            toast(f"{template.name} added")
            return redirect(url_for("wordings.index"), 303)
        except RuleError as error:
            db.session.rollback()
            form.blame(error)
    return _page(form), 422


@bp.post("/preview")
@needs("manage")
@reads_only
def preview() -> ResponseReturnValue:
    """How the words typed so far would read, with the examples for values."""
    return render_template("wordings/_preview.html", preview=_preview(TemplateForm()))


@bp.get("/<int:template_id>")
@needs("manage")
def edit(template_id: int) -> ResponseReturnValue:
    template = queries.template_or_404(template_id)
    form = TemplateForm(formdata=None, obj=template)
    if "original" in request.args and (words := rules.ORIGINALS.get(template.event or "")):
        form.subject.data, form.body.data = words
    return _page(form, template)


@bp.post("/<int:template_id>")
@needs("manage")
def save(template_id: int) -> ResponseReturnValue:
    template, form = queries.template_or_404(template_id), TemplateForm()
    if form.validate():
        try:
            actions.edit_template(template, form.template(), version_of(form.version.data), g.me)
            db.session.commit()
            toast(f"{template.name} saved")
            return redirect(url_for("wordings.index"), 303)
        except RuleError as error:
            db.session.rollback()
            form.blame(error)
            if isinstance(error, Conflict):
                form.version.data = str(template.version)
                form.tell_current(error.current)
    return _page(form, template), 422


@bp.post("/<int:template_id>/archive")
@needs("manage")
def save_archived(template_id: int) -> ResponseReturnValue:
    template = queries.template_or_404(template_id)
    archived = request.form.get("archived") == "1"
    try:
        actions.archive_template(template, archived, version_of(request.form.get("version")), g.me)
        db.session.commit()
        toast(f"{template.name} {'archived' if archived else 'restored'}")
    except RuleError as error:
        db.session.rollback()
        toast(error.message, "bad")
    return redirect(url_for("wordings.index"), 303)


def _page(form: TemplateForm, template: Any = None) -> str:
    return render_template(
        "wordings/edit.html",
        form=form,
        template=template,
        variables=rules.VARIABLES.values(),
        events=rules.EVENTS,
        preview=_preview(form),
    )


def _preview(form: TemplateForm) -> dict[str, str]:
    """Subject and body with examples, the shop's own name and UPI ID where they are known; or what is wrong."""
    values = dict(rules.EXAMPLES) | {"shop": shop().name}
    if shop().upi_vpa:
        values["upi"] = shop().upi_vpa
    subject, body = (field.data or "" for field in (form.subject, form.body))
    try:
        filled = rules.fill(subject[: rules.LONGEST_SUBJECT], values), rules.fill(body[: rules.LONGEST_BODY], values)
        return {"subject": rules.subject_line(filled[0]), "body": filled[1], "problem": ""}
    except RuleError as error:
        return {"subject": "", "body": "", "problem": error.message}
