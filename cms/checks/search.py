"""The words by which customers and products are found, against what they are called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Row, select

from cms.customers.keys import customer_keys, customer_terms
from cms.db import db
from cms.models import Customer, CustomerTerm, Product
from cms.products.actions import product_keys

MOST_SHOWN = 20
SUM = 2**64 - 1


def customers() -> Iterator[str]:
    """Customers whose keys or search terms are not those of their name, e-mail, phone and number.

    The terms come sorted by word: a sum of their hashes for each customer makes one pass over them enough.
    """
    return islice(_customers(), MOST_SHOWN)


def _customers() -> Iterator[str]:
    sums: dict[int, int] = defaultdict(int)
    terms = select(CustomerTerm.customer_id, CustomerTerm.term).execution_options(yield_per=20_000)
    for customer_id, term in db.session.execute(terms):
        sums[customer_id] = sums[customer_id] + hash(term) & SUM
    names = ("ref", "name", "email", "phone", "city", "postcode")
    for row in _in_steps(Customer, (*names, *customer_keys("", "", "", "", "", ""))):
        keys = customer_keys(row.name, row.email, row.phone, row.ref, row.city, row.postcode)
        wrong = [name for name, key in keys.items() if getattr(row, name) != key]
        if sum(map(hash, customer_terms(row.name, row.email, row.phone, row.ref))) & SUM != sums.pop(row.id, 0):
            wrong.append("search terms")
        if wrong:
            yield f"customer {row.ref}: {', '.join(wrong)} not as counted from name, e-mail and phone"
    yield from (f"customer with id {customer_id}: search terms of nobody" for customer_id in sums)


def products() -> Iterator[str]:
    """Products whose keys are not those of their number, name and category."""
    wrong = (
        f"product {row.sku}: {name} is not as counted from number, name and category"
        for row in _in_steps(Product, ("sku", "name", "category", "name_key", "search_text"))
        for name, key in product_keys(row.sku, row.name, row.category).items()
        if getattr(row, name) != key
    )
    return islice(wrong, MOST_SHOWN)


def _in_steps(table: Any, names: tuple[str, ...]) -> Iterator[Row[Any]]:
    """All rows by id, some thousand at a time."""
    last = 0
    while True:
        query = select(table.id, *(getattr(table, name) for name in names)).where(table.id > last)
        rows = db.session.execute(query.order_by(table.id).limit(5000)).all()
        yield from rows
        if not rows:
            return
        last = rows[-1].id
