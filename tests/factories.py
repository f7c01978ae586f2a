"""Records for tests, made by the real actions and committed. Each says only what matters to its test."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import select

from cms import clock
from cms.auth.passwords import hash_password
from cms.auth.sessions import token_hash
from cms.complaints.actions import move_complaint, open_complaint
from cms.customers.actions import add_customer
from cms.db import db, writing
from cms.feedback.actions import ask_for_feedback, give_feedback
from cms.jobs.actions import enqueue
from cms.models import (
    Complaint,
    Customer,
    Feedback,
    Job,
    MessageTemplate,
    Notification,
    Order,
    Product,
    Return,
    Session,
    Settings,
    User,
)
from cms.notifications.actions import write_message, write_to_many
from cms.orders.actions import Item, move_order, place_order
from cms.orders.queries import order_or_404
from cms.products.actions import add_product
from cms.returns import actions as returns

PASSWORD = "correct horse battery staple"
STEPS = {
    "Pending": (),
    "Shipped": ("Shipped",),
    "Delivered": ("Shipped", "Delivered"),
    "Cancelled": ("Cancelled",),
}
WAYS = {
    "open": (),
    "acknowledged": ("acknowledged",),
    "waiting": ("acknowledged", "waiting"),
    "resolved": ("acknowledged", "resolved"),
    "reopened": ("acknowledged", "resolved", "reopened"),
}
_numbers = itertools.count(1)


@contextmanager
def write() -> Iterator[None]:
    """Do it as a request would: one transaction that may write, committed at the end, undone when something raises.

    What was made is detached afterwards: the test reads anew what it wants to know.
    """
    with writing():
        yield
        db.session.commit()
        db.session.expunge_all()


def the_shop() -> Settings:
    """The settings as they are now."""
    return db.session.scalars(select(Settings).execution_options(populate_existing=True)).one()


def set_shop(**values: Any) -> None:
    """Change settings without asking anyone: set_shop(gst_mode="regular")."""
    with write():
        shop = the_shop()
        for name, value in values.items():
            setattr(shop, name, value)


def make_user(role: str = "owner", username: str | None = None, **values: Any) -> User:
    """Someone who signs in with PASSWORD."""
    username = username or f"{role}{next(_numbers)}"
    row = {
        "name": username.title(),
        "password_hash": _password_hash(),
        "role": role,
        "created_at": clock.now(),
    } | values
    with write():
        user = User(username=username, **row)
        db.session.add(user)
    return user


def open_session(user: User) -> str:
    """The token of a new session, as the cookie keeps it."""
    token, now = secrets.token_urlsafe(32), clock.now()
    row = {"created_at": now, "seen_at": now, "address": "127.0.0.1", "agent": "tests"}
    with write():
        db.session.add(Session(token_hash=token_hash(token), user_id=user.id, **row))
    return token


def make_customer(name: str = "Meera Rao", by: Any = None, request_key: str | None = None, **values: Any) -> Customer:
    """An individual without e-mail or phone unless told."""
    values = {"segment": "Individual", "email": "", "phone": "", "gender": None} | values
    with write():
        customer = add_customer({"name": name, **values}, the_shop().zone, by, request_key)
    return customer


def make_product(
    name: str = "Clay lamp",
    price_paise: int = 49_900,
    stock: int | None = None,
    by: Any = None,
    request_key: str | None = None,
    **values: Any,
) -> Product:
    """Goods of 499.00 whose stock is not tracked unless told."""
    with write():
        product = add_product({"name": name, "price_paise": price_paise, **values}, stock, by, request_key)
    return product


def make_order(
    customer: Customer | None = None,
    *items: Item | Product,
    qty: int = 1,
    status: str = "Pending",
    discount_paise: int = 0,
    address: str = "12 Lake Road",
    note: str = "",
    by: Any = None,
    request_key: str | None = None,
) -> Order:
    """One line of `qty` of a product, moved on to `status`. Products stand for lines of `qty` at their price."""
    customer = customer or make_customer()
    lines = [_item(item, qty) for item in (items or (make_product(),))]
    with write():
        shop, buyer = the_shop(), db.session.get_one(Customer, customer.id)
        order = place_order(buyer, lines, discount_paise, address, note, shop, by, request_key)
        for step in STEPS[status]:
            move_order(order, step, order.status, by)
    return order


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
        return ask_for_feedback(db.session.get_one(Order, order.id), the_shop(), None)[0]


def _item(item: Item | Product, qty: int) -> Item:
    return item if isinstance(item, Item) else Item(item.id, qty, item.price_paise)


@cache
def _password_hash() -> str:
    return hash_password(PASSWORD)


def make_job(kind: str = "tests.count", **args: Any) -> Job:
    """Something that waits for a worker."""
    with write():
        job = enqueue(kind, args, None)
    return job


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
