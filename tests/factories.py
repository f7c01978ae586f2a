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
from cms.customers.actions import add_customer
from cms.db import db, writing
from cms.jobs.actions import enqueue
from cms.models import (
    Customer,
    Job,
    Order,
    Product,
    Session,
    Settings,
    User,
)
from cms.orders.actions import Item, move_order, place_order
from cms.products.actions import add_product

PASSWORD = "correct horse battery staple"
STEPS = {
    "Pending": (),
    "Shipped": ("Shipped",),
    "Delivered": ("Shipped", "Delivered"),
    "Cancelled": ("Cancelled",),
}
_numbers = itertools.count(1)


@contextmanager
def write() -> Iterator[None]:
    """Do it as a request would: one transaction that may write, committed at the end, undone when something raises.

    What was made is detached afterwards: the test reads anew what it wants to know.
    """
    with writing():
        if not (db.session.new or db.session.dirty or db.session.deleted):
            db.session.commit()  # ends a look that is still open: SQLite refuses to write after it if another wrote
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
