"""Complaints: the list with its clocks, opening one, the page of one."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms import clock
from cms.access import needs, reads_only
from cms.auth.sessions import shop
from cms.complaints import actions, queries, rules
from cms.complaints.filters import ComplaintFilter
from cms.complaints.forms import ComplaintForm, NoteForm, ResolutionForm, Subject
from cms.complaints.panels import beside, who_looks_after
from cms.customers import queries as customers
from cms.db import db
from cms.errors import RuleError
from cms.feedback import queries as feedback
from cms.fields import id_in
from cms.formats import whatsapp_href
from cms.orders import queries as orders
from cms.shell import today
from cms.views.bar import bar_of
from cms.views.rules import known_only
from cms.web import is_htmx, page_or_fragment, toast

bp = Blueprint("complaints", __name__, url_prefix="/complaints")


@bp.app_template_global()
def complaint_clock(complaint: Any) -> rules.Clock | None:
    """What of a complaint, row or record, runs out first."""
    times = (complaint.state, complaint.acknowledge_by, complaint.resolve_by)
    return rules.clock(*times, clock.now(), shop().zone, today())


@bp.app_template_global()
def complaint_state(state: str) -> str:
    return rules.STATES[state]


@bp.get("")
@needs("see")
def index() -> ResponseReturnValue:
    wanted, now = ComplaintFilter.from_args(request.args), clock.now()
    unsolved, users = beside(g.me.id, now)
    customer = customers.name_of(int(wanted.customer)) if wanted.customer else ""
    who = who_looks_after(wanted.assignee, users)
    wanted = known_only(wanted, customer=customer, assignee=who)
    counts = {"open": unsolved.count, "mine": unsolved.mine, "overdue": unsolved.overdue}
    return page_or_fragment(
        "complaints/index.html",
        "complaints/_list.html",
        shown_at=url_for("complaints.index", **wanted.as_args()),
        page=queries.complaints_matching(wanted, g.me.id, now, request.args),
        wanted=wanted,
        views=bar_of("complaints", wanted, request.args, g.me),
        counts=counts,
        users=users,
        customer=customer,
        who=who,
        **_words(),
    )


@bp.get("/new")
@needs("work")
def new() -> ResponseReturnValue:
    """Empty, or filled from an order, a customer, or a rating that was low."""
    asked = request.args
    form = ComplaintForm(formdata=None, request_key=uuid.uuid4().hex, order=asked.get("order", "")[:64])
    form.customer.data = asked.get("customer", "")
    product = asked.get("product", "")
    if rating := feedback.feedback_of(id_in(asked.get("feedback"))):
        form.order.data, product = rating.order_ref, str(rating.product_id or "")
        form.text.data = rating.comment
    subject = _offer(form)
    if product in {str(one.product_id) for one in subject.products}:
        form.product.data = product
    return render_template("complaints/new.html", form=form, subject=subject, **_found_by(form))


@bp.post("/draft")
@needs("work")
@reads_only
def draft() -> ResponseReturnValue:
    """The form after an order was typed or a customer looked for or chosen; nothing is stored."""
    form = ComplaintForm()
    if "pick" in request.form:
        form.customer.data = request.form["pick"]
    if "unpick" in request.form:
        form.customer.data = form.customer_q.data = ""
    if "take" in request.form:
        form.order.data = request.form["take"][:64]
    subject = _offer(form)
    part = request.args.get("part", "") if is_htmx() else ""
    pages = {"found": "complaints/_found.html", "customers": "complaints/_customers.html"}
    whole = "complaints/_about.html" if is_htmx() else "complaints/new.html"
    return render_template(pages.get(part, whole), form=form, subject=subject, **_found_by(form))


@bp.post("")
@needs("work")
def create() -> ResponseReturnValue:
    form = ComplaintForm()
    key = (form.request_key.data or "")[:64] or None
    if key and (made := queries.by_request_key(key)):
        toast(f"This form has opened {made.ref} already")
        return redirect(url_for("complaints.show", complaint_id=made.id), 303)
    subject = _offer(form, suggest=False)
    valid = form.validate()
    if _is_about(form, subject) and valid:
        try:
            complaint = actions.open_complaint(form.complaint(subject), shop(), g.me, key)
            db.session.commit()
            toast(f"Complaint {complaint.ref} opened")
            return redirect(url_for("complaints.show", complaint_id=complaint.id), 303)
        except RuleError as error:
            db.session.rollback()
            if key and (made := queries.by_request_key(key)):
                return redirect(url_for("complaints.show", complaint_id=made.id), 303)
            form.blame(error)
    return render_template("complaints/new.html", form=form, subject=subject, **_found_by(form)), 422


@bp.get("/<int:complaint_id>")
@needs("see")
def show(complaint_id: int) -> ResponseReturnValue:
    return _page(complaint_id, ResolutionForm(formdata=None), NoteForm(formdata=None))


@bp.post("/<int:complaint_id>/state")
@needs("work")
def save_state(complaint_id: int) -> ResponseReturnValue:
    complaint = queries.complaint_or_404(complaint_id)
    new, seen, form, problem = request.form.get("state", ""), request.form.get("seen", ""), ResolutionForm(), ""
    if new == "resolved" and seen == complaint.state and new in rules.next_moves(seen) and not form.validate():
        return _state_answer(complaint_id, form), 422
    try:
        told = (form.resolution_kind.value or "", form.resolution.value) if new == "resolved" else ("", "")
        actions.move_complaint(complaint, new, seen, g.me, *told)
        db.session.commit()
        toast(f"{complaint.ref}: {rules.STATES[complaint.state].lower()}")
        if new == "resolved":
            form = ResolutionForm(formdata=None)
    except RuleError as error:
        db.session.rollback()
        if error.field in form.data:
            form.blame(error)  # said beside the field
            return _state_answer(complaint_id, form), 422
        problem = error.message
        toast(problem, "bad")
    if is_htmx() or (problem and new == "resolved"):
        return _state_answer(complaint_id, form, problem), 422 if problem else 200
    return redirect(url_for("complaints.show", complaint_id=complaint_id), 303)


@bp.post("/<int:complaint_id>/notes")
@needs("work")
def add_note(complaint_id: int) -> ResponseReturnValue:
    complaint, form = queries.complaint_or_404(complaint_id), NoteForm()
    if not form.validate():
        if is_htmx():
            return _notes(complaint_id, form), 422
        return _page(complaint_id, ResolutionForm(formdata=None), form), 422
    actions.add_note(complaint, form.text.value, g.me)
    db.session.commit()
    toast("Note added")
    if is_htmx():
        return _notes(complaint_id, NoteForm(formdata=None))
    return redirect(url_for("complaints.show", complaint_id=complaint_id), 303)


def _words() -> dict[str, Any]:
    """What the rows of a list are told in."""
    return {"priorities": rules.PRIORITIES, "next_moves": rules.next_moves}


def _offer(form: ComplaintForm, suggest: bool = True) -> Subject:
    """Find out what the form is about, and offer the products and people to choose from."""
    typed = (form.order.data or "").strip()
    order = orders.about(orders.order_id_of(typed)) if typed else None
    customer = None if typed else customers.pick(id_in(form.customer.data))
    subject = Subject(
        order,
        customer,
        orders.products_on(order.id) if order else (),
        db.session.execute(customers.orders_of(customer.id, 5)).all() if customer else (),
    )
    form.offer(subject.products, queries.assignees(), suggest)
    return subject


def _is_about(form: ComplaintForm, subject: Subject) -> bool:
    if subject.customer_id:
        return True
    typed = (form.order.data or "").strip()
    problem = f"There is no order {typed[:64]}" if typed else "Type the order's number, or choose a customer"
    form.blame(RuleError(problem, "order"))
    return False


def _found_by(form: ComplaintForm) -> dict[str, Any]:
    return {"found_customers": customers.customers_named(form.customer_q.data or "")}


def _page(complaint_id: int, resolution: ResolutionForm, note: NoteForm, problem: str = "") -> str:
    row = queries.row_or_404(complaint_id, whole=True)
    hello = f"{row.customer_name}, this is {shop().name} about your complaint {row.ref}: "
    return render_template(
        "complaints/show.html",
        complaint=row,
        notes=queries.notes_of(complaint_id),
        story=queries.story_of(complaint_id),
        resolution=resolution,
        note=note,
        problem=problem,
        write_href=whatsapp_href(row.phone, hello) if row.phone else "",
        how_resolved=rules.how_resolved,
        resolutions=rules.RESOLUTIONS,
        **_words(),
    )


def _state_answer(complaint_id: int, form: ResolutionForm, problem: str = "") -> str:
    """The part that was changed, for where it was changed: a row of a list, or the complaint's own page."""
    if request.form.get("part") == "row":
        row = queries.row_or_404(complaint_id)
        return render_template("complaints/_row.html", complaint=row, problem=problem, **_words())
    if not is_htmx():
        return _page(complaint_id, form, NoteForm(formdata=None), problem)
    return render_template(
        "complaints/_state.html",
        complaint=queries.row_or_404(complaint_id, whole=True),
        resolution=form,
        problem=problem,
        story=queries.story_of(complaint_id),
        how_resolved=rules.how_resolved,
        **_words(),
    )


def _notes(complaint_id: int, form: NoteForm) -> str:
    row = queries.row_or_404(complaint_id)
    return render_template("complaints/_notes.html", complaint=row, notes=queries.notes_of(complaint_id), note=form)
