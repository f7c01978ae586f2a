"""Returns as their pages need them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask import abort
from sqlalchemy import ColumnElement, Select, false, func, or_, select

from cms.dashboards.queries import returns_saying
from cms.db import db
from cms.models import Activity, Customer, Order, OrderLine, Payment, Product, Return, ReturnReason, User
from cms.orders.queries import FEW_CUSTOMERS, in_their_order, order_id_of
from cms.paging import PAGE, Page, Sort, page_of
from cms.returns.filters import ReturnFilter
from cms.returns.rules import OPEN
from cms.sought.queries import Sought
from cms.text import query_words
from cms.together import MOST, Value

ROW = (
    Return.id,
    Return.ref,
    Return.state,
    Return.quantity,
    Return.reason,
    Return.refund_paise,
    Return.tax_paise,
    Return.refund_mode,
    Return.returned_on,
    Return.order_id,
    Return.customer_id,
    Order.ref.label("order_ref"),
    OrderLine.product_name,
    Customer.name.label("customer_name"),
)
FEW_RETURNS = 2000
NEWEST = Sort("Newest", Return.returned_at, Return.id, True, datetime.fromisoformat)


def _rows(*more: Any) -> Select:
    """Each return with its order, line and customer."""
    query = select(*ROW, *more).join(Order, Order.id == Return.order_id)
    query = query.join(OrderLine, OrderLine.id == Return.order_line_id)
    return query.join(Customer, Customer.id == Return.customer_id)


def returns_matching(wanted: ReturnFilter, args: Mapping[str, str], size: int = PAGE) -> Page:
    """One page of the list: of the number that was typed, its own or its order's, or of customers having the words."""
    by_day = wanted.state == "refunded" and bool(wanted.since or wanted.until) and _few_on(*wanted.days)
    query = wanted.narrow(_rows(NEWEST.column.label("sort_value")), by_day)
    few = by_day or bool(wanted.product or wanted.customer or wanted.word)
    if wanted.word:
        query = query.where(has_word(wanted))
    walk = in_their_order(query)
    if not (few or wanted.state or wanted.reason):
        # MariaDB would read and sort them all when there are some thousand.
        walk = walk.with_hint(Return, "FORCE INDEX (ix_returns_returned)", "mysql")
    if not wanted.q:
        return page_of(walk, NEWEST.by_sorting() if few else NEWEST, args, size)
    numbered = _numbered(wanted.q)
    if numbered is not None:
        return page_of(query.where(numbered), NEWEST.by_sorting(), args, size)
    sought = Sought(query_words(wanted.q))
    found = sought.ids(FEW_CUSTOMERS) if sought.words else None
    if found is None:
        return page_of(sought.narrow(walk) if sought.words else query.where(false()), NEWEST, args, size)
    query = sought.narrow(query.where(Return.customer_id.in_(found)))
    return page_of(query, NEWEST.by_sorting(), args, size)


def has_word(wanted: ReturnFilter) -> ColumnElement[bool]:
    """Whether it is one of those that the cloud of words counted for this one."""
    return Return.id.in_(returns_saying(wanted.word, *wanted.days))


def _few_on(first: date, last: date) -> bool:
    """Whether so few were refunded in these days that they are looked up by the day and sorted."""
    found = select(Return.id).where(Return.refunded_on.between(first, last)).limit(FEW_RETURNS + 1)
    return (db.session.scalar(select(func.count()).select_from(found.subquery())) or 0) <= FEW_RETURNS


def _numbered(text: str) -> Any | None:
    """What the number of a return, as shown or typed, or of an order stands for; None if it is neither."""
    refs = [text, text.upper()]
    if found := re.fullmatch(r"(?i)ret[\s-]*0*(\d{1,9})", text):
        refs.append(f"RET{int(found[1]):03d}")
    if db.session.scalar(select(Return.id).where(Return.ref.in_(refs)).limit(1)):
        return Return.ref.in_(refs)
    order_id = order_id_of(text)
    return Return.order_id == order_id if order_id else None


GONE = "That return no longer exists"


def row_or_404(return_id: int) -> Any:
    """One return as the lists show it."""
    return db.session.execute(_rows().where(Return.id == return_id)).first() or abort(404, GONE)


def return_or_404(return_id: int) -> Return:
    return db.session.get(Return, return_id) or abort(404, GONE)


def page_or_404(return_id: int) -> Any:
    """A return with what its page says of order, line, customer, and who took it down."""
    query = _rows(
        Return,
        Return.restocked,
        Return.late_reason,
        Return.product_id,
        Order.due_paise,
        Order.paid_paise,
        Order.payable_paise,
        Order.settled_before,
        Customer.phone.label("customer_phone"),
        OrderLine.sku,
        OrderLine.quantity.label("sold"),
        Product.stock,
        User.name.label("by_name"),
    )
    query = query.join(Product, Product.id == Return.product_id).outerjoin(User, User.id == Return.by_id)
    return db.session.execute(query.where(Return.id == return_id)).first() or abort(404, GONE)


def open_states() -> Select:
    """How many returns wait in each open state in which some do."""
    query = select(Return.state, func.count().label("times")).where(Return.state.in_(OPEN))
    return query.group_by(Return.state)


def open_counts(rows: Iterable[Any]) -> dict[str, int]:
    """The same for every open state, of the rows that `open_states` gave."""
    return dict.fromkeys(OPEN, 0) | {row.state: row.times for row in rows}


def of_order(order_id: Value) -> Select:
    """All returns of an order, latest first."""
    query = _rows().where(Return.order_id == order_id)
    return query.order_by(Return.returned_at.desc(), Return.id.desc()).limit(MOST)


def count_of(customer_id: Value) -> Select:
    """How often something of this customer's came back or was asked to."""
    return select(func.count().label("times")).where(Return.customer_id == customer_id)


def lines_now(order_id: int) -> Sequence[OrderLine]:
    """An order's lines as they are at this moment, whatever was loaded before its row was held."""
    query = select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.line_no)
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def refunds_of(order_id: Value) -> Select:
    """What was refunded so far of an order, by its line."""
    sums = (
        func.sum(Return.quantity).label("units"),
        func.sum(Return.refund_paise).label("paise"),
        func.sum(Return.tax_paise).label("tax_paise"),
    )
    query = select(Return.order_line_id, *sums).where(Return.order_id == order_id, Return.state == "refunded")
    return query.group_by(Return.order_line_id)


def by_line(rows: Iterable[Any]) -> dict[int, tuple[int, int, int]]:
    """Units, money and tax on top by order line, of the rows of `refunds_of`."""
    return {line_id: (int(units), int(paise), int(tax)) for line_id, units, paise, tax in rows}


def refunded_of(order_id: int) -> dict[int, tuple[int, int, int]]:
    """Units, money and tax on top refunded so far, by order line."""
    return by_line(db.session.execute(refunds_of(order_id)))


def paid_back(one: Return) -> Sequence[Any]:
    """The payments that handed its refund out; what came back in one act was paid in one."""
    act = select(Return.id).where(Return.order_id == one.order_id, Return.created_at == one.created_at)
    query = select(Payment.ref, Payment.amount_paise, Payment.method, Payment.paid_at, Payment.reference, Payment.note)
    query = query.where(Payment.return_id.in_(act), Payment.note.contains(one.ref, autoescape=True))
    return db.session.execute(query.order_by(Payment.id)).all()


def by_request_key(key: str) -> Sequence[Return]:
    """What one form recorded, all its lines."""
    first = db.session.scalar(select(Return).where(Return.request_key == key))
    if first is None:
        return []
    others = Return.request_key.startswith(f"{key}-", autoescape=True)
    query = select(Return).where(Return.order_id == first.order_id, or_(Return.request_key == key, others))
    return db.session.scalars(query.order_by(Return.id)).all()


def reason_rows() -> Select:
    """The shop's reasons in their order, each with whether it is bound by no last day."""
    query = select(ReturnReason.name, ReturnReason.any_time).order_by(ReturnReason.position, ReturnReason.name)
    return query.limit(MOST)


def reasons() -> dict[str, bool]:
    """The same by name."""
    return dict(db.session.execute(reason_rows()).all())


def story_of(return_id: int) -> Sequence[Activity]:
    """What was done with a return, latest first."""
    query = select(Activity).where(Activity.thing == "returns", Activity.thing_id == return_id)
    return db.session.scalars(query.order_by(Activity.id.desc()).limit(50)).all()


def name_of_product(product_id: int) -> str:
    """What this product is called; blank if there is none."""
    return db.session.scalar(select(Product.name).where(Product.id == product_id)) or ""


def was_given(reason: str) -> bool:
    """Whether something came back for this reason, also one that the shop's list has no more."""
    return db.session.scalar(select(Return.id).where(Return.reason == reason).limit(1)) is not None
