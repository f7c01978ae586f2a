"""What a shop holds that can be asked for: taken from all over it, so that no page is asked twice in a row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

from sqlalchemy import func, select

from cms.customers import queries as customers
from cms.db import db
from cms.invoices.actions import make_pdf
from cms.jobs.runner import run_next
from cms.models import Customer, Invoice, Order, Product
from cms.orders import queries as orders
from cms.orders.actions import Item
from cms.paging import Sort, page_of
from cms.text import fold
from tests.factories import make_order, write

SAMPLE = 41
WIDE = 542
"""The lines of the longest order of the year of a real shop."""
COMMON, RARE = 3, 20
FEW = 4
"""A rare name is one of about so many customers, in a small shop and in a large one."""


@dataclass(frozen=True)
class Facts:
    """Samples of a shop. Each list is asked through in turn."""

    orders: list[int]
    order_refs: list[str]
    customers: list[int]
    busiest: int
    rare_names: list[str]
    common_names: list[str]
    phone_ends: list[str]
    deep: dict[str, str]
    """The cursor half-way down the newest orders, and down the customers in two ways of sorting them."""
    products: list[tuple[int, int]]
    """Id and price in paise of what can be sold any number of times."""
    wide: str
    """The number of a delivered order of `WIDE` lines."""
    invoiced: list[int]
    """Orders with an invoice whose PDF is made."""


def facts_of() -> Facts:
    """Of the shop of the app at hand."""
    last = db.session.scalar(select(func.max(Order.id))) or 0
    wanted = [1 + last * nth // SAMPLE for nth in range(SAMPLE)]
    rows = db.session.execute(select(Order.id, Order.ref, Order.customer_id).where(Order.id.in_(wanted))).all()
    buyers = list(dict.fromkeys(row.customer_id for row in rows))
    phones = db.session.scalars(select(Customer.phone).where(Customer.id.in_(buyers), Customer.phone != "")).all()
    busiest = db.session.scalar(select(Customer.id).order_by(Customer.order_count.desc(), Customer.id).limit(1))
    rare, common = _names()
    return Facts(
        orders=[row.id for row in rows],
        order_refs=[row.ref for row in rows],
        customers=buyers,
        busiest=busiest or 0,
        rare_names=rare,
        common_names=common,
        phone_ends=[phone[-6:] for phone in phones],
        deep={
            "orders": _half_way(orders.SORTS["newest"]),
            "name": _half_way(customers.SORTS["name"]),
            "last_order": _half_way(customers.SORTS["last_order"]),
        },
        products=_products(),
        wide=_wide(),
        invoiced=_invoiced(),
    )


def _names() -> tuple[list[str], list[str]]:
    """Whole names that few customers have, and the words that stand in most names."""
    names = Counter(fold(name) for name in db.session.scalars(select(Customer.name)))
    words: Counter[str] = Counter()
    for name, times in names.items():
        words.update({word: times for word in set(name.split()) if len(word) > 2})
    rare = sorted(names, key=lambda name: (abs(names[name] - FEW), name))
    return rare[:RARE], [word for word, _times in words.most_common(COMMON)]


def _half_way(sort: Sort) -> str:
    column = sort.column
    known = select(column).where(column.is_not(None))
    many = db.session.scalar(select(func.count()).select_from(known.subquery())) or 0
    middle = db.session.scalar(known.order_by(column).offset(many // 2).limit(1))
    rest = select(sort.tie.label("id"), column.label("sort_value"))
    return page_of(rest.where(column <= middle if sort.descending else column >= middle), sort, {}).after


def _invoiced() -> list[int]:
    rows = db.session.execute(select(Invoice.id, Invoice.order_id).order_by(Invoice.id.desc()).limit(FEW)).all()
    with write():
        for row in rows:
            make_pdf(f"invoice-{row.id}", row.order_id, None)
    while run_next():
        pass
    return [row.order_id for row in rows]


def _wide() -> str:
    """Of one that is made here unless it is there."""
    made = db.session.scalar(select(Order).where(Order.request_key == "bench-wide"))
    if not made:
        lines = [Item(product, 2, paise) for product, paise in islice(cycle(_products()), WIDE)]
        made = make_order(db.session.get(Customer, 1), *lines, status="Delivered", request_key="bench-wide")
    return made.ref


def _products() -> list[tuple[int, int]]:
    query = select(Product.id, Product.price_paise).where(Product.stock.is_(None), Product.archived_at.is_(None))
    rows: list[Any] = list(db.session.execute(query.order_by(Product.id).limit(SAMPLE)))
    return [(row.id, row.price_paise) for row in rows]
