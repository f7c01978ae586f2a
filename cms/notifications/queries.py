"""Messages as their pages and the worker need them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import abort
from sqlalchemy import Select, case, func, or_, select

from cms.db import db
from cms.models import Customer, Job, MessageTemplate, Notification, Order, User
from cms.notifications.filters import MessageFilter, is_in
from cms.notifications.rules import CHANNELS, STATES
from cms.paging import Page, Sort, page_of, read_whole
from cms.sought.queries import Sought
from cms.text import query_words
from cms.together import Value

KIND = "notifications.send"
ROW = (
    Notification.id,
    Notification.customer_id,
    Notification.order_id,
    Notification.channel,
    Notification.recipient,
    Notification.subject,
    Notification.body,
    Notification.state,
    Notification.error,
    Notification.batch,
    Notification.created_at,
    Notification.sent_at,
    Customer.name.label("customer_name"),
)
NEWEST = Sort("Newest", Notification.id, Notification.id, True, read_whole)
FEW_CUSTOMERS = 500
"""Up to so many customers found by a word have their messages looked up and sorted; more are met soon by walking."""
MOST_COUNTED = 3000


def message_or_404(message_id: int) -> Notification:
    return db.session.get(Notification, message_id) or abort(404, "That message no longer exists")


def row_or_404(message_id: int) -> Any:
    """One message with its customer, order, template and who wrote it."""
    more = (Order.ref.label("order_ref"), MessageTemplate.name.label("template_name"), User.name.label("by_name"))
    query = (
        select(*ROW, Notification.marketing, *more)
        .join(Customer, Customer.id == Notification.customer_id)
        .outerjoin(Order, Order.id == Notification.order_id)
        .outerjoin(MessageTemplate, MessageTemplate.id == Notification.template_id)
        .outerjoin(User, User.id == Notification.by_id)
        .where(Notification.id == message_id)
    )
    return db.session.execute(query).first() or abort(404, "That message no longer exists")


def messages_matching(wanted: MessageFilter, now: datetime, args: Mapping[str, str]) -> Page:
    """One page of the log, newest first."""
    query: Any = select(*ROW, Notification.id.label("sort_value")).join(
        Customer, Customer.id == Notification.customer_id
    )
    query, sort = wanted.narrow(query, now), NEWEST
    sought = Sought(query_words(wanted.q))
    if wanted.q and not sought.words:
        return Page([], "", "")
    found: Any = sought.ids(FEW_CUSTOMERS)
    if found is None and sought.words:  # a word of two letters may be rare all the same
        some = sought.narrow(select(Customer.id)).limit(FEW_CUSTOMERS + 1)
        ids = db.session.scalars(some).all()
        found = ids if len(ids) <= FEW_CUSTOMERS else None
    if found is not None:
        query, sort = query.where(Notification.customer_id.in_(found)), sort.by_sorting()
    else:  # messages first, then the customer of each: MariaDB would begin with all customers
        query = query.prefix_with("STRAIGHT_JOIN", dialect="mysql")
    return page_of(sought.narrow(query), sort, args)


def waiting() -> dict[str, int]:
    """How many wait to be sent, by channel; MOST_COUNTED of them are counted at most."""
    some = select(Notification.channel).where(Notification.state == "outbox").limit(MOST_COUNTED).subquery()
    found = db.session.execute(select(some.c.channel, func.count()).group_by(some.c.channel))
    return dict.fromkeys(CHANNELS, 0) | {channel: int(count) for channel, count in found}


def batch_counts(batch: str, now: datetime) -> dict[str, int]:
    """How many messages of a sending stand how, for each that has any."""
    columns = [func.sum(case((is_in(state, now), 1), else_=0)).label(state) for state in STATES]
    row = db.session.execute(select(*columns).where(Notification.batch == batch)).one()
    return {state: int(count) for state, count in zip(STATES, row, strict=True) if count}


def job_of(batch: str) -> Job | None:
    """The job that a sending began with: it holds what was planned."""
    return db.session.scalar(select(Job).where(Job.kind == KIND, Job.request_key == batch))


def last_job_of(batch: str) -> Job | None:
    """The latest work on a sending: its own job, or one that sends something again."""
    own = or_(Job.request_key == batch, Job.request_key.startswith(f"{batch}:", autoescape=True))
    return db.session.scalar(select(Job).where(Job.kind == KIND, own).order_by(Job.id.desc()).limit(1))


def next_to_open(batch: str, after: int) -> Any | None:
    """The next message that a person has to open, in a sending or in all."""
    query = select(*ROW).join(Customer, Customer.id == Notification.customer_id)
    query = query.where(Notification.state == "outbox", Notification.channel != "email", Notification.id > after)
    if batch:
        query = query.where(Notification.batch == batch)
    return db.session.execute(query.order_by(Notification.id).limit(1)).first()


def left_to_open(batch: str) -> int:
    """How many a person has to open still; MOST_COUNTED of them are counted at most."""
    some = select(Notification.id).where(Notification.state == "outbox", Notification.channel != "email")
    if batch:
        some = some.where(Notification.batch == batch)
    return db.session.scalar(select(func.count()).select_from(some.limit(MOST_COUNTED).subquery())) or 0


def messages_of(customer_id: Value, order_id: Value | None = None, limit: int = 5) -> Select:
    """The last messages to a customer, or about one of their orders."""
    query = select(*ROW).join(Customer, Customer.id == Notification.customer_id)
    query = query.where(Notification.customer_id == customer_id)
    if order_id is not None:
        query = query.where(Notification.order_id == order_id)
    return query.order_by(Notification.id.desc()).limit(limit)


def by_request_key(key: str) -> Notification | None:
    return db.session.scalar(select(Notification).where(Notification.request_key == key))


def written_up_to(batch: str) -> int:
    """The last customer for whom a message of this sending stands already; they are written by id."""
    return db.session.scalar(select(func.max(Notification.customer_id)).where(Notification.batch == batch)) or 0


def in_outbox(batch: str, message_id: int | None, after: int, limit: int) -> Sequence[int]:
    """The next mails that wait: of a sending, the one, or all."""
    query = select(Notification.id).where(Notification.state == "outbox", Notification.channel == "email")
    if batch:
        query = query.where(Notification.batch == batch)
    if message_id is not None:
        query = query.where(Notification.id == message_id)
    return db.session.scalars(query.where(Notification.id > after).order_by(Notification.id).limit(limit)).all()


def count_in_outbox(batch: str, message_id: int | None) -> int:
    query = select(func.count()).where(Notification.state == "outbox", Notification.channel == "email")
    if batch:
        query = query.where(Notification.batch == batch)
    if message_id is not None:
        query = query.where(Notification.id == message_id)
    return db.session.scalar(query) or 0
