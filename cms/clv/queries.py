"""Lifetime values as their pages need them, and the days with orders that the model is fitted on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select

from cms.clv.rules import LEAST_CUSTOMERS, LEAST_REPEATERS, Purchases, enough
from cms.db import db
from cms.models import ClvFit, Customer, CustomerValue, Job, Order
from cms.orders.filters import LIVE
from cms.paging import Page, Sort, page_of, read_whole

KIND = "clv.fit"
AT_ONCE = 2000
SIMPLE = Sort("CLV", Customer.pace_paise, Customer.id, True, read_whole)
EXPECTED = Sort("Expected value", CustomerValue.value_paise, CustomerValue.customer_id, True, read_whole)


def simple_values(args: Mapping[str, str]) -> Page:
    """Everyone who has ordered, by the simple lifetime value."""
    query = select(
        Customer.id, Customer.ref, Customer.name, Customer.gross_paise, Customer.order_count, Customer.first_order_on,
        Customer.last_order_on, Customer.pace_paise.label("sort_value"),
    )  # fmt: skip
    return page_of(query.where(Customer.order_count > 0), SIMPLE, args)


def expected_values(fit_id: int, args: Mapping[str, str]) -> Page:
    """Everyone of a fit, by what is expected of them."""
    query = select(
        Customer.id, Customer.ref, Customer.name, Customer.order_count, Customer.last_order_on,
        CustomerValue.expected_orders, CustomerValue.alive, CustomerValue.value_paise,
        CustomerValue.value_paise.label("sort_value"),
    )  # fmt: skip
    query = query.select_from(CustomerValue).join(Customer, Customer.id == CustomerValue.customer_id)
    query = query.where(CustomerValue.fit_id == fit_id)
    return page_of(query.prefix_with("STRAIGHT_JOIN", dialect="mysql"), EXPECTED, args)


def latest_fit() -> ClvFit | None:
    """The last fit whose customers are all written."""
    return db.session.scalars(
        select(ClvFit).where(ClvFit.finished_at.is_not(None)).order_by(ClvFit.id.desc()).limit(1)
    ).first()


def job_at_work() -> Job | None:
    """A fit that waits or runs."""
    query = select(Job).where(Job.kind == KIND, Job.state.in_(("queued", "running")))
    return db.session.scalars(query.order_by(Job.id.desc()).limit(1)).first()


def enough_data() -> tuple[int, int]:
    """How many customers have ordered, and how many of them again; counted no further than it takes to be enough."""

    def having(orders: int, most: int | None = None) -> int:
        found = select(Customer.id).where(Customer.order_count >= orders).limit(most).subquery()
        return db.session.scalar(select(func.count()).select_from(found)) or 0

    seen = having(1, LEAST_CUSTOMERS), having(2, LEAST_REPEATERS)
    return seen if enough(*seen) else (having(1), having(2))


def purchases_by_part(today: date) -> Iterator[Purchases]:
    """The days with orders up to today, the same object each time with more in it: some customers at a time."""
    found, last = Purchases(), db.session.scalar(select(func.max(Customer.id))) or 0
    for first in range(0, last + 1, AT_ONCE):
        query = (
            select(Order.customer_id, Order.ordered_on, func.sum(Order.total_paise))
            .where(Order.customer_id.between(first, first + AT_ONCE - 1), LIVE, Order.ordered_on <= today)
            .group_by(Order.customer_id, Order.ordered_on)
            .order_by(Order.customer_id, Order.ordered_on)
        )
        found.add((who, day, paise) for who, day, paise in db.session.execute(query))
        yield found


def purchases(today: date) -> Purchases:
    """All of them at once."""
    found = Purchases()
    for found in purchases_by_part(today):  # noqa: B007
        pass
    return found


def older_values(fit_id: int, limit: int) -> Sequence[Any]:
    """Customers of fits before this one, whose values are of no more use."""
    query = select(CustomerValue.fit_id, CustomerValue.customer_id).where(CustomerValue.fit_id < fit_id)
    return db.session.execute(query.limit(limit)).all()
