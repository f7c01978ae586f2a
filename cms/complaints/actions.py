"""Opening complaints, moving them on, and what is noted on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError

from cms import clock
from cms.activity.actions import record
from cms.complaints import queries, rules
from cms.db import claim, db, lock
from cms.errors import Conflict, RuleError
from cms.models import Complaint, ComplaintNote, Order
from cms.orders import queries as orders
from cms.refs import next_ref

SAME_NOTE_WITHIN = timedelta(minutes=2)


def open_complaint(values: dict[str, Any], shop: Any, by: Any, request_key: str | None = None) -> Complaint:
    """A new complaint with its clocks running. The same request key gives back the one it made.

    `values`: customer_id, order_id and product_id (None where there is none), text, priority, assignee_id.
    Raises RuleError when the order is another customer's, or the product not on it.
    """
    if request_key and (made := queries.by_request_key(request_key)):
        return made
    product_name = _check_about(values)
    _check_assignee(values["assignee_id"])
    now = clock.now()
    acknowledge_by, resolve_by = rules.deadlines(now, shop.acknowledge_hours, shop.resolve_days)
    complaint = Complaint(
        ref=next_ref(Complaint),
        **values,
        product_name=product_name,
        opened_at=now,
        opened_on=clock.business_date(now, shop.zone),
        acknowledge_by=acknowledge_by,
        resolve_by=resolve_by,
        created_at=now,
        request_key=request_key,
    )
    try:
        with db.session.begin_nested():
            db.session.add(complaint)
    except IntegrityError:
        # The same form sent twice at the same moment: the other one is stored by now, this one is undone by its caller.
        raise Conflict("This complaint has just been opened", field="request_key") from None
    _record(by, "complaint.opened", complaint)
    return complaint


def move_complaint(complaint: Complaint, new: str, seen: str, by: Any, kind: str = "", words: str = "") -> None:
    """Move a complaint on to state `new`; resolving it says how. `seen` is the state the person saw.

    Raises Conflict when someone moved it meanwhile, RuleError when that step is not allowed or something is missing.
    """
    lock(complaint)
    old = complaint.state
    if old != seen:
        raise Conflict(f"{complaint.ref} is {rules.STATES[old].lower()} by now; it was changed meanwhile")
    rules.check_move(old, new, queries.is_forgotten(complaint.customer_id))
    if new == "resolved":
        rules.check_resolution(kind, words)
    if old == "resolved":
        _note(complaint, f"Resolved before: {rules.how_resolved(complaint.resolution_kind, complaint.resolution)}", by)
    _go_to(complaint, new, kind, words, by)


def close_all_of(customer_id: int, words: str, by: Any) -> None:
    """Resolve whatever this customer still complains of, from any state: nobody is left to be answered. The caller
    holds the customer, so that none comes meanwhile."""
    for complaint in queries.unsolved_of(customer_id):
        lock(complaint)
        if complaint.state != "resolved":
            _go_to(complaint, "resolved", "other", words, by)


def _go_to(complaint: Complaint, new: str, kind: str, words: str, by: Any) -> None:
    old, now = complaint.state, clock.now()
    complaint.state = new
    complaint.acknowledged_at = complaint.acknowledged_at or now
    complaint.resolved_at = now if new == "resolved" else None
    complaint.resolution_kind, complaint.resolution = (kind, words.strip()) if new == "resolved" else ("", "")
    complaint.version += 1
    _record(by, "complaint.moved", complaint, {"status": rules.STATES[old]}, {"status": rules.STATES[new]})


def edit_complaint(complaint: Complaint, values: dict[str, Any], version: int, by: Any) -> None:
    """Change the priority or who looks after it (`assignee_id`). Raises RuleError, or Conflict for an edit between."""
    if values.get("priority", "normal") not in rules.PRIORITIES:
        raise RuleError("Choose high, normal or low", "priority")
    if "assignee_id" in values:
        _check_assignee(values["assignee_id"])
    claim(complaint, version, tuple(values))
    before = _named(complaint)
    for name in ("priority", "assignee_id"):
        if name in values:
            setattr(complaint, name, values[name])
    after = _named(complaint)
    if before != after:
        _record(by, "complaint.edited", complaint, before, after)


def add_note(complaint: Complaint, text: str, by: Any) -> None:
    """Append a note; it stays as it is. The same words by the same person a moment ago are the same note sent again."""
    lock(complaint)
    last, by_id = queries.last_note(complaint.id), getattr(by, "id", None)
    if last and last.text == text and last.by_id == by_id and clock.now() - last.at <= SAME_NOTE_WITHIN:
        return
    _note(complaint, text, by)
    _record(by, "complaint.noted", complaint)


def _note(complaint: Complaint, text: str, by: Any) -> None:
    db.session.add(ComplaintNote(complaint_id=complaint.id, text=text, at=clock.now(), by_id=getattr(by, "id", None)))
    db.session.flush()


def _check_about(values: dict[str, Any]) -> str:
    """The product's name as it was sold, empty for the whole order or none."""
    if values["order_id"] and (row := db.session.get(Order, values["order_id"])):
        lock(row)  # it may be about to become another customer's
    order = orders.about(values["order_id"])
    if values["order_id"] and (order is None or order.customer_id != values["customer_id"]):
        raise RuleError("That order is not one of this customer", "order")
    if values["product_id"] is None:
        return ""
    products = orders.products_on(order.id) if order else []
    for product in products:
        if product.product_id == values["product_id"]:
            return product.product_name
    raise RuleError("Choose one of the products of the order", "product")


def _check_assignee(user_id: int | None) -> None:
    if user_id is not None and user_id not in queries.assignees():
        raise RuleError("Choose one of the list for who looks after it", "assignee")


def _named(complaint: Complaint) -> dict[str, Any]:
    """What can be edited, as the trail says it."""
    who = queries.name_of(complaint.assignee_id) if complaint.assignee_id else "nobody"
    return {"priority": complaint.priority, "looked after by": who}


def _record(by: Any, verb: str, complaint: Complaint, before: Any = None, after: Any = None) -> None:
    ids = {"customer_id": complaint.customer_id, "order_id": complaint.order_id}
    record(by, verb, complaint, before=before, after=after, **ids)
