"""Customers: the list with its cells, the page of one, adding and editing."""

from __future__ import annotations

import uuid
from dataclasses import replace
from functools import partial
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms.access import may, needs
from cms.auth.sessions import shop
from cms.customers import actions, queries
from cms.customers.filters import CustomerFilter
from cms.customers.forms import CustomerForm
from cms.customers.panels import panels_of
from cms.customers.rules import as_new
from cms.customers.sums import sum_of
from cms.db import db
from cms.errors import Conflict, RuleError
from cms.fields import version_of
from cms.formats import show_phone
from cms.kept import kept
from cms.rfm.rules import BY_KEY as GROUPS
from cms.rfm.rules import name_of
from cms.shell import today
from cms.views.bar import bar_of
from cms.web import page_or_fragment, toast

bp = Blueprint("customers", __name__, url_prefix="/customers")

EDITABLE = ("phone", "email", "segment")
"""The cells of the list that are edited where they stand; the status has a room of its own."""
CARRIED = ("name", "phone", "email")


@bp.get("")
@needs("see")
def index() -> ResponseReturnValue:
    wanted = CustomerFilter.from_args(request.args)
    # A group is told from what is kept, so its list and what stands beside it may be kept with it.
    segments = kept("segments", today(), queries.segments) if wanted.rfm else queries.segments()
    if wanted.segment not in segments:
        wanted = replace(wanted, segment="")
    days, at = shop().active_days, {name: request.args.get(name, "") for name in ("after", "before")}
    find = partial(queries.customers_matching, wanted, today(), days, at)
    page = kept("customers", today(), find, wanted, days, *at.values()) if wanted.rfm else find()
    carried: dict[str, Any] = as_new(wanted.q)
    return page_or_fragment(
        "customers/index.html",
        "customers/_list.html",
        shown_at=url_for("customers.index", **wanted.as_args()),
        page=page,
        wanted=wanted,
        views=bar_of("customers", wanted, request.args, g.me),
        sum=sum_of(wanted, today(), days),
        segments=segments,
        sorts=queries.SORTS,
        groups=GROUPS,
        group_name=name_of,
        carry=carried and url_for("customers.new", **carried),
    )


@bp.get("/new")
@needs("work")
def new() -> ResponseReturnValue:
    """An empty form, but for what was looked for and not found: `?name=`, `?phone=` or `?email=`."""
    carried = {name: request.args.get(name, "").strip()[:254] for name in CARRIED}
    form = CustomerForm(
        formdata=None, request_key=uuid.uuid4().hex, segment="Individual", state=shop().state, **carried
    )
    form.offer(queries.segments(), shop().state)
    return render_template("customers/new.html", form=form)


@bp.get("/gender")
@needs("work")
def gender() -> ResponseReturnValue:
    """The gender field for the chosen segment: asked only of an Individual."""
    form = CustomerForm(request.args)
    return render_template("customers/_gender.html", form=form)


@bp.post("")
@needs("work")
def create() -> ResponseReturnValue:
    form = CustomerForm()
    form.offer(queries.segments(), shop().state)
    if form.validate():
        try:
            customer = actions.add_customer(
                form.customer(), shop().zone, g.me, (form.request_key.data or "")[:64] or None
            )
            if form.offers.data:  # a form sent again late takes nothing back
                actions.set_offers(customer, True, g.me)
            db.session.commit()
            toast(f"{customer.name} added as {customer.ref}")
            return redirect(url_for("customers.show", customer_id=customer.id), 303)
        except RuleError as error:
            db.session.rollback()
            form.blame(error)
    return render_template("customers/new.html", form=form), 422


@bp.get("/<int:customer_id>")
@needs("see")
def show(customer_id: int) -> ResponseReturnValue:
    if panels := panels_of(customer_id):
        return render_template("customers/show.html", **panels)
    if kept := queries.leads_to(customer_id):  # an old link to who was merged into another
        return redirect(url_for("customers.show", customer_id=kept.id), 302)
    abort(404, queries.GONE)


@bp.get("/<int:customer_id>/edit")
@needs("work")
def edit(customer_id: int) -> ResponseReturnValue:
    customer = queries.customer_or_404(customer_id)
    form = CustomerForm(formdata=None, obj=customer)
    form.phone.data, form.offers.data = show_phone(customer.phone), customer.marketing_at is not None
    form.offer(queries.segments(), customer.state, customer.country, customer.phone)
    return render_template("customers/edit.html", form=form, customer=customer)


@bp.post("/<int:customer_id>")
@needs("work")
def save(customer_id: int) -> ResponseReturnValue:
    customer = queries.customer_or_404(customer_id)
    form = CustomerForm()
    form.offer(queries.segments(), customer.state, customer.country, customer.phone)
    if form.validate():
        try:
            actions.edit_customer(customer, form.customer(), version_of(form.version.data), g.me)
            actions.set_offers(customer, form.offers.data, g.me)
            db.session.commit()
            toast(f"{customer.name} saved")
            return redirect(url_for("customers.show", customer_id=customer.id), 303)
        except RuleError as error:
            db.session.rollback()
            form.blame(error)
            if isinstance(error, Conflict):
                form.version.data = str(customer.version)
                form.tell_current(error.current)
    return render_template("customers/edit.html", form=form, customer=customer), 422


@bp.get("/<int:customer_id>/cells/<name>")
@needs("see")
def cell(customer_id: int, name: str) -> ResponseReturnValue:
    row = queries.row_or_404(customer_id)
    return _cell(row, name) if "cancel" in request.args or not may("work") else _cell_form(row, name)


@bp.post("/<int:customer_id>/cells/<name>")
@needs("work")
def save_cell(customer_id: int, name: str) -> ResponseReturnValue:
    customer = queries.customer_or_404(customer_id)
    form = _cell_fields(name, request.form.get(name, ""))
    field = form[name]
    if not field.validate(form):
        return _cell_form(queries.row_or_404(customer_id), name, field.errors[0]), 422
    # Saving the neighbouring cell of a row is no conflict: what counts is what this cell said when it was opened.
    unchanged = request.form.get("seen") == _as_typed(customer, name)
    version = customer.version if unchanged else version_of(request.form.get("version"))
    try:
        entry = actions.edit_customer(customer, {name: field.value}, version, g.me)
    except RuleError as error:
        db.session.rollback()
        return _cell_form(queries.row_or_404(customer_id), name, _told(error, name)), 422
    db.session.commit()
    toast(f"{field.label.text} saved", undo=entry)
    return _cell(queries.row_or_404(customer_id), name, saved=True)


@bp.post("/<int:customer_id>/archive")
@needs("work")
def save_archived(customer_id: int) -> ResponseReturnValue:
    customer = queries.customer_or_404(customer_id)
    archived = request.form.get("archived") == "1"
    try:
        entry = actions.archive_customer(customer, archived, version_of(request.form.get("version")), g.me)
    except RuleError as error:
        db.session.rollback()
        toast(error.message, "bad")
    else:
        db.session.commit()
        toast(f"{customer.name} {'archived' if archived else 'restored'}", undo=entry)
    return redirect(url_for("customers.show", customer_id=customer_id), 303)


def _cell(row: Any, name: str, saved: bool = False) -> str:
    if name not in EDITABLE:
        abort(404)
    return render_template("customers/_cell.html", customer=row, name=name, saved=saved)


def _cell_form(row: Any, name: str, problem: str = "") -> str:
    if name not in EDITABLE:
        abort(404)
    typed = request.form.get(name) if problem else None
    current = _as_typed(row, name)
    form = _cell_fields(name, current if typed is None else typed)
    return render_template(
        "customers/_cell_form.html", customer=row, name=name, field=form[name], current=current, problem=problem
    )


def _as_typed(customer: Any, name: str) -> str:
    return show_phone(customer.phone) if name == "phone" else getattr(customer, name)


def _cell_fields(name: str, value: str) -> CustomerForm:
    if name not in EDITABLE:
        abort(404)
    form = CustomerForm(formdata=None)
    form.offer(queries.segments())
    form[name].data = value
    return form


def _told(error: RuleError, name: str) -> str:
    if isinstance(error, Conflict):
        now = error.current.get(name) or "empty"
        shown = show_phone(str(now)) if name == "phone" else now
        return (
            f"Someone else changed this customer meanwhile; here it says {shown} now. Save again to put yours instead."
        )
    return error.message
