"""The numbers people see: CUST001, ORD001. None is given twice, whoever adds at once; imported ones stay."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import mysql, sqlite

from cms.db import db
from cms.models import Counter, Customer, Order, Payment, Product, Return
from cms.models.care import Complaint

SERIES: dict[type, tuple[str, Any]] = {
    Customer: ("CUST", Customer.ref),
    Order: ("ORD", Order.ref),
    Product: ("PROD", Product.sku),
    Return: ("RET", Return.ref),
    Payment: ("PAY", Payment.ref),
    Complaint: ("CMP", Complaint.ref),
}


def next_ref(table: type) -> str:
    """The next free number of this table's series, held until the commit."""
    prefix, column = SERIES[table]
    while True:
        ref = f"{prefix}{next_value(prefix):03d}"
        if db.session.scalar(select(column).where(column == ref)) is None:
            return ref


def next_refs(table: type, how_many: int) -> list[str]:
    """So many free numbers of this table's series at once, held until the commit."""
    prefix, column = SERIES[table]
    refs: list[str] = []
    while missing := how_many - len(refs):
        last = next_value(prefix, missing)
        some = [f"{prefix}{value:03d}" for value in range(last - missing + 1, last + 1)]
        taken: set[str] = set()
        for start in range(0, len(some), 1000):
            taken |= set(db.session.scalars(select(column).where(column.in_(some[start : start + 1000]))))
        refs += [ref for ref in some if ref not in taken]
    return refs


def next_value(name: str, step: int = 1) -> int:
    """Count a series up and give the new value; the row stays locked until the commit."""
    counted = db.session.execute(
        update(Counter)
        .where(Counter.name == name)
        .values(value=Counter.value + step)
        .execution_options(synchronize_session=False)
    ).rowcount  # type: ignore[attr-defined]
    if not counted:
        raise LookupError(f"there is no counter {name}")  # the first migration makes them all
    return int(db.session.scalar(select(Counter.value).where(Counter.name == name)) or 0)


def next_serial(name: str) -> int:
    """The next number of a series that begins with its first use, held until the commit: no gap, none twice."""
    try:
        return next_value(name)
    except LookupError:
        first: Any = {"mysql": mysql.insert, "sqlite": sqlite.insert}[db.engine.dialect.name](Counter)
        first = first.values(name=name, value=0)
        # Waiting for another who begins the same series with a write's lock: a reader's would end in a deadlock.
        same = {"value": Counter.value}
        mine = db.engine.dialect.name == "mysql"
        db.session.execute(first.on_duplicate_key_update(same) if mine else first.on_conflict_do_nothing())
        return next_value(name)


def catch_up(table: type) -> None:
    """Let the series go on behind the highest number an import brought: after CUST017 comes CUST018."""
    prefix, column = SERIES[table]
    pattern = re.compile(rf"{prefix}(\d{{1,9}})")
    numbers = [
        int(found[1])
        for ref in db.session.scalars(select(column).where(column.startswith(prefix)))
        if (found := pattern.fullmatch(ref))
    ]
    highest = max(numbers, default=0)
    db.session.execute(
        update(Counter)
        .where(Counter.name == prefix, Counter.value < highest)
        .values(value=highest)
        .execution_options(synchronize_session=False)
    )
