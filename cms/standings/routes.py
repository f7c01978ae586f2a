"""A customer's status by hand: on a page of its own, or in the cell of the list."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms.access import needs
from cms.customers import actions, queries
from cms.db import db
from cms.errors import Conflict, RuleError
from cms.fields import version_of
from cms.shell import standing_of, today
from cms.standings.forms import StandingForm
from cms.web import is_htmx, page_or_fragment, toast

bp = Blueprint("standings", __name__, url_prefix="/customers/<int:customer_id>/status")


@bp.get("")
@needs("work")
def edit(customer_id: int) -> ResponseReturnValue:
    customer = queries.customer_or_404(customer_id)
    if "cancel" in request.args:
        return _cell(customer_id)
    offered = {"Active": "Inactive", "Inactive": "Active"}[standing_of(customer).status]
    return _form(StandingForm(formdata=None, version=customer.version, status=offered), customer)


@bp.post("")
@needs("work")
def save(customer_id: int) -> ResponseReturnValue:
    customer, form = queries.customer_or_404(customer_id), StandingForm()
    if not form.validate():
        return _form(form, customer), 422
    wanted = (form.status.value or "", form.reason.value, form.until.value)
    try:
        entry = actions.set_standing(customer, *wanted, version_of(form.version.data), today(), g.me)
    except RuleError as error:
        db.session.rollback()
        form.blame(error)
        if isinstance(error, Conflict):
            form.version.data = str(customer.version)
        return _form(form, customer), 422
    db.session.commit()
    toast(standing_of(customer).why, undo=entry)
    return _cell(customer_id, saved=True) if is_htmx() else _back(customer_id)


@bp.post("/clear")
@needs("work")
def clear(customer_id: int) -> ResponseReturnValue:
    customer = queries.customer_or_404(customer_id)
    try:
        entry = actions.clear_standing(customer, version_of(request.form.get("version")), g.me)
    except RuleError as error:
        db.session.rollback()
        toast(error.message, "bad")
    else:
        db.session.commit()
        toast(standing_of(customer).why, undo=entry)
    return _back(customer_id)


def _form(form: StandingForm, customer: Any) -> str:
    return page_or_fragment("standings/edit.html", "standings/_cell_form.html", form=form, customer=customer)


def _cell(customer_id: int, saved: bool = False) -> str:
    row = queries.row_or_404(customer_id)
    return render_template("customers/_cell.html", customer=row, name="status", saved=saved)


def _back(customer_id: int) -> ResponseReturnValue:
    return redirect(url_for("customers.show", customer_id=customer_id), 303)
