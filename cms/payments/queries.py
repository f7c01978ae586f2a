"""Payments as their pages need them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import abort
from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import joinedload

from cms import clock
from cms.db import db
from cms.models import Activity, CreditMove, Customer, MethodTotal, Order, Payment, User
from cms.orders import queries as orders
from cms.paging import PAGE, Page, Sort, page_of
from cms.payments import rules
from cms.payments.filters import PaymentFilter
from cms.sought.queries import Sought
from cms.text import query_words, western_digits
from cms.together import MOST, Value

COUNTED = ("payment.recorded", "payment.confirmed", "payment.given_back")
ROW = (
    Payment.id,
    Payment.ref,
    Payment.kind,
    Payment.state,
    Payment.method,
    Payment.amount_paise,
    Payment.reference,
    Payment.note,
    Payment.paid_at,
    Payment.paid_on,
    Payment.version,
    Payment.order_id,
)
SORTS = {
    "newest": Sort("Newest", Payment.paid_at, Payment.id, True, datetime.fromisoformat),
    "oldest": Sort("Oldest", Payment.paid_at, Payment.id, False, datetime.fromisoformat),
}


def payments_matching(wanted: PaymentFilter, args: Mapping[str, str], size: int = PAGE) -> Page:
    """One page of the list: of a UPI reference, a number, or customers in whom every word is found."""
    sort = SORTS[wanted.sorted_by]
    row = select(*ROW, Order.ref.label("order_ref"), Customer.id.label("customer_id"), Customer.name.label("customer"))
    query = row.add_columns(sort.column.label("sort_value")).select_from(Payment)
    query = query.join(Order, Order.id == Payment.order_id).join(Customer, Customer.id == Payment.customer_id)
    query = wanted.narrow(query)
    walk = orders.in_their_order(query)
    if not wanted.q:
        return page_of(walk, sort, args, size)
    if payment_id := _named(wanted.q):
        return page_of(query.where(Payment.id == payment_id), sort, args, size)
    if order_id := orders.order_id_of(wanted.q):
        return page_of(query.where(Payment.order_id == order_id), sort.by_sorting(), args, size)
    sought = Sought(query_words(wanted.q))
    if not sought.words:
        return Page([], "", "")
    found = sought.ids(orders.FEW_CUSTOMERS)
    if found is None:
        return page_of(sought.narrow(walk), sort, args, size)
    query = sought.narrow(query.where(Payment.customer_id.in_(found)))
    return page_of(query, sort.by_sorting(), args, size)


def _named(text: str) -> int | None:
    """The payment that has this number or, with whatever gaps, this UPI reference."""
    bare = "".join(western_digits(text).split())
    return db.session.scalar(select(Payment.id).where(or_(Payment.utr == bare, Payment.ref == bare.upper())).limit(1))


def to_confirm() -> Select:
    """How many payments wait to be confirmed."""
    return select(func.count().label("times")).where(Payment.state == "claimed")


@dataclass(frozen=True)
class MethodSum:
    """What came and went back by one method on some days."""

    method: str
    payments: int
    received_paise: int
    refunded_paise: int


def totals_by_method(first: date | None, last: date | None) -> list[MethodSum]:
    """The methods by which anything came or went back on these days."""
    columns = (MethodTotal.payments, MethodTotal.received_paise, MethodTotal.refunded_paise)
    query = select(MethodTotal.method, *(func.sum(column).label(column.key) for column in columns))
    if first:
        query = query.where(MethodTotal.day >= first)
    if last:
        query = query.where(MethodTotal.day <= last)
    rows = db.session.execute(query.group_by(MethodTotal.method))
    sums = {method: MethodSum(method, *map(int, amounts)) for method, *amounts in rows if any(amounts)}
    return [sums[method] for method in rules.METHODS if method in sums]


def order_or_404(order_id: int) -> Order:
    """One order with its customer, as they are now."""
    found = db.session.get(Order, order_id, options=[joinedload(Order.customer)], populate_existing=True)
    return found or abort(404, "That order no longer exists")


@dataclass(frozen=True)
class OrderMoney:
    """All that the payment part of an order's page says. `fresh`: ids of the rows that can still be taken back."""

    state: str
    rows: Sequence[Any]
    credit_paise: int
    waiting_paise: int
    fresh: frozenset[int]


def money_of(order: Order, undo_minutes: int) -> OrderMoney:
    """The payments of an order that was loaded with its customer."""
    since = clock.now() - timedelta(minutes=undo_minutes)
    rows = db.session.execute(payments_of(order.id)).all()
    return order_money(order, rows, db.session.execute(fresh_of(order.id, since)).all() if rows else ())


def waiting_paise(order_id: int) -> int:
    """What is said to be paid for an order, and waits to be confirmed."""
    waits = select(func.sum(Payment.amount_paise)).where(Payment.order_id == order_id, Payment.state == "claimed")
    return int(db.session.scalar(waits) or 0)


def order_money(order: Any, rows: Sequence[Any], fresh: Sequence[Any]) -> OrderMoney:
    """The same of what `payments_of` and `fresh_of` gave."""
    returned = order.returned_paise + order.returned_tax_paise
    ever = any(row.kind == "payment" and row.state == "confirmed" for row in rows)
    counted = [row for row in rows if row.state == "confirmed"]
    kept = {row.reference: row.amount_paise for row in counted if (row.kind, row.method) == ("refund", "credit")}
    given = {
        row.id
        for row in counted
        if row.kind == "payment" and row.amount_paise - kept.get(row.ref, 0) > order.paid_paise
    }
    return OrderMoney(
        rules.payment_state(order.payable_paise, returned, order.paid_paise, order.settled_before, order.status, ever),
        rows,
        order.customer.credit_paise,
        sum(row.amount_paise for row in rows if row.state == "claimed"),
        frozenset(row.thing_id for row in fresh) - given,  # what was given back since cannot be taken back
    )


def fresh_of(order_id: Value, since: Value) -> Select:
    """The payments of one order that count since then."""
    return select(Activity.thing_id).where(
        Activity.order_id == order_id, Activity.thing == "payments", Activity.verb.in_(COUNTED), Activity.at >= since
    )


def owed_by(customer_id: Value) -> Select:
    """What a customer owes in all, and on how many orders."""
    # As cases, not as a condition: SQLite would walk the unpaid orders of all customers.
    due, one = case((Order.unpaid.is_(True), Order.due_paise)), case((Order.unpaid.is_(True), 1))
    query = select(func.coalesce(func.sum(due), 0).label("paise"), func.count(one).label("orders"))
    return query.where(Order.customer_id == customer_id)


def payment_or_404(payment_id: int) -> Payment:
    return db.session.get(Payment, payment_id) or abort(404, "That payment no longer exists")


def by_request_key(key: str | None) -> Payment | None:
    return db.session.scalar(select(Payment).where(Payment.request_key == key)) if key else None


def holder_of(utr: str | None) -> Any | None:
    """The payment that has this UPI reference, with its order's number."""
    query = select(Payment.ref, Order.ref.label("order_ref")).join(Order, Order.id == Payment.order_id)
    return db.session.execute(query.where(Payment.utr == utr)).first() if utr else None


def order_of(payment: Payment) -> Order:
    return db.session.get_one(Order, payment.order_id)


def credit_of(customer_id: int) -> int:
    """The store credit a customer has now."""
    return db.session.scalar(select(Customer.credit_paise).where(Customer.id == customer_id)) or 0


def made_credit(payment: Payment) -> Payment | None:
    """The refund by which what was paid too much became store credit."""
    return db.session.scalar(
        select(Payment).where(
            Payment.order_id == payment.order_id,
            Payment.kind == "refund",
            Payment.method == "credit",
            Payment.state == "confirmed",
            Payment.reference == payment.ref,
        )
    )


def counted_at(payment: Payment) -> datetime | None:
    """When it began to count: recorded as confirmed, or confirmed later."""
    return db.session.scalar(
        select(func.max(Activity.at)).where(
            Activity.thing == "payments", Activity.thing_id == payment.id, Activity.verb.in_(COUNTED)
        )
    )


def payments_of(order_id: Value) -> Select:
    """The payments of one order, the latest first, with who recorded each."""
    return (
        select(
            *ROW,
            Payment.return_id,
            User.name.label("by_name"),
        )
        .outerjoin(User, User.id == Payment.by_id)
        .where(Payment.order_id == order_id)
        .order_by(Payment.id.desc())
        .limit(MOST)
    )


def credit_moves_of(customer_id: Value, limit: int = 20) -> Select:
    """How a customer's store credit came and went, the latest first."""
    query = (
        select(CreditMove.id, CreditMove.amount_paise, CreditMove.reason, CreditMove.at, CreditMove.order_id, Order.ref)
        .outerjoin(Order, Order.id == CreditMove.order_id)
        .where(CreditMove.customer_id == customer_id)
    )
    return query.order_by(CreditMove.id.desc()).limit(limit)
