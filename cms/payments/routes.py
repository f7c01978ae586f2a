"""Payments: the list, what waits to be confirmed, and the money of one order."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms import clock
from cms.access import may, needs
from cms.auth.rules import local_path
from cms.auth.sessions import shop
from cms.db import db
from cms.errors import RuleError
from cms.fields import Form, version_of
from cms.money import plain_money, show_money
from cms.payments import actions, queries, rules
from cms.payments.filters import PaymentFilter, spans
from cms.payments.forms import PaymentForm, ReasonForm, RefundForm
from cms.payments.qr import qr_code
from cms.shell import today
from cms.views.bar import bar_of
from cms.web import is_htmx, page_or_fragment, toast

bp = Blueprint("payments", __name__)


@bp.get("/payments")
@needs("see")
def index() -> ResponseReturnValue:
    return _list(request.args)


@bp.get("/orders/<int:order_id>/payments/new")
@needs("work")
def new(order_id: int) -> ResponseReturnValue:
    order = queries.order_or_404(order_id)
    return _form(order, _payment_form(order, fresh=True), "payment")


@bp.post("/orders/<int:order_id>/payments")
@needs("work")
def create(order_id: int) -> ResponseReturnValue:
    """Money that came; by store credit when that is the method, made up where the shop only tries things out."""
    order = queries.order_or_404(order_id)
    form = _payment_form(order)
    try:
        if "simulate" in request.form:
            payment = actions.simulate_payment(order, shop(), g.me, _key(form))
        elif form.validate():
            payment = _record(order, form)
        else:
            return _form(order, form, "payment"), 422
    except RuleError as error:
        db.session.rollback()
        form.blame(error)
        form.sure.data = str(form.amount.value) if isinstance(error, rules.MoreThanDue) else ""
        if form.sure.data and not order.unpaid:
            toast(error.message, "bad")  # with nothing due there is no form under a QR code
        return _form(queries.order_or_404(order_id), form, "payment"), 422
    db.session.commit()
    toast(_told(payment))
    return _done(order_id)


@bp.get("/orders/<int:order_id>/refunds/new")
@needs("work")
def new_refund(order_id: int) -> ResponseReturnValue:
    order = queries.order_or_404(order_id)
    owed = plain_money(-(order.due_paise or 0), shop().currency) if (order.due_paise or 0) < 0 else ""
    form = RefundForm(formdata=None, amount=owed, method="cash", request_key=uuid.uuid4().hex)
    return _form(order, form, "refund")


@bp.post("/orders/<int:order_id>/refunds")
@needs("work")
def create_refund(order_id: int) -> ResponseReturnValue:
    order, form = queries.order_or_404(order_id), RefundForm()
    form.trade_in(shop().currency)
    if not form.validate():
        return _form(order, form, "refund"), 422
    typed = (form.amount.value, form.method.value or "", form.reference.value, form.note.value)
    try:
        payment = actions.give_back(order, *typed, shop(), g.me, None, _key(form))
    except RuleError as error:
        db.session.rollback()
        form.blame(error)
        return _form(queries.order_or_404(order_id), form, "refund"), 422
    db.session.commit()
    where = "is store credit now" if payment.method == "credit" else "given back"
    toast(f"{_money(payment.amount_paise)} {where}")
    return _done(order_id)


@bp.get("/orders/<int:order_id>/upi")
@needs("see")
def upi(order_id: int) -> ResponseReturnValue:
    """The QR code for exactly what is due, or for a part of it, to be held up to the customer."""
    order, part = queries.order_or_404(order_id), request.args.get("amount", "").strip()[:40]
    return page_or_fragment("payments/upi.html", "payments/_upi.html", **_upi(order, part=part))


@bp.post("/payments/<int:payment_id>/state")
@needs("manage")
def save_state(payment_id: int) -> ResponseReturnValue:
    """Confirm or refuse what somebody says they paid, or take a mistake back."""
    payment, problem = queries.payment_or_404(payment_id), ""
    version, form = version_of(request.form.get("version")), ReasonForm()
    try:
        done = _decide(payment, request.form.get("state", ""), version, form)
        db.session.commit()
        toast(f"{payment.ref} {done}")
    except RuleError as error:
        db.session.rollback()
        problem = error.message
        toast(problem, "bad")
    code = 422 if problem else 200
    back = local_path(request.form.get("back"))
    if not is_htmx():
        shown = back if back.startswith("/payments") else url_for("orders.show", order_id=payment.order_id)
        return redirect(shown, 303)
    if back.startswith("/payments"):
        return _list(dict(parse_qsl(urlsplit(back).query))), code
    return _card(queries.order_or_404(payment.order_id), problem=problem), code


def _list(args: Any) -> str:
    wanted = PaymentFilter.from_args(args)
    first, last = wanted.days(today())
    shown_at = url_for("payments.index", **wanted.as_args()) if request.method == "GET" else ""
    return page_or_fragment(
        "payments/index.html",
        "payments/_list.html",
        shown_at=shown_at,
        page=queries.payments_matching(wanted, args),
        wanted=wanted,
        views=bar_of("payments", wanted, args, g.me),
        waiting=db.session.scalar(queries.to_confirm()),
        totals=queries.totals_by_method(first, last),
        days=(first, last),
        spans=spans(today()),
        **WORDS,
    )


WORDS = {"methods": rules.METHODS, "states": rules.STATES, "kinds": rules.KINDS}


def _decide(payment: Any, state: str, version: int, form: ReasonForm) -> str:
    if state == "confirmed":
        actions.confirm_payment(payment, version, shop(), g.me)
        return "confirmed"
    if state == "refused":
        if not form.validate():
            raise RuleError("Say in a few words why it is refused", "reason")
        actions.refuse_payment(payment, form.reason.value, version, shop(), g.me)
        return "refused"
    if state == "back":
        actions.take_back_payment(payment, version, shop(), g.me)
        return "taken back"
    abort(400)


def _record(order: Any, form: PaymentForm) -> Any:
    amount, method = form.amount.value, form.method.value or ""
    if method == "credit":
        return actions.use_credit(order, amount, shop(), g.me, _key(form))
    if form.seen.data and method in rules.TO_BE_SEEN and not may("manage"):
        raise RuleError("Only an owner can say that it is in the bank account; leave this out", "method")
    paid_at: datetime | None = None
    if form.paid_on.value:
        paid_at = rules.moment_of(form.paid_on.value, clock.now(), order.ordered_at, order.ordered_on, shop().zone)
    typed = (form.reference.value, form.note.value, paid_at, bool(form.seen.data))
    sure = form.sure.data == str(amount)
    return actions.record_payment(order, amount, method, *typed, shop(), g.me, _key(form), sure)


def _told(payment: Any) -> str:
    amount = _money(payment.amount_paise)
    if payment.state == "claimed":
        return f"{amount} noted; it counts once an owner has seen it in the bank account"
    kept = queries.made_credit(payment)
    more = f"; {_money(kept.amount_paise)} of it was more than due and is store credit now" if kept else ""
    return f"{amount} recorded{more}"


def _payment_form(order: Any, fresh: bool = False) -> PaymentForm:
    form, waiting = PaymentForm(), queries.waiting_paise(order.id)
    if fresh:
        left = (order.due_paise or 0) - waiting
        form = PaymentForm(
            formdata=None,
            amount=plain_money(left, shop().currency) if left > 0 else "",
            method="upi" if not rules.why_no_upi(shop().currency, shop().upi_vpa) else "cash",
            paid_on=today().isoformat(),
            request_key=uuid.uuid4().hex,
        )
    form.trade_in(shop().currency)
    form.offer(order.customer.credit_paise, waiting, _money)
    return form


def _form(order: Any, form: Any, kind: str) -> str:
    """The form on a page of its own, or in the order's card, or below its QR code."""
    if is_htmx() and request.form.get("part") == "upi":
        part = request.form.get("asked", "").strip()[:40]
        return render_template("payments/_upi.html", **_upi(order, form, part))
    if is_htmx():
        return _card(order, None if "cancel" in request.args else form, kind)
    return render_template("payments/new.html", order=order, form=form, kind=kind)


def _card(order: Any, form: Form | None = None, kind: str = "", problem: str = "") -> str:
    money = queries.money_of(order, shop().undo_minutes)
    card = {"order": order, "money": money, "form": form, "kind": kind, "problem": problem, "swapped": True}
    return render_template("payments/_of_order.html", **card, key=uuid.uuid4().hex, **WORDS)


def _done(order_id: int) -> ResponseReturnValue:
    part = request.form.get("part", "")
    if not is_htmx():
        return redirect(url_for("payments.upi" if part == "upi" else "orders.show", order_id=order_id), 303)
    order = queries.order_or_404(order_id)
    return render_template("payments/_upi.html", **_upi(order)) if part == "upi" else _card(order)


def _upi(order: Any, form: PaymentForm | None = None, part: str = "") -> dict[str, Any]:
    here, due = shop(), order.due_paise or 0
    asked, wrong = rules.asked_for(part, due, here.currency)
    problem, link = rules.why_no_upi(here.currency, here.upi_vpa), ""
    if due > 0 and not problem:
        link = rules.upi_link(here.upi_vpa, here.name, asked, order.ref, f"Order {order.ref}")
    if form is None:
        form = _payment_form(order, fresh=True)
        form.amount.data = plain_money(asked, here.currency)
    money, much = queries.money_of(order, here.undo_minutes), asked > rules.MOST_BY_UPI_PAISE
    code = {"asked": asked, "part": part, "wrong": wrong, "link": link, "qr": qr_code(link) if link else None}
    return code | {"order": order, "money": money, "form": form, "problem": problem, "much": much}


def _key(form: Any) -> str | None:
    return (form.request_key.data or "")[:64] or None


def _money(paise: int) -> str:
    return show_money(paise, shop().currency)
