"""Complaints as their pages need them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort
from sqlalchemy import Select, case, func, or_, select

from cms.complaints.filters import IS_UNSOLVED, ComplaintFilter, is_overdue, is_soon, runs_out
from cms.db import db
from cms.models import Activity, Complaint, ComplaintNote, Customer, Order, User
from cms.orders import queries as orders
from cms.paging import Page, Sort, page_of
from cms.sought.queries import Sought
from cms.text import query_words
from cms.together import MOST, Value

BEGINS = 240
"""Letters of a complaint in a list: more than the three lines that are shown of it."""
ROW = (
    Complaint.id,
    Complaint.ref,
    Complaint.state,
    Complaint.priority,
    Complaint.assignee_id,
    Complaint.opened_at,
    Complaint.opened_on,
    Complaint.acknowledge_by,
    Complaint.resolve_by,
    Complaint.acknowledged_at,
    Complaint.resolved_at,
    Complaint.product_id,
    Complaint.product_name,
    Complaint.customer_id,
    Complaint.order_id,
    Complaint.version,
    func.substr(Complaint.text, 1, BEGINS).label("begins"),
    Customer.name.label("customer_name"),
    Order.ref.label("order_ref"),
    User.name.label("assignee_name"),
)
FEW = 25
"""Complaints on a page: each is a text to read, and what runs out first is on top."""

PAGE_ROW = (
    *ROW,
    Complaint.text,
    Complaint.resolution,
    Complaint.resolution_kind,
    Customer.phone,
    Customer.forgotten_at,
)
SORTS = {
    "due": Sort("What runs out", runs_out, Complaint.id, False, datetime.fromisoformat),
    "newest": Sort("Newest", Complaint.opened_at, Complaint.id, True, datetime.fromisoformat),
}


def complaint_or_404(complaint_id: int) -> Complaint:
    return db.session.get(Complaint, complaint_id) or abort(404, "That complaint no longer exists")


def row_or_404(complaint_id: int, whole: bool = False) -> Any:
    """One complaint as the list shows it, or with all its words."""
    query = _rows(PAGE_ROW if whole else ROW).where(Complaint.id == complaint_id)
    return db.session.execute(query).first() or abort(404, "That complaint no longer exists")


def is_forgotten(customer_id: int) -> bool:
    """Whether this customer was forgotten."""
    query = select(Customer.id).where(Customer.id == customer_id, Customer.forgotten_at.is_not(None))
    return db.session.scalar(query) is not None


def _rows(columns: Sequence[Any]) -> Select:
    query = select(*columns).select_from(Complaint).join(Customer, Customer.id == Complaint.customer_id)
    query = query.outerjoin(Order, Order.id == Complaint.order_id)
    return query.outerjoin(User, User.id == Complaint.assignee_id)


def complaints_matching(
    wanted: ComplaintFilter, me: int, now: datetime, args: Mapping[str, str], size: int = FEW
) -> Page:
    """One page of the list: of the complaint or order that was typed, or of customers in whom every word is found."""
    sort = SORTS["due" if wanted.by_due else "newest"]
    query = wanted.narrow(_rows((*ROW, sort.column.label("sort_value"))), me, now)
    walk = orders.in_their_order(query)
    if not wanted.q and wanted.by_due:
        return _by_due(wanted, me, now, args, size)
    if not wanted.q:
        return page_of(walk, sort, args, size)
    ids = {Complaint.id: complaint_id_of(wanted.q), Complaint.order_id: orders.order_id_of(wanted.q)}
    if meant := [column == id for column, id in ids.items() if id]:
        return page_of(query.where(or_(*meant)), sort.by_sorting(), args, size)
    sought = Sought(query_words(wanted.q))
    if not sought.words:
        return Page([], "", "")
    found = sought.ids(orders.FEW_CUSTOMERS)
    if found is None:
        return page_of(sought.narrow(walk), sort, args, size)
    query = sought.narrow(query.where(Complaint.customer_id.in_(found)))
    return page_of(query, sort.by_sorting(), args, size)


def _by_due(wanted: ComplaintFilter, me: int, now: datetime, args: Mapping[str, str], size: int) -> Page:
    """All that are open have to be sorted: first their ids alone, then the rows of a page."""
    sort = SORTS["due"]
    ids = wanted.narrow(select(Complaint.id, sort.column.label("sort_value")), me, now)
    return page_of(ids, sort, args, size, shown=_rows(ROW))


def complaint_id_of(text: str) -> int | None:
    """The complaint meant by a number as shown or typed: CMP007, cmp7, 7."""
    refs = [text, text.upper()]
    if found := re.fullmatch(r"(?i)(?:cmp[\s-]*)?0*(\d{1,9})", text):
        refs.append(f"CMP{int(found[1]):03d}")
    return db.session.scalar(select(Complaint.id).where(Complaint.ref.in_(refs)).order_by(Complaint.id).limit(1))


@dataclass(frozen=True)
class Unsolved:
    """Complaints that are not resolved: all, mine, over their time, and nearly."""

    count: int
    mine: int
    overdue: int
    soon: int


def unsolved(me: Value, **times: Value) -> Select:
    """What is to be answered: a row that makes an Unsolved. `times` are those of `rules.soon`."""
    parts = {"mine": Complaint.assignee_id == me, "overdue": is_overdue(times["now"]), "soon": is_soon(**times)}
    counted = [func.count(case((condition, 1))).label(name) for name, condition in parts.items()]
    return select(func.count().label("count"), *counted).where(IS_UNSOLVED)


def of_order(order_id: Value) -> Select:
    """The complaints about an order, the latest first."""
    query = _rows(ROW).where(Complaint.order_id == order_id)
    return query.order_by(Complaint.opened_at.desc(), Complaint.id.desc()).limit(MOST)


def of_customer(customer_id: Value, limit: int = 10) -> Select:
    """A customer's latest complaints."""
    query = _rows(ROW).where(Complaint.customer_id == customer_id)
    return query.order_by(Complaint.opened_at.desc(), Complaint.id.desc()).limit(limit)


def unsolved_of(customer_id: int) -> Sequence[Complaint]:
    """A customer's complaints that are not resolved, in the order in which rows are locked."""
    query = select(Complaint).where(Complaint.customer_id == customer_id, IS_UNSOLVED)
    return db.session.scalars(query.order_by(Complaint.id)).all()


def notes_of(complaint_id: int) -> Sequence[Any]:
    """What was noted, first to last."""
    query = select(ComplaintNote.id, ComplaintNote.text, ComplaintNote.at, User.name.label("by_name"))
    query = query.outerjoin(User, User.id == ComplaintNote.by_id).where(ComplaintNote.complaint_id == complaint_id)
    return db.session.execute(query.order_by(ComplaintNote.id)).all()


def last_note(complaint_id: int) -> ComplaintNote | None:
    query = select(ComplaintNote).where(ComplaintNote.complaint_id == complaint_id)
    return db.session.scalar(query.order_by(ComplaintNote.id.desc()).limit(1))


def story_of(complaint_id: int, limit: int = 50) -> Sequence[Activity]:
    """What happened with this complaint, latest first."""
    query = select(Activity).where(Activity.thing == "complaints", Activity.thing_id == complaint_id)
    return db.session.scalars(query.order_by(Activity.id.desc()).limit(limit)).all()


def assignee_rows() -> Select:
    """Id and name of everyone who may look after a complaint: who may work in the shop."""
    query = select(User.id, User.name).where(User.role.in_(("owner", "staff")), User.disabled_at.is_(None))
    return query.order_by(User.name, User.id).limit(MOST)


def assignees() -> dict[int, str]:
    """The same by id."""
    return dict(db.session.execute(assignee_rows()).all())


def by_request_key(key: str) -> Complaint | None:
    return db.session.scalar(select(Complaint).where(Complaint.request_key == key))


def name_of(user_id: int) -> str:
    """What this user is called; blank if there is none."""
    return db.session.scalar(select(User.name).where(User.id == user_id)) or ""
