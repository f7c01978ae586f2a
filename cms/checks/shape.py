"""What holds rows together: parents, unique numbers, the same customer, days that agree with times."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from functools import cache, partial
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Select, Table, func, or_, select

from cms import clock
from cms.dates import business_date, to_utc
from cms.db import db
from cms.models import Complaint, Customer, Feedback, Merge, Notification, Order, OrderLine, Payment, Product, Return
from cms.sql import days_between

MOST_SHOWN = 20
Checks = list[tuple[str, Callable[[], Iterator[str]]]]


def orphans() -> Checks:
    """A check for every table that names rows of others."""
    return [
        (table.name, partial(_orphans, table)) for table in db.metadata.sorted_tables if table.foreign_key_constraints
    ]


def _orphans(table: Table) -> Iterator[str]:
    for key in sorted(table.foreign_key_constraints, key=lambda key: str(key.column_keys)):
        yield from _missing(table, key)


def _missing(table: Table, key: ForeignKeyConstraint) -> Iterator[str]:
    for row_key, value in db.session.execute(_without_parent(table, key)):
        yield f"{table.name} {row_key}: {key.elements[0].parent.name} {value} does not exist"


@cache
def _without_parent(table: Table, key: ForeignKeyConstraint) -> Select:
    element = key.elements[0]
    child, parent = element.parent, element.column.table.alias()
    there = parent.c[element.column.name]
    first = next(iter(table.primary_key.columns))
    query = select(first, child).outerjoin(parent, there == child).where(child.is_not(None), there.is_(None))
    return query.limit(MOST_SHOWN)


def unique_refs() -> Checks:
    """A check for every kind of number that people see."""
    columns = [Customer.ref, Product.sku, Order.ref, Return.ref, Payment.ref, Complaint.ref]
    checks: Checks = [(f"The numbers of {c.class_.__tablename__}", partial(_twice, c)) for c in columns]
    return [*checks, ("The line numbers of an order", _lines_twice)]


def _twice(column: Any) -> Iterator[str]:
    for value, count in db.session.execute(
        select(column, func.count()).group_by(column).having(func.count() > 1).limit(MOST_SHOWN)
    ):
        yield f"{column.class_.__tablename__} {value}: there are {count}"


def _lines_twice() -> Iterator[str]:
    query = select(OrderLine.order_id, OrderLine.line_no, func.count())
    query = query.group_by(OrderLine.order_id, OrderLine.line_no).having(func.count() > 1)
    for order_id, line_no, count in db.session.execute(query.limit(MOST_SHOWN)):
        yield f"order with id {order_id} line {line_no}: there are {count}"


def same_customer() -> Iterator[str]:
    """Rows that belong to another customer than their order."""
    for table in (Return, Payment, Complaint, Feedback, Notification):
        query = select(table.id, Order.ref).join(Order, Order.id == table.order_id)
        for row_id, ref in db.session.execute(query.where(table.customer_id != Order.customer_id).limit(MOST_SHOWN)):
            yield f"{table.__tablename__} {row_id}: belongs to another customer than order {ref}"


def merged_away() -> Iterator[str]:
    """Customers who are there though they were merged into another."""
    query = select(Customer.ref, Merge.old_ref).join(Merge, Merge.gone_id == Customer.id).limit(MOST_SHOWN)
    for ref, old_ref in db.session.execute(query):
        yield f"customer {ref}: is there, and was merged as {old_ref}"


def same_line() -> Iterator[str]:
    """Returns that name another order or product than their line."""
    differs = or_(Return.order_id != OrderLine.order_id, Return.product_id != OrderLine.product_id)
    query = select(Return.ref).join(OrderLine, OrderLine.id == Return.order_line_id).where(differs)
    for ref in db.session.scalars(query.limit(MOST_SHOWN)):
        yield f"return {ref}: names another order or product than its line"


DATED: list[tuple[Any, Any, Any, Any]] = [
    (Customer, Customer.created_at, Customer.created_on, Customer.ref),
    (Order, Order.ordered_at, Order.ordered_on, Order.ref),
    (Return, Return.returned_at, Return.returned_on, Return.ref),
    (Payment, Payment.paid_at, Payment.paid_on, Payment.ref),
    (Complaint, Complaint.opened_at, Complaint.opened_on, Complaint.ref),
    (Feedback, Feedback.at, Feedback.given_on, Feedback.id),
]
"""Every table with a time and its business day, and what its rows are called."""


def days(zone: str) -> Checks:
    return [(table.__tablename__, partial(_days, zone, *rest)) for table, *rest in DATED]


def in_the_future(zone: str) -> Iterator[str]:
    """What is said to have been, but on a day that is still to come. Whoever moves a shop west may be a day ahead."""
    tomorrow = clock.today(zone) + timedelta(days=1)
    ends = to_utc(datetime.combine(tomorrow + timedelta(days=1), time()), zone)
    for table, at, day, name in DATED:
        query = select(name, day).where(at >= ends).order_by(at).limit(MOST_SHOWN)
        for ref, on in db.session.execute(query):
            yield f"{table.__tablename__} {ref}: has the day {on}, which is still to come"


def _days(zone: str, at: Any, day: Any, name: Any) -> Iterator[str]:
    """A zone is at most 14 hours from UTC, and the shop may have moved to another: a day off either way is believed."""
    query = select(name, at, day).where(func.abs(days_between(func.date(at), day)) > 1).limit(MOST_SHOWN)
    for ref, moment, kept in db.session.execute(query):
        told = business_date(moment, zone)
        if abs(told - kept) > timedelta(days=1):
            yield f"{name.class_.__tablename__} {ref}: {moment} has the day {kept}, counted {told}"
