"""Counting in what an import added, or out what is taken back: the sums of its rows beside all that is kept.

As each write of the day does, but many rows at once, in a statement a table. What orders add up to over time is more
than a sum of theirs: they take a rebuild.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Insert, Select, Update, bindparam, case, func, literal, select, update
from sqlalchemy.dialects import mysql, sqlite

from cms.db import db
from cms.models import (
    CreditMove,
    Customer,
    DayTotal,
    Feedback,
    MethodTotal,
    Order,
    OrderLine,
    Payment,
    Product,
    ProductDay,
    ProductMonth,
    RatingTotal,
    Return,
)
from cms.sql import month_of

COUNTABLE = ("customers", "products", "stock_moves", "returns", "payments", "credit_moves", "feedback", "complaints")
"""Tables of which a run may add rows and need no rebuild; stock is in its moves already."""


def count_span(spans: Mapping[str, tuple[int, int]], sign: int) -> None:
    """Count rows, by the first and the last id of each table, in (+1) or out (-1). Nobody else may change them
    meanwhile: nobody sees them yet, or they are to go."""
    statements = _counting_in(db.engine.dialect.name == "sqlite") if sign > 0 else _counting_out()
    for name, (first, last) in spans.items():
        for statement in statements.get(name, ()):
            rows = {"first_id": first, "last_id": last}
            db.session.execute(statement, rows, execution_options={"synchronize_session": False})


Statements = Mapping[str, list[Update | Insert]]


@cache
def _counting_in(on_sqlite: bool) -> Statements:
    """How the rows of each table are counted."""
    made: dict[str, list[Update | Insert]] = defaultdict(list)
    for name, target, source in _sources():
        ids = "key" in source.selected_columns
        made[name].append(_onto(target, source, +1) if ids else _into(target.__table__, source, on_sqlite))
    return made


@cache
def _counting_out() -> Statements:
    """The same taken off: what was counted has a row in each table of totals."""
    made: dict[str, list[Update | Insert]] = defaultdict(list)
    for name, target, source in _sources():
        made[name].append(_onto(target, source, -1))
    return made


def _added(model: Any, keys: Mapping[str, Any], sums: Mapping[str, Any], only: Any = True) -> Select:
    """The rows of the span by these keys, and what is to be summed of them."""
    columns = [key.label(name) for name, key in keys.items()]
    columns += [func.sum(value).label(name) for name, value in sums.items()]
    span = model.id.between(bindparam("first_id"), bindparam("last_id"))
    return select(*columns).where(span, only).group_by(*keys.values()).order_by(*keys.values())


def _sources() -> list[tuple[str, Any, Select]]:
    """Of each table, where its rows count and what they come to there, in the order in which all writes hold rows."""
    return _of_returns() + _of_others()


def _of_returns() -> list[tuple[str, Any, Select]]:
    back, paise = Return.state == "refunded", Return.refund_paise
    reserved = case((Return.state == "refused", 0), else_=Return.quantity)
    of_line = {"returned_quantity": reserved, "returned_paise": case((back, paise), else_=0)}
    of_order = {"returned_units": reserved, "returned_paise": of_line["returned_paise"]}
    of_order |= {"returned_tax_paise": case((back, Return.tax_paise), else_=0)}
    of_product = {"returned_units": Return.quantity, "returned_paise": paise}
    day, product = Return.refunded_on, {"product_id": Return.product_id}
    return [
        ("returns", Order, _added(Return, {"key": Return.order_id}, of_order)),
        ("returns", OrderLine, _added(Return, {"key": Return.order_line_id}, of_line)),
        ("returns", Product, _added(Return, {"key": Return.product_id}, of_product, back)),
        ("returns", Customer, _added(Return, {"key": Return.customer_id}, {"returned_paise": paise}, back)),
        ("returns", DayTotal, _added(Return, {"day": day}, of_product | {"return_count": literal(1)}, back)),
        ("returns", ProductDay, _added(Return, {"day": day} | product, of_product, back)),
        ("returns", ProductMonth, _added(Return, {"month": month_of(day)} | product, of_product, back)),
    ]


def _of_others() -> list[tuple[str, Any, Select]]:
    confirmed, paise, came = Payment.state == "confirmed", Payment.amount_paise, Payment.kind == "payment"
    received, given = case((came, paise), else_=0), case((came, 0), else_=paise)
    paid = {"paid_paise": received - given}
    by_method = {"day": Payment.paid_on, "method": Payment.method}
    money = {"payments": case((came, 1), else_=0), "received_paise": received, "refunded_paise": given}
    credit = {"credit_paise": CreditMove.amount_paise}
    stars = {"day": Feedback.given_on, "rating": Feedback.rating}
    return [
        ("payments", Order, _added(Payment, {"key": Payment.order_id}, paid, confirmed)),
        ("payments", MethodTotal, _added(Payment, by_method, money, confirmed)),
        ("credit_moves", Customer, _added(CreditMove, {"key": CreditMove.customer_id}, credit)),
        ("customers", DayTotal, _added(Customer, {"day": Customer.created_on}, {"customers": literal(1)})),
        ("feedback", RatingTotal, _added(Feedback, stars, {"ratings": literal(1)})),
    ]


def _onto(target: Any, source: Select, sign: int) -> Update:
    """Onto rows that are there, known by their id or by all of their key."""
    kept, sums = target.__table__, source.subquery()
    keys = ["id"] if "key" in sums.c else kept.primary_key.columns.keys()
    same = [kept.c[name] == sums.c["key" if name == "id" else name] for name in keys]
    amounts = {name: kept.c[name] + sign * sum_ for name, sum_ in sums.c.items() if name not in ("key", *keys)}
    return update(kept).where(*same).values(amounts)


def _into(kept: Any, source: Select, on_sqlite: bool) -> Insert:
    """Into a table of totals: rows that are not there yet are made."""
    names, keys = source.selected_columns.keys(), kept.primary_key.columns.keys()
    amounts = [name for name in names if name not in keys]
    if on_sqlite:
        new = sqlite.insert(kept).from_select(names, source)
        return new.on_conflict_do_update(index_elements=keys, set_={n: kept.c[n] + new.excluded[n] for n in amounts})
    row = mysql.insert(kept).from_select(names, source)
    return row.on_duplicate_key_update({name: kept.c[name] + row.inserted[name] for name in amounts})
