"""Taking a person out of the shop's data, and noting who took a copy of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, delete, null, or_, select, update

from cms import clock
from cms.activity.actions import record
from cms.complaints.actions import close_all_of
from cms.customers.keys import rewrite
from cms.db import claim, db
from cms.duplicates.moving import hold_orders
from cms.errors import RuleError
from cms.imports.queries import rejected_key
from cms.models import (
    Activity,
    Apart,
    Complaint,
    ComplaintNote,
    Customer,
    Feedback,
    FeedbackLink,
    ImportChange,
    Job,
    Merge,
    MergeMove,
    Notification,
    Order,
    Payment,
    Return,
    StoredFile,
    Upload,
)
from cms.notifications.queries import KIND as SENDING
from cms.notifications.rules import CANCELLED
from cms.privacy import queries, rules

AT_ONCE = 500


def note_copy(customer: Customer, by: Any) -> None:
    """Write down that somebody took a copy of all data of this person."""
    record(by, "customer.data_given", customer, customer_id=customer.id)


def forget(customer: Customer, version: int, typed: str, all_the_same: bool, by: Any) -> None:
    """Take out whatever says who this customer is; orders, money and issued papers stay. It cannot be undone.

    `typed`: the customer's number, as a yes; `all_the_same`: though money is owed or a complaint is open, which is
    closed. Raises Conflict for an edit in between, RuleError for what must be finished first.
    """
    _hold_complaints(customer.id)
    hold_orders(customer.id)
    claim(customer, version)
    if customer.forgotten_at is not None:
        raise RuleError("This person was forgotten already")
    rules.check_forgettable(customer.ref, typed, all_the_same, queries.in_the_way(customer.id))
    now = clock.now()
    _blank_what_hangs_on(customer.id)
    close_all_of(customer.id, rules.CLOSED, by)
    _forget_messages(customer.id)
    _end_links(customer.id)
    _forget_merges(customer.id)
    _forget_imports(customer.id)
    _forget_searches()
    gone = {"forgotten_at": now, "archived_at": customer.archived_at or now}
    rewrite(customer, dict(rules.CUSTOMER) | gone)
    _clean_trail(customer.id)
    record(by, "customer.forgotten", customer, customer_id=customer.id)


def _hold_complaints(customer_id: int) -> None:
    """Lock the complaints of this customer: who moves one on holds it before its order and its customer."""
    query = select(Complaint.id).where(Complaint.customer_id == customer_id).order_by(Complaint.id)
    db.session.execute(query.with_for_update()).all()


def _run(statement: Any) -> None:
    db.session.execute(statement.execution_options(synchronize_session=False))


def _blank_what_hangs_on(customer_id: int) -> None:
    """Addresses, notes and words of whatever this customer has."""
    complaints = select(Complaint.id).where(Complaint.customer_id == customer_id)
    _run(update(Order).where(Order.customer_id == customer_id).values(address="", note=""))
    _run(update(Payment).where(Payment.customer_id == customer_id).values(note=""))
    _run(update(Return).where(Return.customer_id == customer_id).values(words="", late_reason="", decision=""))
    _run(update(Feedback).where(Feedback.customer_id == customer_id).values(comment=""))
    said = case((Complaint.resolution == "", ""), else_=rules.TAKEN_OUT)
    taken_out = update(Complaint).where(Complaint.customer_id == customer_id)
    _run(taken_out.values(text=rules.TAKEN_OUT, resolution=said))
    _run(update(ComplaintNote).where(ComplaintNote.complaint_id.in_(complaints)).values(text=rules.TAKEN_OUT))


def _forget_messages(customer_id: int) -> None:
    """What waits is not sent, and what was sent is kept without words: only that it was."""
    mine = Notification.customer_id == customer_id
    waiting = {"state": "failed", "error": CANCELLED, "sent_at": clock.now()}
    _run(update(Notification).where(mine, Notification.state == "outbox").values(waiting))
    _run(update(Notification).where(mine).values(recipient="", subject="", body=""))


def _end_links(customer_id: int) -> None:
    """Private links lead nowhere from now on."""
    now, orders = clock.now(), select(Order.id).where(Order.customer_id == customer_id)
    live = (FeedbackLink.used_at.is_(None), FeedbackLink.expires_at > now)
    _run(update(FeedbackLink).where(FeedbackLink.order_id.in_(orders), *live).values(expires_at=now))


def _forget_merges(customer_id: int) -> None:
    """What merges noted for undoing them; the old numbers still lead here. Who was told apart is nobody's any more."""
    mine = Merge.kept_id == customer_id
    _run(delete(MergeMove).where(MergeMove.gone_id.in_(select(Merge.gone_id).where(mine))))
    _run(update(Merge).where(mine).values(before=null(), after=null()))
    _run(delete(Apart).where(or_(Apart.low_id == customer_id, Apart.high_id == customer_id)))


def _forget_imports(customer_id: int) -> None:
    """What imports changed of this customer, and what is kept of files that came in: anybody may stand there."""
    mine = (ImportChange.thing == Customer.__tablename__, ImportChange.thing_id == customer_id)
    _run(delete(ImportChange).where(*mine))
    landed = select(Upload.id, Upload.report).where(Upload.import_id.is_not(None))
    for row in db.session.execute(landed).all():
        report = row.report and row.report | {"problems": []}
        _run(update(Upload).where(Upload.id == row.id).values(samples=[], report=report))
        _run(delete(StoredFile).where(StoredFile.key == rejected_key(row.id)))


def _forget_searches() -> None:
    """Which words exported lists were searched for, and whom sendings to many were: anybody may stand there."""
    sought, exports = "filter", Activity.thing == "exports"  # it has an index of its own
    last = 0
    while rows := _entries(exports, last):
        for row in rows:
            if row.after and (row.after.get(sought) or {}).get("q"):
                after = row.after | {sought: row.after[sought] | {"q": ""}}
                _run(update(Activity).where(Activity.id == row.id).values(after=after))
        last = rows[-1].id
    ended = select(Job.id, Job.args).where(Job.kind == SENDING, Job.state.in_(("done", "failed")))
    for row in db.session.execute(ended).all():
        plan = row.args.get("plan") or {}
        if (plan.get(sought) or {}).get("q"):
            args = row.args | {"plan": plan | {sought: plan[sought] | {"q": ""}}}
            _run(update(Job).where(Job.id == row.id).values(args=args))


def _clean_trail(customer_id: int) -> None:
    """The entries stay: who did what, and when. The values before and after lose what may say about whom.

    No entry rests on another's values (the trail is no chain of digests), so nothing else has to follow. Undoing one of
    them is refused, since the customer is known to be forgotten.
    """
    orders = select(Order.id).where(Order.customer_id == customer_id)
    for about in (  # one after the other: each has an index
        Activity.customer_id == customer_id,
        Activity.order_id.in_(orders),
        (Activity.thing == Customer.__tablename__) & (Activity.thing_id == customer_id),
    ):
        last = 0
        while rows := _entries(about, last):
            for row in rows:
                values = {"before": rules.without_person(row.before), "after": rules.without_person(row.after)}
                changed = {name: value for name, value in values.items() if value != getattr(row, name)}
                if changed:
                    _run(update(Activity).where(Activity.id == row.id).values(changed))
            last = rows[-1].id


def _entries(about: Any, last: int) -> Any:
    query = select(Activity.id, Activity.before, Activity.after).where(about, Activity.id > last)
    return db.session.execute(query.order_by(Activity.id).limit(AT_ONCE)).all()
