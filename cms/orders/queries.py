"""Orders as their pages need them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask import abort
from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from cms.baskets.queries import orders_with
from cms.dates import business_date
from cms.db import db
from cms.models import Customer, Order, OrderLine, Payment, Return, StatusChange, StockMove, User
from cms.orders.filters import OrderFilter
from cms.paging import FOUND, PAGE, Page, Sort, page_of
from cms.sought.queries import FEW, Sought
from cms.text import query_words
from cms.together import MOST, Value

SHORT = (
    Order.id,
    Order.ref,
    Order.status,
    Order.ordered_on,
    Order.units,
    Order.payable_paise,
    Order.customer_id,
    Customer.name.label("customer_name"),
)
MONEY = (
    Order.paid_paise,
    Order.returned_paise,
    Order.returned_tax_paise,
    Order.settled_before,
    Order.due_paise,
)
PLACE = (Order.address, Customer.phone.label("customer_phone"))
"""What the list says of an order's payment, and tracking of its way: of fifty rows, each column more is felt."""
FEW_CUSTOMERS = 500
"""Up to so many customers found by a word have their orders looked up and sorted; see `sought.queries.FEW`."""
BUYERS = 1000
"""Up to so many customers found by a word have the ids of their orders alone looked up and sorted; where several words
are to fit, those of whom `FEW` have one, as fewer have all."""

GONE = "That order no longer exists"

SORTS = {
    "newest": Sort("Newest", Order.ordered_at, Order.id, True, datetime.fromisoformat),
    "oldest": Sort("Oldest", Order.ordered_at, Order.id, False, datetime.fromisoformat),
}


def order_or_404(order_id: int) -> Order:
    """One order with its customer and lines, as every order page needs it."""
    return db.session.get(Order, order_id, options=[joinedload(Order.customer), selectinload(Order.lines)]) or abort(
        404, GONE
    )


def row_or_404(order_id: int) -> Any:
    """One order as the lists show it."""
    query = select(*SHORT, *MONEY, *PLACE).join(Customer).where(Order.id == order_id)
    return db.session.execute(query).first() or abort(404, GONE)


def orders_matching(
    wanted: OrderFilter, args: Mapping[str, str], size: int = 0, besides: Sequence[Any] = MONEY
) -> Page:
    """One page of the list: of the number that was typed, or of customers in whom every word is found."""
    size = size or (FOUND if wanted.q or wanted.product else PAGE)
    sort = SORTS[wanted.sort]
    rows = select(*SHORT, *besides).join(Customer)
    query = wanted.narrow(rows.add_columns(sort.column.label("sort_value")))
    walk = in_their_order(query)
    if not wanted.q:
        if wanted.product and (page := orders_with(wanted, rows, sort, args, size)) is not None:
            return page
        if wanted.of_customers and (buyers := few_customers(wanted.customers())) is not None:
            return page_of(query.where(Order.customer_id.in_(buyers)), sort.by_sorting(), args, size)
        return page_of(walk, sort, args, size)
    if order_id := order_id_of(wanted.q):
        return page_of(query.where(Order.id == order_id), sort, args, size)
    sought = Sought(query_words(wanted.q))
    if not sought.words:
        return Page([], "", "")
    ids = sought.narrow(wanted.narrow(select(Order.id, sort.column.label("sort_value")).join(Customer)))
    if (found := sought.ids(FEW if len(sought.words) > 1 else BUYERS)) is not None:
        return page_of(ids.where(Order.customer_id.in_(found)), sort.by_sorting(), args, size, shown=rows)
    if (likely := sought.likely()) is not None:
        # Not by the index of customers: SQLite would else look up and sort all the orders of so many.
        return page_of(in_their_order(ids.where((Order.customer_id + 0).in_(likely))), sort, args, size, shown=rows)
    return page_of(sought.narrow(walk), sort, args, size)


def few_customers(found: Select) -> Select | None:
    """The same select of customers where they are few, whose orders are looked up and sorted; else None."""
    count = db.session.scalar(select(func.count()).select_from(found.limit(FEW_CUSTOMERS + 1).subquery())) or 0
    return found if count <= FEW_CUSTOMERS else None


def in_their_order(query: Select) -> Select:
    """Orders first, then the customer of each. MariaDB would begin with all customers and sort a million orders."""
    return query.prefix_with("STRAIGHT_JOIN", dialect="mysql")


def order_id_of(text: str) -> int | None:
    """The order that is meant by a number as shown or typed: an imported ref as it stands, else ORD7, ord007, 7."""
    text = text.strip()
    refs = [text, text.upper()]
    if found := re.fullmatch(r"(?i)(?:ord[\s-]*)?0*(\d{1,9})", text):
        refs.append(f"ORD{int(found[1]):03d}")
    return db.session.scalar(
        select(Order.id).where(Order.ref.in_(refs)).order_by((Order.ref == text).desc(), Order.id).limit(1)
    )


def about(order_id: int | None) -> Any | None:
    """An order with its customer, for what refers to it; None if there is none of this id."""
    columns = (Order.id, Order.ref, Order.status, Order.ordered_on, Order.customer_id)
    query = select(*columns, Customer.name.label("customer_name"), Customer.phone).join(Customer)
    return db.session.execute(query.where(Order.id == order_id)).first() if order_id else None


def products_on(order_id: int) -> list[Any]:
    """The different products of an order as they were sold, by line: product_id, product_name, sku."""
    query = select(OrderLine.product_id, OrderLine.product_name, OrderLine.sku).where(OrderLine.order_id == order_id)
    rows = db.session.execute(query.order_by(OrderLine.line_no)).all()
    first: dict[int, Any] = {}
    for row in rows:
        first.setdefault(row.product_id, row)
    return list(first.values())


def by_request_key(key: str) -> Order | None:
    return db.session.scalar(select(Order).where(Order.request_key == key))


def stock_taken(order_id: int) -> dict[int, int]:
    """Units that this order has out of stock, by product."""
    out = -func.sum(StockMove.quantity)
    query = select(StockMove.product_id, out).where(StockMove.order_id == order_id).group_by(StockMove.product_id)
    return {product_id: int(units) for product_id, units in db.session.execute(query) if units}


def steps_of(order_id: Value) -> Select:
    """The status history, first step first, with who made each and the step that took it back."""
    undo = aliased(StatusChange)
    return (
        select(
            StatusChange.id,
            StatusChange.old,
            StatusChange.new,
            StatusChange.at,
            StatusChange.undoes_id,
            User.name.label("by_name"),
            undo.id.label("undone_by_id"),
        )
        .outerjoin(User, User.id == StatusChange.by_id)
        .outerjoin(undo, undo.undoes_id == StatusChange.id)
        .where(StatusChange.order_id == order_id)
        .order_by(StatusChange.id)
        .limit(MOST)
    )


def last_step(steps: Sequence[Any]) -> Any | None:
    """The latest of `steps_of` an order that has not been taken back; None when only the placing is left."""
    standing = [step for step in steps if step.undoes_id is None and step.undone_by_id is None]
    return standing[-1] if standing and standing[-1].old else None


def latest_orders(limit: int) -> Select:
    """The last orders placed."""
    query = select(Order.id, Order.ref, Order.status, Order.ordered_on, Order.payable_paise)
    query = query.add_columns(Customer.name.label("customer_name")).join(Customer, Customer.id == Order.customer_id)
    return in_their_order(query.order_by(Order.ordered_at.desc(), Order.id.desc())).limit(limit)


def orders_by_id(ids: set[int]) -> Sequence[Order]:
    """These orders, by id."""
    return db.session.scalars(select(Order).where(Order.id.in_(sorted(ids))).order_by(Order.id)).all()


def lines_of(order_id: int) -> Sequence[OrderLine]:
    """An order's lines by number."""
    return db.session.scalars(select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.line_no)).all()


def line_rows(order_id: int) -> Sequence[Any]:
    """An order's lines by number, as rows that may be replaced."""
    query = select(*OrderLine.__table__.c).where(OrderLine.order_id == order_id).order_by(OrderLine.line_no)
    return db.session.execute(query).all()


def came_back(order_id: int) -> bool:
    """Whether anything of an order ever came back, or was asked to."""
    return db.session.scalar(select(Return.id).where(Return.order_id == order_id).limit(1)) is not None


def latest_day(order: Order, zone: str) -> tuple[date, str] | None:
    """The first day on which something happened that comes after ordering, and what: the order is not younger."""
    paid = select(func.min(Payment.paid_on)).where(Payment.order_id == order.id, Payment.state != "refused")
    steps = (StatusChange.order_id == order.id, StatusChange.old == "Pending", StatusChange.new == "Shipped")
    shipped = db.session.scalar(select(func.min(StatusChange.at)).where(*steps)) if order.status != "Pending" else None
    happened = (shipped, "shipped"), (order.delivered_at, "delivered")
    days = [(business_date(at, zone), what) for at, what in happened if at]
    if first := db.session.scalar(paid):
        days.append((first, "paid for"))
    return min(days, default=None)
