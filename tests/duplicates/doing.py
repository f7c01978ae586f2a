"""What tests of merging do and ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from cms.activity.queries import entry_or_404
from cms.activity.undo import undo
from cms.db import db
from cms.duplicates.actions import merge_customers, tell_apart
from cms.duplicates.rules import FIELDS
from cms.models import Customer, Order, Product
from tests.after_sale import make_complaint, make_feedback, make_invoiced, make_message, make_return
from tests.factories import make_customer, make_order, make_product, write
from tests.payments.doing import pay

DERIVED = ("version",)
"""What a merge and its undoing may leave other than it was."""


def make_pair(**other: Any) -> tuple[Customer, Customer]:
    """Asha, entered a second time with another phone; whoever came last is somebody else."""
    one = make_customer("Asha Rao", phone="+919848022338", city="Guntur")
    two = make_customer("Aasha Rao", **({"email": "asha@shop.example", "city": "Guntur", "note": "Likes blue"} | other))
    make_customer("Zubeida Khan")
    return one, two


def busy(customer: Customer, lamp: Product) -> Order:
    """One of everything that a customer can have; gives an order with money and a return on it."""
    order = make_order(customer, lamp, qty=3, status="Delivered")
    pay(order, order.total_paise)
    make_return(order, state="refunded", mode="credit")
    make_complaint(order)
    make_complaint(customer)
    make_feedback(order, lamp, 4, "Good")
    make_invoiced(customer, lamp)
    make_message(db.session.get_one(Customer, customer.id), "whatsapp") if customer.phone else None
    return order


def merge(one: Customer, other: Customer, **keep: Customer) -> int:
    """Each field as `keep` says, else that of the first; gives the entry."""
    versions = dict(db.session.execute(select(Customer.id, Customer.version)).all())
    chosen = {name: keep.get(name, one).id for name in FIELDS}
    with write():
        return merge_customers(one.id, other.id, chosen, versions, None)[1]


def take_back(entry: int) -> None:
    with write():
        undo(entry_or_404(entry), 60, None)


def apart(one: Customer, other: Customer) -> int:
    with write():
        return tell_apart(one.id, other.id, None)


def everything(*besides: str) -> Mapping[str, Any]:
    """Every row of the shop, but for the tables named. A kept total of nothing is no row."""
    db.session.rollback()
    tables = [table for table in db.metadata.sorted_tables if table.name not in besides]
    rows = {table.name: sorted(map(_plain, db.session.execute(select(table)))) for table in tables}
    return {
        name: [row for row in found if "('orders', 0), ('gross_paise', 0)" not in row] for name, found in rows.items()
    }


def _plain(row: Any) -> str:
    return repr([(name, value) for name, value in row._mapping.items() if name not in DERIVED])


def new_lamp() -> Product:
    return make_product("Lamp", 10_000, stock=99)
