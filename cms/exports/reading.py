"""Reading tables a few thousand rows at a time, whole or as a list shows them, all of it as of one moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from cms.activity import queries as activity
from cms.activity.filters import ActivityFilter
from cms.complaints import queries as complaints
from cms.complaints.filters import ComplaintFilter
from cms.customers import queries as customers
from cms.customers.filters import CustomerFilter
from cms.db import db
from cms.exports.table import Table
from cms.exports.tables import TABLES
from cms.feedback import queries as feedback
from cms.feedback.filters import FeedbackFilter
from cms.invoices import queries as invoices
from cms.invoices.filters import InvoiceFilter
from cms.models import OrderLine
from cms.orders import queries as orders
from cms.orders.filters import OrderFilter
from cms.paging import Page
from cms.payments import queries as payments
from cms.payments.filters import PaymentFilter
from cms.products import queries as products
from cms.products.filters import ProductFilter
from cms.returns import queries as returns
from cms.returns.filters import ReturnFilter

AT_ONCE = 1000
MOST_ROWS = 4000
"""Of one table in memory, unless one thing alone has more."""
FILTERS: Mapping[str, Any] = {
    "customers": CustomerFilter,
    "products": ProductFilter,
    "orders": OrderFilter,
    "returns": ReturnFilter,
    "payments": PaymentFilter,
    "invoices": InvoiceFilter,
    "complaints": ComplaintFilter,
    "feedback": FeedbackFilter,
    "activity": ActivityFilter,
}
"""What each list is narrowed by, by the room of the list."""


@dataclass(frozen=True)
class Scene:
    """What lists go by besides their filter: the shop, the day and moment, and who looks."""

    shop: Any
    today: date
    now: datetime
    me_id: int


def steady() -> None:
    """Let this transaction see one moment, whatever is written meanwhile. SQLite's do so by themselves."""
    db.session.rollback()
    if db.engine.dialect.name != "sqlite":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def batches(table: Table, wanted: Any | None, scene: Scene | None) -> Iterator[list[Any]]:
    """The rows of a table: what its list shows under this filter in the order of the list, all of them without one."""
    ids = _walk(table) if wanted is None or scene is None else _listed(table, wanted, scene)
    for some in ids:
        for part in _parts(table, some):
            yield rows_of(table, part)


def _parts(table: Table, ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """These ids so few at a time that their rows take little memory: an order may have thousands of lines."""
    if table.count is None:
        yield ids
        return
    counted = select(table.of.id, table.count).where(table.of.id.in_(ids))
    count = {row[0]: row[1] for row in db.session.execute(counted)}
    part: list[int] = []
    rows = 0
    for key in ids:
        rows += count[key]
        if part and rows > MOST_ROWS:
            yield part
            part, rows = [], count[key]
        part.append(key)
    yield part


def rows_of(table: Table, ids: Sequence[int]) -> list[Any]:
    """The rows of these ids, in this order, without the ids."""
    found: dict[int, list[Any]] = defaultdict(list)
    query = table.rows().where(table.of.id.in_(ids)).order_by(table.of.id, *table.order)
    for key, *row in db.session.execute(query):
        found[key].append(row)
    return [row for key in ids for row in found[key]]


def _walk(table: Table) -> Iterator[list[int]]:
    last = 0
    while True:
        query = select(table.of.id).where(table.of.id > last).order_by(table.of.id)
        ids = list(db.session.scalars(query.limit(AT_ONCE)))
        if not ids:
            return
        yield ids
        last = ids[-1]


def _listed(table: Table, wanted: Any, scene: Scene) -> Iterator[list[int]]:
    """Page by page what the list shows, found by the list's own query."""
    page_of, after = _list_of(table.room, wanted, scene), ""
    while True:
        page = page_of({"after": after} if after else {})
        if page.rows:
            yield [row.id for row in page.rows]
        after = page.after
        if not after:
            return


def _list_of(room: str, wanted: Any, scene: Scene) -> Callable[[Mapping[str, str]], Page]:
    shop, size = scene.shop, AT_ONCE
    about = feedback.product_of(wanted.product) if room == "feedback" and wanted.product else None
    lists: Mapping[str, Callable[[Mapping[str, str]], Page]] = {
        "customers": lambda at: customers.customers_matching(wanted, scene.today, shop.active_days, at, size),
        "products": lambda at: products.products_matching(wanted, shop.low_stock, at, size),
        "orders": lambda at: orders.orders_matching(wanted, at, size),
        "returns": lambda at: returns.returns_matching(wanted, at, size),
        "payments": lambda at: payments.payments_matching(wanted, at, size),
        "invoices": lambda at: invoices.invoices_matching(wanted, at, size),
        "complaints": lambda at: complaints.complaints_matching(wanted, scene.me_id, scene.now, at, size),
        "feedback": lambda at: feedback.feedback_matching(wanted, about, at, size),
        "activity": lambda at: activity.trail(wanted, shop.zone, at, size),
    }
    return lists[room]


def counts() -> dict[str, int]:
    """How many rows each table has."""
    found = {}
    for table in TABLES.values():
        counted = OrderLine if table.order else table.of
        found[table.name] = db.session.scalar(select(func.count()).select_from(counted)) or 0
    return found
