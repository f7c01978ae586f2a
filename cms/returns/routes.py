"""Returns: the list, the desk where goods are taken back, the page of one."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms import clock
from cms.access import may, needs, reads_only
from cms.auth.sessions import shop
from cms.customers import queries as customers
from cms.db import db
from cms.errors import RuleError
from cms.orders import queries as orders
from cms.orders.filters import OrderFilter
from cms.payments import queries as payments
from cms.returns import actions, panels, queries, rules
from cms.returns.filters import ReturnFilter
from cms.returns.forms import GOODS, MOST_SHOWN, Desk, DeskLine
from cms.returns.sums import sum_of
from cms.shell import today
from cms.text import clean_text
from cms.views.bar import bar_of
from cms.views.rules import known_only
from cms.web import is_htmx, page_or_fragment, toast

bp = Blueprint("returns", __name__, url_prefix="/returns")


@bp.get("")
@needs("see")
def index() -> ResponseReturnValue:
    wanted, (counts, reasons) = ReturnFilter.from_args(request.args), panels.beside()
    customer = customers.name_of(int(wanted.customer)) if wanted.customer else ""
    product = queries.name_of_product(int(wanted.product)) if wanted.product else ""
    given = wanted.reason in reasons or (wanted.reason and queries.was_given(wanted.reason))
    wanted = known_only(wanted, customer=customer, product=product, reason=given)
    return page_or_fragment(
        "returns/index.html",
        "returns/_list.html",
        shown_at=url_for("returns.index", **wanted.as_args()),
        page=queries.returns_matching(wanted, request.args),
        wanted=wanted,
        views=bar_of("returns", wanted, request.args, g.me),
        sum=sum_of(wanted),
        counts=counts,
        reasons=reasons,
        customer=customer,
        product=product,
        how=rules.HOW,
    )


@bp.get("/new")
@needs("work")
def new() -> ResponseReturnValue:
    """The desk of the order that is meant, or the search for it."""
    typed = request.args.get("order", "").strip()[:64]
    order_id = orders.order_id_of(typed) if typed else None
    if order_id and not is_htmx():
        return render_template("returns/new.html", **_shown(_desk(order_id, MOST_SHOWN)))
    found = orders.orders_matching(OrderFilter(q=typed), {}).rows[:8] if typed else []
    return page_or_fragment("returns/find.html", "returns/_orders.html", typed=typed, found=found)


@bp.post("/draft")
@needs("work")
@reads_only
def draft() -> ResponseReturnValue:
    """The desk after one step on it, or what the lines typed so far are worth. Nothing is stored."""
    desk = _typed()
    desk.suggest()
    parts = {"lines": "returns/_lines.html", "typed": "returns/_typed.html"}
    whole = "returns/_desk.html" if is_htmx() else "returns/new.html"
    return render_template(parts.get(request.args.get("part", ""), whole) if is_htmx() else whole, **_shown(desk))


@bp.post("")
@needs("work")
def create() -> ResponseReturnValue:
    desk = _typed()
    if made := queries.by_request_key(desk.request_key) if desk.request_key else ():
        toast(f"This form was stored already, as {made[0].ref}")
        return redirect(_place_of(made), 303)
    if desk.read():
        try:
            made = _store(desk, refund=request.form.get("do") != "request")
            db.session.commit()
            toast(_said(made))
            return redirect(_place_of(made), 303)
        except RuleError as error:
            db.session.rollback()
            fresh = _typed()
            fresh.read()
            fresh.blame(error)
            desk = fresh
    return render_template("returns/new.html", **_shown(desk)), 422


@bp.get("/<int:return_id>")
@needs("see")
def show(return_id: int) -> ResponseReturnValue:
    return _page(return_id)


@bp.post("/<int:return_id>/state")
@needs("work")
def save_state(return_id: int) -> ResponseReturnValue:
    """One step on. `seen` is the state the person saw."""
    one, problems, posted = queries.return_or_404(return_id), {}, request.form
    try:
        _step(one, posted.get("state", ""), posted)
        db.session.commit()
        toast(f"{one.ref} is {one.state}")
    except RuleError as error:
        db.session.rollback()
        problems = {error.field or "state": error.message}
        toast(error.message, "bad")
    if is_htmx():
        row, problem = queries.row_or_404(return_id), " ".join(problems.values())
        return render_template("returns/_row.html", row=row, problem=problem, how=rules.HOW), 422 if problem else 200
    if problems:
        return _page(return_id, problems, posted), 422
    return redirect(url_for("returns.show", return_id=return_id), 303)


def _step(one: Any, new: str, posted: Any) -> None:
    order, seen = orders.order_or_404(one.order_id), posted.get("seen", "")
    if new == "refunded":
        reference = clean_text(posted.get("reference", ""), 80, "reference", what="reference")
        mode = posted.get("mode") or one.refund_mode
        return actions.refund_one(order, one, seen, mode, reference, shop(), g.me)
    words = clean_text(posted.get("decision", ""), 200, "decision", what="words")
    goods = posted.get("goods", "")
    if goods not in ("", *GOODS):
        raise RuleError("Choose what becomes of the goods", "goods")
    actions.move_return(order, one, new, seen, words, goods == "sellable" if goods else None, g.me)


def _page(return_id: int, problems: dict[str, str] | None = None, typed: Any = None) -> str:
    row = queries.page_or_404(return_id)
    whole = row.refund_paise + row.tax_paise
    return render_template(
        "returns/show.html",
        row=row,
        one=row.Return,
        given=rules.given_back(whole, row),
        paid=queries.paid_back(row.Return),
        story=queries.story_of(return_id),
        next_moves=rules.next_moves(row.state),
        modes=rules.MODES,
        how=rules.HOW,
        goods=GOODS,
        problems=problems or {},
        typed=typed or {},
    )


def _typed() -> Desk:
    order_id = request.form.get("order_id", 0, type=int)
    desk = _desk(order_id if 0 < order_id < 2**31 else abort(404, "That order no longer exists"))
    desk.fill(request.form)
    return desk


def _desk(order_id: int, most: int = panels.MOST_LINES) -> Desk:
    """An empty desk for this order, of whose lines the first `most` are read."""
    order, counter, here = payments.order_or_404(order_id), panels.counter_of(order_id, most), shop()
    delivered_on = clock.business_date(order.delivered_at, here.zone) if order.delivered_at else None
    back = counter.refunded
    return Desk(
        order=order,
        lines=[
            DeskLine(line, partial(rules.Sold.of, order, line, back.get(line.id, (0, 0, 0)))) for line in counter.lines
        ],
        reasons=counter.reasons,
        last=rules.last_day(order.ordered_on, delivered_on, here.return_days, here.return_from),
        today=today(),
        owner=may("manage"),
        request_key=uuid.uuid4().hex,
        unread=order.line_count - len(counter.lines),
    )


def _shown(desk: Desk) -> dict[str, Any]:
    try:
        rules.check_order(desk.order.ref, desk.order.status)
        refused = f"All of {desk.order.ref} came back already" if desk.order.returned_units == desk.order.units else ""
    except RuleError as error:
        refused = error.message
    return {"desk": desk, "refused": refused, "modes": rules.MODES, "goods": GOODS, "how": rules.HOW}


def _store(desk: Desk, refund: bool) -> Any:
    items = [
        actions.Item(one.line.id, one.units, one.reason or desk.reason, (one.goods or desk.goods) == "sellable")
        for one in desk.chosen
    ]
    terms = actions.Terms(desk.mode, desk.words, desk.late_reason, desk.owner, desk.reference)
    store = actions.take_back if refund else actions.request
    return store(desk.order, items, terms, shop(), g.me, desk.request_key or None)


def _said(made: Any) -> str:
    refs = made[0].ref if len(made) == 1 else f"{made[0].ref} to {made[-1].ref}"
    return f"{refs} taken back" if made[0].state == "refunded" else f"{refs} noted: decide on it under Returns"


def _place_of(made: Any) -> str:
    if len(made) == 1:
        return url_for("returns.show", return_id=made[0].id)
    return url_for("orders.show", order_id=made[0].order_id)
