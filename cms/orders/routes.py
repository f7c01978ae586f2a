"""Orders: the list with its statuses, placing one, the page of one."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms import clock
from cms.access import needs, reads_only
from cms.auth.rules import local_path
from cms.auth.sessions import shop
from cms.baskets.queries import parts_of
from cms.customers import queries as customers
from cms.db import db
from cms.errors import Conflict, RuleError
from cms.fields import id_in, version_of
from cms.invoices import queries as invoices
from cms.orders import actions, changing, desk, queries, rules
from cms.orders.filters import OrderFilter
from cms.orders.forms import Draft
from cms.orders.panels import panels_of
from cms.orders.sums import sum_of
from cms.products import queries as products
from cms.shell import today
from cms.views.bar import bar_of
from cms.views.rules import known_only
from cms.web import is_htmx, page_or_fragment, toast

bp = Blueprint("orders", __name__, url_prefix="/orders")


@bp.get("")
@needs("see")
def index() -> ResponseReturnValue:
    wanted = OrderFilter.from_args(request.args)
    customer = customers.name_of(int(wanted.customer)) if wanted.customer else ""
    names = products.names_of({int(id) for id in (wanted.product, wanted.also) if id})
    wanted = known_only(
        wanted,
        customer=customer,
        product=names.get(int(wanted.product or 0)),
        also=names.get(int(wanted.also or 0)),
        segment=wanted.segment and wanted.segment in customers.segments(),
    )
    page, product = queries.orders_matching(wanted, request.args), int(wanted.product or 0)
    return page_or_fragment(
        "orders/index.html",
        "orders/_list.html",
        shown_at=url_for("orders.index", **wanted.as_args()),
        page=page,
        wanted=wanted,
        views=bar_of("orders", wanted, request.args, g.me),
        sorts=queries.SORTS,
        statuses=rules.STATUSES,
        next_moves=rules.next_moves,
        customer=customer,
        names=names,
        parts=parts_of([row.id for row in page.rows], product) if product and page.rows else {},
        sum=sum_of(wanted),
    )


@bp.get("/new")
@needs("work")
def new() -> ResponseReturnValue:
    draft = Draft(shop().currency, uuid.uuid4().hex, customers.pick(id_in(request.args.get("customer"))))
    draft.new = dict.fromkeys(("name", "phone", "email", "segment"), "")
    return render_template("orders/new.html", **desk.shown(draft, shop()))


@bp.post("/draft")
@needs("work")
@reads_only
def draft() -> ResponseReturnValue:
    """The order form after one step on it (pick, add, remove, search), or its totals while figures are typed."""
    typed = desk.typed(request.form, shop())
    if "pick" in request.form:
        typed.customer = customers.pick(id_in(request.form["pick"]))
    if "unpick" in request.form:
        typed.customer = None
    if (added := id_in(request.form.get("add"))) and (product := products.products_by_id([added]).get(added)):
        typed.add(product)
    typed.remove(id_in(request.form.get("remove")))
    if "carry" in request.form:
        typed.carry()
    part = request.args.get("part", "") if is_htmx() else ""
    page = {"totals": "orders/_typed.html", "customers": "orders/_customers.html", "products": "orders/_products.html"}
    whole = "orders/_draft.html" if is_htmx() else "orders/new.html"
    return render_template(page.get(part, whole), **desk.shown(typed, shop()))


@bp.post("")
@needs("work")
def create() -> ResponseReturnValue:
    typed = desk.typed(request.form, shop())
    if made := queries.by_request_key(typed.request_key):
        toast(f"This form has placed {made.ref} already")
        return redirect(url_for("orders.show", order_id=made.id), 303)
    if typed.read():
        try:
            customer, key = desk.buyer(typed, shop(), g.me), typed.request_key or None
            order = actions.place_order(
                customer, desk.items(typed), typed.discount_paise, typed.address, typed.note, shop(), g.me, key
            )
            db.session.commit()
            toast(f"{order.ref} placed")
            return redirect(url_for("orders.show", order_id=order.id), 303)
        except RuleError as error:
            db.session.rollback()
            if made := queries.by_request_key(typed.request_key):
                return redirect(url_for("orders.show", order_id=made.id), 303)
            desk.blame(typed, error)
    return render_template("orders/new.html", **desk.shown(typed, shop())), 422


@bp.get("/<int:order_id>")
@needs("see")
def show(order_id: int) -> ResponseReturnValue:
    panels = panels_of(order_id, shop().undo_minutes, clock.now()) or abort(404, queries.GONE)
    status = _status_of(panels["order"], panels.pop("steps"), panels["invoice"] is not None)
    order = panels["order"]
    why = rules.why_it_stays(order.ref, order.status, panels["invoice"] is not None, bool(panels["returns"]))
    return render_template("orders/show.html", key=uuid.uuid4().hex, why_it_stays=why, **panels, **status)


@bp.get("/<int:order_id>/change")
@needs("work")
def change(order_id: int) -> ResponseReturnValue:
    order = queries.order_or_404(order_id)
    if why := changing.why_it_stays(order):
        toast(why, "bad")
        return redirect(url_for("orders.show", order_id=order_id), 303)
    return render_template("orders/new.html", **desk.shown(desk.filled_in(order, uuid.uuid4().hex, shop()), shop()))


@bp.post("/<int:order_id>/change")
@needs("work")
def save_change(order_id: int) -> ResponseReturnValue:
    order, typed = queries.order_or_404(order_id), desk.typed(request.form, shop())
    typed.order = queries.about(order_id)
    if typed.read():
        try:
            customer, seen = desk.buyer(typed, shop(), g.me), version_of(typed.version)
            said = changing.Said(desk.items(typed), typed.discount_paise, typed.day, typed.address, typed.note)
            changed = changing.change_order(order, customer, said, seen, shop(), g.me)
            db.session.commit()
            toast(f"{order.ref} changed" if changed else f"{order.ref} says all that already")
            return redirect(url_for("orders.show", order_id=order_id), 303)
        except RuleError as error:
            db.session.rollback()
            desk.blame(typed, error)
            if isinstance(error, Conflict):
                typed.version = str(order.version)
    return render_template("orders/new.html", **desk.shown(typed, shop())), 422


@bp.post("/<int:order_id>/status")
@needs("work")
def save_status(order_id: int) -> ResponseReturnValue:
    order = queries.order_or_404(order_id)
    new, problem = request.form.get("status", ""), ""
    try:
        if new == "back":
            actions.take_back(order, request.form.get("seen", ""), shop().undo_minutes, g.me)
        else:
            actions.move_order(order, new, request.form.get("seen", ""), g.me)
        db.session.commit()
        toast(f"{order.ref} is {order.status.lower()}")
    except RuleError as error:
        db.session.rollback()
        problem = error.message
        toast(problem, "bad")
    if not is_htmx():
        return redirect(url_for("orders.show", order_id=order_id), 303)
    return _status_answer(order_id, problem), 422 if problem else 200


@bp.post("/status")
@needs("work")
def save_statuses() -> ResponseReturnValue:
    """Move the ticked orders on; the ones that cannot go there stay, each with its reason."""
    new = request.form.get("status", "")
    chosen = {id for text in request.form.getlist("ids")[:200] if (id := id_in(text))}
    moves = [(order, order.status) for order in queries.orders_by_id(chosen)]
    moved, refused = actions.move_orders(moves, new, g.me)
    db.session.commit()
    if moved:
        toast(f"{len(moved)} order{'' if len(moved) == 1 else 's'} now {new.lower()}")
    if refused or not moved:
        toast("; ".join(refused[:5]) or "Choose at least one order", "bad")
    back = local_path(request.form.get("back"))
    return redirect(back if back.startswith(("/orders", "/tracking")) else url_for("orders.index"), 303)


def _status_of(order: Any, steps: Sequence[Any], invoiced: bool) -> dict[str, Any]:
    """What an order's page says of its status: the way it went and where it can go."""
    step = queries.last_step(steps)
    try:
        rules.check_take_back(
            step.old if step else "", order.status, step.at if step else None, clock.now(), shop().undo_minutes
        )
        back = step.old if step and not (invoiced and order.status == "Cancelled") else ""
    except RuleError:
        back = ""
    return {
        "steps": steps,
        "next_moves": rules.next_moves,
        "back_to": back,
        "invoiced": invoiced,
    }


def _status_answer(order_id: int, problem: str) -> str:
    """The part that was changed, for where it was changed: a row of a list, or the order's own page."""
    rows = {"row": "orders/_row.html", "tracking": "tracking/_row.html"}
    if row := rows.get(request.form.get("part", "")):
        return render_template(
            row,
            order=queries.row_or_404(order_id),
            next_moves=rules.next_moves,
            wait_days=lambda order: rules.wait_days(order.ordered_on, today()),
            problem=problem,
        )
    order = queries.order_or_404(order_id)
    steps = db.session.execute(queries.steps_of(order_id)).all()
    status = _status_of(order, steps, invoices.is_invoiced(order_id))
    return render_template("orders/_status.html", order=order, problem=problem, **status)
