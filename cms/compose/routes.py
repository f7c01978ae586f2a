"""Writing a message: to one customer or to many, with exactly what each will read before anything is sent."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms.access import needs, reads_only
from cms.auth.sessions import shop
from cms.compose import preview, queries, rules
from cms.compose.forms import KEY, Draft, id_in
from cms.customers import queries as customers
from cms.customers.filters import CustomerFilter
from cms.db import db
from cms.errors import RuleError
from cms.notifications import actions
from cms.notifications.rules import CHANNELS
from cms.shell import today
from cms.web import is_htmx
from cms.wordings import queries as wordings
from cms.wordings.rules import VARIABLES

bp = Blueprint("compose", __name__, url_prefix="/notifications")


@bp.get("/new")
@needs("work")
def new() -> ResponseReturnValue:
    """`customer` or `order`, or `to=many` with the filters of the list of customers; `template`: an id or an event."""
    args, known = request.args, wordings.templates()
    draft = Draft(uuid.uuid4().hex, args.get("to") == "many")
    draft.filter = CustomerFilter.from_args(args).as_args()
    draft.order_id = id_in(args.get("order"))
    if not draft.many:
        draft.customer = queries.person(id_in(args.get("customer")) or queries.owner_of(draft.order_id))
    wish = args.get("template", "")
    draft.take(next((one for one in known if wish and wish in (str(one.id), one.event)), None))
    draft.channel = args.get("channel", "")
    return _page(draft, known)


@bp.post("/draft")
@needs("work")
@reads_only
def draft() -> ResponseReturnValue:
    """The form after one step on it, or only the preview, or the customers found."""
    typed, known = _typed()
    if "pick" in request.form:
        typed.customer, typed.order_id = queries.person(id_in(request.form["pick"])), None
    if "unpick" in request.form:
        typed.customer = None
    parts = {"preview": "compose/_preview.html", "customers": "compose/_customers.html"}
    return _page(typed, known, parts.get(request.args.get("part", ""), "") if is_htmx() else "")


@bp.post("")
@needs("work")
def create() -> ResponseReturnValue:
    typed, known = _typed()
    if not typed.many and typed.customer is None:
        return _page(typed, known, problems={"customer": "Choose whom to write to"}), 422
    if not typed.read():
        return _page(typed, known, problems=typed.problems), 422
    try:
        place = _planned(typed) if typed.many else _written(typed)
        db.session.commit()
        return redirect(place, 303)
    except RuleError as error:
        db.session.rollback()
        return _page(typed, known, problems={error.field or "who": error.message}), 422


def _written(typed: Draft) -> str:
    """Write the message to the one customer; where it is shown."""
    shown = preview.to_one(typed, shop())
    if shown.problems:
        raise RuleError("; ".join(shown.problems))
    message = actions.write_message(
        typed.customer,
        typed.channel,
        shown.subject,
        shown.body,
        g.me,
        shown.order.id if shown.order else None,
        typed.template,
        typed.request_key,
    )
    return url_for("notifications.show", message_id=message.id)


def _planned(typed: Draft) -> str:
    """Have the messages to many written; where their progress is shown."""
    shown = preview.to_many(typed, shop(), today())
    if shown.too_many:
        raise RuleError(f"These are more than {rules.MOST_PEOPLE:,} customers; choose fewer")
    if shown.problems or not shown.getting:
        raise RuleError("; ".join(shown.problems) or "Nobody would get this; choose others, or another way to send it")
    plan = {
        "filter": typed.filter,
        "today": today().isoformat(),
        "channel": typed.channel,
        "template_id": typed.template.id if typed.template else None,
        "name": typed.template.name if typed.template else "own words",
        "subject": typed.subject if typed.channel == "email" else "",
        "body": typed.body,
        "marketing": typed.marketing,
        "people": shown.getting,
        "by_id": g.me.id,
    }
    actions.write_to_many(typed.request_key, plan, shown.getting, g.me)
    return url_for("notifications.batch", batch=typed.request_key)


def _typed() -> tuple[Draft, Any]:
    posted, known = request.form, wordings.templates()
    many = posted.get("to") == "many"
    customer = None if many else queries.person(id_in(posted.get("customer")))
    typed = Draft.from_form(posted, known, customer, CustomerFilter.from_args(posted).as_args() if many else {})
    if not KEY.fullmatch(typed.request_key):
        typed.request_key = uuid.uuid4().hex
    return typed, known


def _page(typed: Draft, known: Any, part: str = "", problems: dict[str, str] | None = None) -> str:
    """The form with its preview; `problems` stand beside their fields, what is wrong while typing in the preview."""
    typed.settle()
    typed.read()
    if not typed.body.strip():
        typed.problems = {"body": ""}  # nothing typed yet is no mistake
    shown = preview.Shown()
    if typed.many:
        at, go = id_in(request.form.get("at")) or 0, request.form.get("go", "")
        shown = preview.to_many(typed, shop(), today(), at, go)
    elif typed.customer:
        shown = preview.to_one(typed, shop())
    typed.problems = problems or {}
    elsewhere = [one for one in known if rules.only_with_link(one.subject, one.body)]
    return render_template(
        part or ("compose/_draft.html" if is_htmx() else "compose/new.html"),
        draft=typed,
        shown=shown,
        channels=CHANNELS,
        templates=[one for one in known if one not in elsewhere or one == typed.template],
        elsewhere=[one.name for one in elsewhere],
        variables=VARIABLES.values(),
        segments=customers.segments() if typed.many else [],
        orders=queries.orders_to_name(typed.customer.id) if typed.customer and typed.needs.order else [],
        found_customers=customers.customers_named(typed.customer_q) if typed.customer_q.strip() else [],
    )
