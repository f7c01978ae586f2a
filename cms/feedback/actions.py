"""Taking feedback in: typed by the shop, or given by a customer through a private link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from cms import clock
from cms.activity.actions import record
from cms.auth.sessions import token_hash
from cms.dates import show_date
from cms.db import db, lock
from cms.errors import Conflict, RuleError
from cms.feedback import queries
from cms.models import Feedback, FeedbackLink, Order
from cms.orders import queries as orders
from cms.totals.actions import count_rating


@dataclass(frozen=True)
class Stranger:
    """Who answers a private link: nobody with an account."""

    id: None = None
    name: str = "The customer, by link"


def give_feedback(
    order: Order, product_id: int | None, rating: int, comment: str, shop: Any, by: Any, request_key: str | None = None
) -> Feedback:
    """Stars for a product of an order, None for the order as a whole. The same request key gives back what it made.

    Raises RuleError when it was rated before, or the product is not on the order.
    """
    if request_key and (made := queries.by_request_key(request_key)):
        return made
    lock(order)
    product = next((row for row in orders.products_on(order.id) if row.product_id == product_id), None)
    if product_id is not None and product is None:
        raise RuleError("Choose one of the products of the order", "product")
    if first := queries.first_given(order.id, product_id):
        what = product.product_name if product else "The order as a whole"
        day = show_date(first.given_on, clock.today(shop.zone))
        raise RuleError(f"{what} was rated on {day} already, with {first.rating} of 5 stars; that stands", "product")
    try:
        with db.session.begin_nested():
            given = _give(order, product, rating, comment, shop, by, request_key=request_key)
    except IntegrityError:  # the same key for another order, at the same moment
        raise Conflict("This feedback has just been saved", field="request_key") from None
    count_rating(given.given_on, rating)
    return given


def ask_for_feedback(order: Order, token: str, shop: Any, by: Any) -> datetime:
    """Let a private link of this token rate the order; until when it can be answered. The token itself is not kept.

    Links made before and not answered end now, but a request sent twice, which has the same token, finds its own.
    Raises RuleError when there is nothing to rate.
    """
    lock(order)
    if made := queries.link_of(token_hash(token)):
        if made.used_at is None and made.expires_at > clock.now():
            return made.expires_at
        raise RuleError("That link has ended; load the page again for a new one")
    if order.status == "Cancelled":
        raise RuleError("A cancelled order cannot be rated")
    if not queries.to_rate(order.id):
        raise RuleError("Everything of this order has been rated already")
    now = clock.now()
    end_links(order.id)
    until = now + timedelta(days=shop.feedback_days)
    values = {"token_hash": token_hash(token), "order_id": order.id, "created_at": now, "expires_at": until}
    db.session.execute(insert(FeedbackLink).values(used_at=None, **values))
    record(by, "order.feedback_asked", order, customer_id=order.customer_id, order_id=order.id)
    return until


def end_links(order_id: int) -> None:
    """Private links to rate this order that were not answered lead nowhere from now on."""
    now = clock.now()
    db.session.execute(
        update(FeedbackLink)
        .where(FeedbackLink.order_id == order_id, FeedbackLink.used_at.is_(None), FeedbackLink.expires_at > now)
        .values(expires_at=now)
        .execution_options(synchronize_session=False)
    )


def answer_link(link: FeedbackLink, answers: Mapping[int, tuple[int, str]], shop: Any) -> list[Feedback]:
    """What a customer says of products of the order: stars and a comment by product id. A link is answered once.

    What the shop noted down meanwhile stands. Raises Conflict when the link was used or ended a moment ago.
    """
    order = db.session.get_one(Order, link.order_id)
    lock(order)
    now = clock.now()
    used = db.session.execute(
        update(FeedbackLink)
        .where(FeedbackLink.id == link.id, FeedbackLink.used_at.is_(None), FeedbackLink.expires_at > now)
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    ).rowcount  # type: ignore[attr-defined]
    if used != 1:
        raise Conflict("This link has been used already")
    given = [
        _give(order, product, *answers[product.product_id], shop, Stranger(), link_id=link.id)
        for product in queries.to_rate(order.id)
        if product.product_id in answers
    ]
    if not given:
        raise RuleError("What you rated has been rated already")
    for one in sorted(given, key=lambda one: one.rating):
        count_rating(one.given_on, one.rating)
    return given


def _give(order: Order, product: Any, rating: int, comment: str, shop: Any, by: Any, **more: Any) -> Feedback:
    now = clock.now()
    feedback = Feedback(
        order_id=order.id,
        customer_id=order.customer_id,
        product_id=product.product_id if product else None,
        product_name=product.product_name if product else "",
        rating=rating,
        comment=comment,
        at=now,
        given_on=clock.business_date(now, shop.zone),
        created_at=now,
        **more,
    )
    db.session.add(feedback)
    said = {"rating": rating, "product": feedback.product_name}
    record(by, "feedback.given", feedback, after=said, customer_id=order.customer_id, order_id=order.id)
    return feedback
