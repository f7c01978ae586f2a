"""Writing messages, and what becomes of them. Each leaves the outbox by one guarded UPDATE, so it goes out once."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from cms import clock
from cms.activity.actions import record
from cms.db import db, lock
from cms.errors import RuleError
from cms.formats import can_message
from cms.jobs.actions import enqueue
from cms.models import Customer, Job, Notification, Order
from cms.notifications import queries, rules
from cms.notifications.filters import is_in


def write_message(
    customer: Any,
    channel: str,
    subject: str,
    body: str,
    by: Any,
    order_id: int | None = None,
    template: Any = None,
    request_key: str = "",
) -> Notification:
    """A message to one customer, in the outbox; the same request key gives back the one that it made.

    Raises RuleError when the customer cannot be reached that way.
    """
    key = f"{request_key}:{customer.id}" if request_key else None
    if key and (made := queries.by_request_key(key)):
        return made
    if order_id and (order := db.session.get(Order, order_id)):
        lock(order)
        if order.customer_id != customer.id:
            raise RuleError(f"{order.ref} has just become another customer's", "who")
    recipient = customer.email if channel == "email" else customer.phone
    if not recipient or (channel != "email" and not can_message(recipient)):
        lacks = "no e-mail address" if channel == "email" else "no phone number"
        raise RuleError(f"{customer.name} has {lacks}", "who")
    message = Notification(
        customer_id=customer.id,
        order_id=order_id,
        template_id=template.id if template else None,
        marketing=bool(template and template.marketing),
        channel=channel,
        recipient=recipient,
        subject=subject if channel == "email" else "",
        body=body,
        state="outbox",
        created_at=clock.now(),
        by_id=getattr(by, "id", None),
        request_key=key,
    )
    try:
        with db.session.begin_nested():
            db.session.add(message)
    except IntegrityError:  # the same form sent twice at the same moment
        if key and (made := queries.by_request_key(key)):
            return made
        raise
    _record(by, "message.written", message)
    if channel == "email":
        send_later(by, message=message.id)
    return message


def send_later(by: Any, batch: str = "", message: int | None = None) -> Job:
    """Have the worker send what waits: of a sending, one message, or all."""
    key = f"{batch}:{uuid.uuid4().hex[:12]}" if batch else None  # by its beginning the page of the sending finds it
    return enqueue(queries.KIND, {"batch": batch, "message": message}, by, key)


def write_to_many(batch: str, plan: dict[str, Any], people: int, by: Any) -> Job:
    """Have the worker write, and send, a message to each of the chosen; the same `batch` is one job."""
    if made := queries.job_of(batch):
        return made
    job = enqueue(queries.KIND, {"batch": batch, "plan": plan}, by, batch)
    if job.args["plan"] is not plan:  # the same form, sent twice at the same moment
        return job
    after = {"channel": rules.CHANNELS[plan["channel"]], "count": people, "words": plan["name"]}
    record(by, "message.planned", job, after=after)
    return job


def store_messages(rows: Sequence[Mapping[str, Any]]) -> None:
    """Put these into the outbox, but those that are there already by their request keys."""
    if rows:
        once = insert(Notification.__table__)  # type: ignore[arg-type]
        once = once.prefix_with("OR IGNORE", dialect="sqlite").prefix_with("IGNORE", dialect="mysql")
        db.session.execute(once, list(rows))


def claim(message_id: int) -> Any | None:
    """Take a mail out of the outbox to send it now; None when another has. It tells recipient, subject and body."""
    won = _move(Notification.id == message_id, Notification.state == "outbox", state="sending", sent_at=clock.now())
    columns = (Notification.id, Notification.recipient, Notification.subject, Notification.body)
    return db.session.execute(select(*columns).where(Notification.id == message_id)).first() if won else None


def note_sent(message_id: int, problem: str = "") -> None:
    """What the mail server said of a mail that was claimed: taken, or why not."""
    lost = (Notification.state == "failed") & (Notification.error == rules.UNKNOWN)
    mine = or_(Notification.state == "sending", lost)
    state = "failed" if problem else "sent"
    _move(Notification.id == message_id, mine, state=state, error=problem[:200], sent_at=clock.now())


def give_up_lost() -> int:
    """Mails whose sender died while it sent them: whether they went out nobody knows, so they are not sent again."""
    lost = clock.now() - rules.SENDING_AT_MOST
    return _move(Notification.state == "sending", Notification.sent_at < lost, state="failed", error=rules.UNKNOWN)


def open_message(message: Notification, by: Any) -> None:
    """Note that a person opened a message in its app, to send it there. Opening it again only moves the time."""
    moved = _move(
        Notification.id == message.id,
        or_(Notification.state.in_(("outbox", "opened")), is_in("failed", clock.now())),
        state="opened",
        sent_at=clock.now(),
        error="",
    )
    if not moved:
        raise RuleError("This message is on its way already, or was taken back")
    _record(by, "message.opened", message)


def send_again(message: Notification, by: Any) -> None:
    """Put a mail that failed back into the outbox, to the address the customer has now. Raises RuleError."""
    if not _back_to_outbox(Notification.id == message.id):
        raise RuleError("This message is on its way again already")
    _record(by, "message.sent_again", message)
    if message.channel == "email":
        send_later(by, message=message.id)


def send_failed_again(batch: str, by: Any) -> None:
    """The same for all of a sending that failed. Raises RuleError when none has."""
    job, count = _job_of(batch), _back_to_outbox(Notification.batch == batch)
    if not count:
        raise RuleError("Nothing of this sending has failed")
    record(by, "message.batch_sent_again", job, after={"count": count})
    send_later(by, batch)


def take_back(message: Notification, by: Any) -> None:
    """Take a message back that has not gone out. Raises RuleError when it has."""
    if not _cancel(Notification.id == message.id):
        raise RuleError("This message has gone out already, or was taken back")
    _record(by, "message.taken_back", message)


def take_back_rest(batch: str, by: Any) -> int:
    """Take back what of a sending has not gone out, and let its worker write no more; how many it was."""
    job = _job_of(batch)
    lock(job)
    job.args = job.args | {"stopped": True}
    count = _cancel(Notification.batch == batch)
    record(by, "message.batch_taken_back", job, after={"count": count})
    return count


def end_offers(customer_id: int) -> int:
    """Take back the offers to a customer who no longer wants any, as far as they have not gone out."""
    return _cancel(Notification.customer_id == customer_id, Notification.marketing.is_(True))


def leave_order(order_id: int) -> None:
    """The order went to another customer: what was written about it stays with whom it was written to, and what waits
    is taken back."""
    mine = Notification.order_id == order_id
    _cancel(mine)
    _move(mine, order_id=None)


def _job_of(batch: str) -> Job:
    if job := queries.job_of(batch):
        return job
    raise RuleError("That sending no longer exists")


def _back_to_outbox(which: Any) -> int:
    address = select(func.nullif(Customer.email, "")).where(Customer.id == Notification.customer_id).scalar_subquery()
    recipient = func.coalesce(address, Notification.recipient)
    mails = (Notification.channel == "email", is_in("failed", clock.now()), Notification.body != "")
    return _move(which, *mails, state="outbox", error="", recipient=recipient)


def _cancel(*which: Any) -> int:
    return _move(*which, Notification.state == "outbox", state="failed", error=rules.CANCELLED, sent_at=clock.now())


def _move(*which: Any, **values: Any) -> int:
    moved = update(Notification).where(*which).values(values).execution_options(synchronize_session=False)
    return int(db.session.execute(moved).rowcount)  # type: ignore[attr-defined]


def _record(by: Any, verb: str, message: Notification) -> None:
    after = {"channel": rules.CHANNELS[message.channel], "words": message.subject or message.body[:80]}
    record(by, verb, message, after=after, customer_id=message.customer_id, order_id=message.order_id)
