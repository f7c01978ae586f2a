"""Whose a row is: every table that names a customer, and how its rows go from one to another and back.

The tables come from the models, so a new one is moved without being named here. What cannot be moved row by row is
HANDLED by the actions; a test holds that nothing else names a customer.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Column, Table, insert, literal, or_, select, update

from cms.db import db
from cms.models import Activity, Apart, Customer, CustomerTerm, CustomerValue, CustomerYear, MergeMove, Order

HANDLED = frozenset(table.__table__ for table in (CustomerTerm, CustomerYear, CustomerValue, Apart))
"""What is told anew from the rest, and who was told apart."""


@cache
def places() -> tuple[Column[Any], ...]:
    """Every column that says whose a row is. Orders come first: what hangs on an order follows it."""
    customers = Customer.__table__
    found = [
        column
        for table in db.metadata.sorted_tables
        if table not in HANDLED
        for column in table.columns
        if any(key.column.table is customers for key in column.foreign_keys)
    ]
    found.append(Activity.__table__.c.customer_id)  # names them without a key: the trail outlives what it tells of
    return tuple(sorted(found, key=lambda column: column.table is not Order.__table__))


def place_of(column: Column[Any]) -> str:
    return f"{column.table.name}.{column.name}"


def row_key(table: Table) -> Column[Any]:
    """The number of a row. Raises ValueError for a table that has none: it belongs into HANDLED."""
    (key,) = table.primary_key.columns
    return key


def hold_orders(*customer_ids: int) -> None:
    """Lock the orders of these customers: an order's row comes before its customer's."""
    query = select(Order.id).where(Order.customer_id.in_(customer_ids)).order_by(Order.id)
    db.session.execute(query.with_for_update()).all()


def note_rows(gone_id: int) -> None:
    """Write down which rows are this customer's."""
    for column in places():
        rows = select(literal(gone_id), literal(place_of(column)), row_key(column.table)).where(column == gone_id)
        db.session.execute(insert(MergeMove).from_select(["gone_id", "place", "row_id"], rows))


def move_rows(gone_id: int, kept_id: int) -> None:
    """Give every row of one customer to the other."""
    for column in places():
        db.session.execute(update(column.table).where(column == gone_id).values({column.name: kept_id}))


def move_back(gone_id: int, kept_id: int) -> None:
    """The rows that a merge moved, and whatever has come to their orders since: it goes with the order."""
    orders = _noted(gone_id, Order.__table__.c.customer_id)
    for column in places():
        table, noted = column.table, _noted(gone_id, column)
        mine: Any = row_key(table).in_(noted)
        if "order_id" in table.c:
            of_order = table.c.order_id
            mine = or_(of_order.in_(orders), mine & of_order.is_(None))
        db.session.execute(update(table).where(column == kept_id, mine).values({column.name: gone_id}))


def _noted(gone_id: int, column: Any) -> Any:
    """The rows of a place that a merge moved."""
    return select(MergeMove.row_id).where(MergeMove.gone_id == gone_id, MergeMove.place == place_of(column))
