"""Whom a message is for, and what is known of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, false, func, select

from cms.compose.filters import why_left_out
from cms.compose.rules import MOST_PEOPLE, Needs
from cms.customers import queries as customers
from cms.customers.filters import CustomerFilter
from cms.db import db
from cms.models import Complaint, Customer, Order, Return
from cms.sought.queries import FEW, Sought
from cms.text import query_words

PERSON = (
    Customer.id,
    Customer.ref,
    Customer.name,
    Customer.email,
    Customer.phone,
    Customer.city,
    Customer.marketing_at,
    Customer.archived_at,
    Customer.order_count,
)
ORDER = (
    Order.id,
    Order.ref,
    Order.customer_id,
    Order.status,
    Order.ordered_on,
    Order.payable_paise,
    Order.due_paise,
)


def person(customer_id: int | None) -> Any | None:
    """One customer as a message needs them, None if there is none of this id."""
    return db.session.execute(select(*PERSON).where(Customer.id == customer_id)).first() if customer_id else None


def chosen(wanted: CustomerFilter, columns: Sequence[Any], today: date, active_days: int) -> Select:
    """The customers whom the list of customers shows with this filter, as a select of these columns."""
    query = customers.narrowed(wanted, select(*columns), today, active_days)
    sought = Sought(query_words(wanted.q))
    if wanted.q and not sought.words:
        return query.where(false())
    found = sought.ids(FEW)
    if found is not None:
        query = query.where(Customer.id.in_(found))
    return sought.narrow(query)


def counts(people: Select, needs: Needs) -> dict[str, int]:
    """How many of the chosen get it (key "") and how many are left out, by reason. Counts MOST_PEOPLE and one more."""
    some = people.add_columns(why_left_out(needs).label("why")).limit(MOST_PEOPLE + 1).subquery()
    query = select(some.c.why, func.count()).group_by(some.c.why)
    return {why: int(count) for why, count in db.session.execute(query)}


def getting(people: Select, needs: Needs, after: int, limit: int) -> Sequence[Any]:
    """The next of the chosen who get it, by id."""
    query = people.where(why_left_out(needs) == "", Customer.id > after).order_by(Customer.id)
    return db.session.execute(query.limit(limit)).all()


def getting_next(people: Select, needs: Needs, after: int) -> Any | None:
    """The first of them behind this id."""
    return next(iter(getting(people, needs, after, 1)), None)


def getting_before(people: Select, needs: Needs, before: int) -> Any | None:
    """The one who gets it before this id."""
    query = people.where(why_left_out(needs) == "", Customer.id < before).order_by(Customer.id.desc())
    return db.session.execute(query.limit(1)).first()


def latest_orders(customer_ids: Sequence[int], due: bool) -> Mapping[int, Any]:
    """Of each customer the last order that was not cancelled; with `due`, the last with something to pay."""
    last = (
        select(Order.id)
        .where(Order.customer_id == Customer.id, Order.status != "Cancelled")
        .order_by(Order.ordered_at.desc(), Order.id.desc())
        .limit(1)
        .correlate(Customer)
    )
    if due:
        last = last.where(Order.due_paise > 0)  # see filters
    ids = select(last.scalar_subquery()).where(Customer.id.in_(customer_ids))
    found = [order_id for order_id in db.session.scalars(ids) if order_id]
    rows = db.session.execute(select(*ORDER).where(Order.id.in_(found)))
    return {row.customer_id: row for row in rows}


def orders_to_name(customer_id: int) -> Sequence[Any]:
    """The customer's last orders, for choosing the one that a message is about."""
    query = select(*ORDER).where(Order.customer_id == customer_id)
    return db.session.execute(query.order_by(Order.ordered_at.desc(), Order.id.desc()).limit(20)).all()


def order_of(customer_id: int, order_id: int) -> Any | None:
    """That order of that customer."""
    query = select(*ORDER).where(Order.id == order_id, Order.customer_id == customer_id)
    return db.session.execute(query).first()


def owner_of(order_id: int | None) -> int | None:
    """Whose order it is."""
    return db.session.scalar(select(Order.customer_id).where(Order.id == order_id)) if order_id else None


def last_return(order_id: int) -> Any | None:
    """The last thing that came back of an order."""
    columns = (Return.ref, Return.state, Return.refund_paise, Return.tax_paise)
    query = select(*columns).where(Return.order_id == order_id).order_by(Return.id.desc())
    return db.session.execute(query.limit(1)).first()


def last_complaint(customer_id: int) -> Any | None:
    """The customer's last complaint."""
    query = select(Complaint.ref, Complaint.state).where(Complaint.customer_id == customer_id)
    return db.session.execute(query.order_by(Complaint.id.desc()).limit(1)).first()
