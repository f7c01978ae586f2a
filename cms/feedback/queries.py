"""Feedback as its pages need it, and the private links that ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from flask import abort
from sqlalchemy import Select, func, select

from cms.db import db
from cms.feedback.filters import FeedbackFilter
from cms.feedback.rules import MOST_ASKED, Spread
from cms.figures.queries import ratings
from cms.kept import kept
from cms.models import Customer, Feedback, FeedbackLink, Order, Product
from cms.orders import queries as orders
from cms.paging import PAGE, Page, Sort, page_of
from cms.sought.queries import Sought
from cms.text import query_words
from cms.together import MOST, Value

ROW = (
    Feedback.id,
    Feedback.rating,
    Feedback.comment,
    Feedback.at,
    Feedback.given_on,
    Feedback.link_id,
    Feedback.order_id,
    Feedback.product_id,
    Feedback.product_name,
    Feedback.customer_id,
    Order.ref.label("order_ref"),
    Customer.name.label("customer_name"),
)
NEWEST = Sort("Newest", Feedback.at, Feedback.id, True, datetime.fromisoformat)


def _rows() -> Select:
    query = select(*ROW).select_from(Feedback).join(Order, Order.id == Feedback.order_id)
    return query.join(Customer, Customer.id == Feedback.customer_id)


def feedback_of(feedback_id: int | None) -> Any | None:
    """One rating as the list shows it, None if there is none of this id."""
    return db.session.execute(_rows().where(Feedback.id == feedback_id)).first() if feedback_id else None


def feedback_matching(wanted: FeedbackFilter, product: Any | None, args: Mapping[str, str], size: int = PAGE) -> Page:
    """One page of the list. `product`: the one that is wanted, see `product_of`."""
    query = wanted.narrow(_rows().add_columns(NEWEST.column.label("sort_value")))
    sort = NEWEST
    if wanted.product:
        if product is None:
            return Page([], "", "")
        query, sort = query.where(Feedback.product_id == product.id), NEWEST.by_sorting()
    if wanted.customer:
        sort = NEWEST.by_sorting()
    walk = orders.in_their_order(query)
    if not wanted.q:
        return page_of(walk, sort, args, size)
    if order_id := orders.order_id_of(wanted.q):
        return page_of(query.where(Feedback.order_id == order_id), NEWEST.by_sorting(), args, size)
    sought = Sought(query_words(wanted.q))
    if not sought.words:
        return Page([], "", "")
    found = sought.ids(orders.FEW_CUSTOMERS)
    if found is None:
        return page_of(sought.narrow(walk), sort, args, size)
    query = sought.narrow(query.where(Feedback.customer_id.in_(found)))
    return page_of(query, NEWEST.by_sorting(), args, size)


def product_of(sku: str) -> Any | None:
    """The product of this code: id, sku, name."""
    return db.session.execute(select(Product.id, Product.sku, Product.name).where(Product.sku == sku)).first()


def spread(first: date | None, last: date | None, today: date) -> Spread:
    """All ratings of these days, from the totals that are kept: what the headline figures say."""
    return kept("spread", today, lambda: Spread(ratings(min(last, today) if last else today, first)), first, last)


def _ratings() -> Select:
    return select(Feedback.rating, func.count().label("times")).group_by(Feedback.rating)


def spread_of_product(product_id: int, first: date | None = None, last: date | None = None) -> Spread:
    """The ratings of one product."""
    query = _ratings().where(Feedback.product_id == product_id)
    if first:
        query = query.where(Feedback.given_on >= first)
    if last:
        query = query.where(Feedback.given_on <= last)
    return spread_of(db.session.execute(query))


def ratings_of_customer(customer_id: Value) -> Select:
    """How often a customer gave each number of stars."""
    return _ratings().where(Feedback.customer_id == customer_id)


def spread_of(rows: Iterable[Any]) -> Spread:
    """The ratings and how often each was given, as one figure."""
    given = {row.rating: row.times for row in rows}
    return Spread({stars: given.get(stars, 0) for stars in range(1, 6)})


def of_order(order_id: Value) -> Select:
    """The ratings of an order, the first given first."""
    query = _rows().where(Feedback.order_id == order_id)
    return query.order_by(Feedback.at, Feedback.id).limit(MOST)


def first_given(order_id: int, product_id: int | None) -> Feedback | None:
    """What was said first about this product of the order, or about the order as a whole."""
    query = select(Feedback).where(Feedback.order_id == order_id, Feedback.product_id.is_not_distinct_from(product_id))
    return db.session.scalar(query.order_by(Feedback.at, Feedback.id).limit(1))


def to_rate(order_id: int) -> list[Any]:
    """The first products of an order, without those that were rated already."""
    rated = set(db.session.scalars(select(Feedback.product_id).where(Feedback.order_id == order_id)))
    return [row for row in orders.products_on(order_id)[:MOST_ASKED] if row.product_id not in rated]


def link_of(token_hash: str) -> FeedbackLink | None:
    return db.session.scalar(select(FeedbackLink).where(FeedbackLink.token_hash == token_hash))


def open_link_until(order_id: Value, now: Value) -> Select:
    """Until when a link of this order can still be answered."""
    query = select(func.max(FeedbackLink.expires_at).label("until")).where(FeedbackLink.order_id == order_id)
    return query.where(FeedbackLink.used_at.is_(None), FeedbackLink.expires_at > now)


def by_request_key(key: str) -> Feedback | None:
    return db.session.scalar(select(Feedback).where(Feedback.request_key == key))


def order_or_404(order_id: int) -> Order:
    return db.session.get(Order, order_id) or abort(404, "That order no longer exists")
