"""Records of what follows a sale, for tests: made by the real actions and committed."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import select

from cms import clock
from cms.complaints.actions import move_complaint, open_complaint
from cms.db import db
from cms.feedback.actions import ask_for_feedback, give_feedback
from cms.invoices.actions import issue_invoice
from cms.models import (
    Complaint,
    CreditNote,
    Customer,
    Feedback,
    Job,
    MessageTemplate,
    Notification,
    Order,
    Product,
    Return,
)
from cms.notifications.actions import write_message, write_to_many
from cms.orders.actions import Item, move_order
from cms.orders.queries import order_or_404
from cms.returns import actions as returns
from tests.factories import make_customer, make_order, the_shop, write

WAYS = {
    "open": (),
    "acknowledged": ("acknowledged",),
    "waiting": ("acknowledged", "waiting"),
    "resolved": ("acknowledged", "resolved"),
    "reopened": ("acknowledged", "resolved", "reopened"),
}


def make_return(order: Order | None = None, qty: int = 1, state: str = "requested", **terms: Any) -> Return:
    """Units of the first line of an order that was delivered, moved on to `state`; money goes back in cash."""
    order = order or make_order(qty=max(qty, 5), status="Delivered")
    reason, sellable, by = terms.pop("reason", "Other"), terms.pop("sellable", True), terms.pop("by", None)
    with write():
        shop, found = the_shop(), order_or_404(order.id)
        items = [returns.Item(found.lines[0].id, qty, reason, sellable)]
        one = returns.request(found, items, returns.Terms(**{"mode": "cash", **terms}), shop, by)[0]
        if state == "refunded":
            returns.refund_one(found, one, "requested", one.refund_mode, "", shop, by)
        elif state != "requested":
            returns.move_return(found, one, state, "requested", "As told", None, by)
    return one


def make_complaint(
    about: Order | Customer | None = None,
    text: str = "The lid does not close",
    state: str = "open",
    product: Product | None = None,
    by: Any = None,
    **values: Any,
) -> Complaint:
    """About an order or only a customer; moved on to `state`, whatever lies between."""
    about = about or make_order()
    order_id, customer_id = (about.id, about.customer_id) if isinstance(about, Order) else (None, about.id)
    row = {"order_id": order_id, "customer_id": customer_id, "product_id": product.id if product else None}
    with write():
        row |= {"text": text, "priority": "normal", "assignee_id": None} | values
        complaint = open_complaint(row, the_shop(), by)
        for step in WAYS[state]:
            move_complaint(complaint, step, complaint.state, by, "refund", "Paid back")
    return complaint


def make_feedback(
    order: Order, product: Product | None, rating: int = 5, comment: str = "", by: Any = None
) -> Feedback:
    with write():
        return give_feedback(
            db.session.get_one(Order, order.id), product.id if product else None, rating, comment, the_shop(), by
        )


def make_feedback_link(order: Order) -> str:
    """The token of a private link to rate this order."""
    with write():
        token = secrets.token_urlsafe(32)
        ask_for_feedback(db.session.get_one(Order, order.id), token, the_shop(), None)
    return token


def make_invoiced(customer: Customer | None = None, *items: Item | Product, **values: Any) -> tuple[Order, CreditNote]:
    """An order with an invoice, and the credit note that its cancellation brought."""
    order = make_order(customer, *items, **values)
    with write():
        order = db.session.get_one(Order, order.id)
        issue_invoice(order, the_shop(), None)
        move_order(order, "Cancelled", order.status, None)
        note = db.session.scalars(select(CreditNote).order_by(CreditNote.id.desc()).limit(1)).one()
    return order, note


def make_message(
    customer: Customer | None = None, channel: str = "whatsapp", body: str = "Hello", **more: Any
) -> Notification:
    """A message in the outbox."""
    customer = customer or make_customer(phone="+919876500001", email="meera@example.com")
    with write():
        message = write_message(customer, channel, more.pop("subject", "Greetings"), body, more.pop("by", None), **more)
    return message


def template_of(event: str) -> MessageTemplate:
    """The product's own template for this event."""
    return db.session.scalars(select(MessageTemplate).where(MessageTemplate.event == event)).one()


def plan_messages(channel: str = "email", body: str = "Hello {customer}", batch: str = "b" * 32, **more: Any) -> Job:
    """A sending to all customers, waiting for its worker."""
    plan = {
        "filter": {}, "today": clock.today("Asia/Kolkata").isoformat(), "channel": channel, "template_id": None,
        "name": "own words", "subject": "From {shop}", "body": body, "marketing": False, "people": 1, "by_id": None,
    } | more  # fmt: skip
    with write():
        job = write_to_many(batch, plan, plan["people"], None)
    return job
