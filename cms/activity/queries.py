"""The trail, and the latest of what comes in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from flask import abort
from sqlalchemy import ColumnElement, Select, and_, func, literal, select, union_all
from sqlalchemy.orm import aliased

from cms.activity.filters import ActivityFilter
from cms.dates import to_utc
from cms.db import db
from cms.models import Activity, Complaint, Customer, Invoice, Merge, Order, Payment, Product, Return, User
from cms.orders.queries import in_their_order, latest_orders
from cms.paging import PAGE, Page, Sort, page_of, read_whole
from cms.together import MOST, Together

SORT = Sort("Newest", Activity.id, Activity.id, True, read_whole)

LATEST = 10
"""How many of each are shown above the trail."""

MANY = 20_000
"""More entries than this are so common that walking the trail meets some soon."""

NUMBERED: tuple[tuple[str, Any, Any], ...] = (
    ("orders", Order.id, Order.ref),
    ("customers", Customer.id, Customer.ref),
    ("products", Product.id, Product.sku),
    ("returns", Return.id, Return.ref),
    ("complaints", Complaint.id, Complaint.ref),
    ("payments", Payment.id, Payment.ref),
    ("invoices", Invoice.id, Invoice.number),
    ("users", User.id, User.username),
    ("customers", Merge.kept_id, Merge.old_ref),
)
"""What is looked for by its number, at last by one that went with a merge; where several have the same, the first of
these is meant."""

_undo = aliased(Activity)
# Of the same thing, says the second line again: nearly all of `undoes_id` is NULL, and a planner that has counted that
# takes its index for useless and would read the whole trail for each entry.
UNDONE = and_(
    _undo.undoes_id == Activity.id,
    _undo.thing == Activity.thing,
    _undo.thing_id == Activity.thing_id,
    _undo.id > Activity.id,
)
ENTRY = (
    *(column for column in Activity.__table__.c if column.name != "by_id"),
    Customer.name.label("customer_name"),
    _undo.at.label("undone_at"),
    _undo.by_name.label("undone_by"),
)


def _entries() -> Select:
    query = select(*ENTRY).select_from(Activity)
    return query.outerjoin(Customer, Customer.id == Activity.customer_id).outerjoin(_undo, UNDONE)


def entry_or_404(entry_id: int) -> Any:
    """One entry with the one that undid it."""
    return db.session.execute(_entries().where(Activity.id == entry_id)).first() or abort(404, "There is no such entry")


def trail(wanted: ActivityFilter, zone: str, args: Mapping[str, str], size: int = PAGE) -> Page:
    """One page of what was done, latest first.

    Its ids are found by an index alone, then its rows: MariaDB would read the rows of all the pages before it too.
    """
    query = select(Activity.id, Activity.id.label("sort_value")).where(*_days(wanted, zone))
    if wanted.q:
        about = _about(wanted.q)
        if about is None:
            return Page([], "", "")
        return page_of(wanted.narrow(query.where(about)), SORT, args, size, shown=_entries())
    return page_of(_by_its_index(query, wanted, args), SORT, args, size, shown=_entries())


def _by_its_index(query: Select, wanted: ActivityFilter, args: Mapping[str, str]) -> Select:
    """The select narrowed such that MariaDB walks what is short.

    It enters the index of a kind or a person at its end only, and intersects two of them by reading and sorting both.
    So where very many entries fit, one in the middle is found by walking the trail itself, and the first ones of a
    kind and a person by the kind alone.
    """
    parts = [ActivityFilter(who=wanted.who), ActivityFilter(kind=wanted.kind)]
    asked = [part for part in parts if part.as_args()]
    deep = any((args.get("after"), args.get("before"), wanted.since, wanted.until))
    if (deep or len(asked) == 2) and asked and all(map(_are_many, asked)):
        if deep:
            return wanted.narrow(query).with_hint(Activity, "FORCE INDEX (PRIMARY)", "mysql")
        return wanted.narrow(query, func.abs(Activity.by_id))
    return wanted.narrow(query)


def _are_many(wanted: ActivityFilter) -> bool:
    some = wanted.narrow(select(Activity.id)).limit(MANY + 1).subquery()
    return (db.session.scalar(select(func.count()).select_from(some)) or 0) > MANY


def _days(wanted: ActivityFilter, zone: str) -> list[ColumnElement[bool]]:
    """The days as ids: entries are written down as time passes."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.since:
        start = to_utc(datetime.combine(date.fromisoformat(wanted.since), time.min), zone)
        first = select(Activity.id).where(Activity.at >= start).order_by(Activity.at, Activity.id)
        conditions.append(Activity.id >= (db.session.scalar(first.limit(1)) or 2**31 - 1))
    if wanted.until:
        end = to_utc(datetime.combine(date.fromisoformat(wanted.until) + timedelta(1), time.min), zone)
        last = select(Activity.id).where(Activity.at < end).order_by(Activity.at.desc(), Activity.id.desc())
        conditions.append(Activity.id <= (db.session.scalar(last.limit(1)) or 0))
    return conditions


def _about(q: str) -> ColumnElement[bool] | None:
    """The entries of whatever has this number, as shown or as typed: ORD007, ord-7. None when nothing has it."""
    refs = [q, q.upper(), q.lower()]
    if found := re.fullmatch(r"([A-Za-z]{2,5})[\s-]*0*(\d{1,9})", q):
        refs.append(f"{found[1].upper()}{int(found[2]):03d}")
    finds = [
        select(literal(place).label("place"), row.label("id")).where(ref.in_(refs))
        for place, (_thing, row, ref) in enumerate(NUMBERED)
    ]
    found_first = db.session.execute(union_all(*finds).order_by("place", "id").limit(1)).first()
    if found_first is None:
        return None
    thing = NUMBERED[found_first.place][0]
    if thing == "orders":
        return Activity.order_id == found_first.id
    if thing == "customers":
        return Activity.customer_id == found_first.id
    return (Activity.thing == thing) & (Activity.thing_id == found_first.id)


def standing_move(order_id: int, old: str, new: str) -> int | None:
    """The entry of an order's last step, unless that was taken back or is older than the trail."""
    query = (
        select(Activity.id, Activity.before, Activity.after)
        .outerjoin(_undo, UNDONE)
        .where(Activity.order_id == order_id, Activity.verb == "order.moved", _undo.id.is_(None))
        .order_by(Activity.id.desc())
        .limit(1)
    )
    last = db.session.execute(query).first()
    return last.id if last and (last.before, last.after) == ({"status": old}, {"status": new}) else None


def undone_by(entry_id: int) -> Any | None:
    """The entry that took this one back, as of now."""
    query = select(_undo.id, _undo.by_name).select_from(Activity).join(_undo, UNDONE).where(Activity.id == entry_id)
    return db.session.execute(query).first()


def people() -> Select:
    """Who may have done something."""
    return select(User.id, User.name).order_by(User.name, User.id).limit(MOST)


def latest_returns(limit: int) -> Select:
    """What came back last."""
    query = (
        select(Return.id, Return.ref, Return.state, Return.quantity, Return.refund_paise, Return.returned_on)
        .add_columns(Customer.name.label("customer_name"), Product.name.label("product_name"))
        .join(Customer, Customer.id == Return.customer_id)
        .join(Product, Product.id == Return.product_id)
        .order_by(Return.returned_at.desc(), Return.id.desc())
    )
    return in_their_order(query).limit(limit)


def latest_complaints(limit: int, letters: int) -> Select:
    """The last complaints, with so many letters of what they say."""
    query = (
        select(Complaint.id, Complaint.ref, Complaint.state, Complaint.opened_on)
        .add_columns(func.substr(Complaint.text, 1, letters).label("text"), Customer.name.label("customer_name"))
        .join(Customer, Customer.id == Complaint.customer_id)
        .order_by(Complaint.opened_at.desc(), Complaint.id.desc())
    )
    return in_their_order(query).limit(limit)


@cache
def _latest() -> Together:
    return Together(
        orders=latest_orders(LATEST),
        returns=latest_returns(LATEST),
        complaints=latest_complaints(LATEST, 61),
        people=people(),
    )


def latest() -> dict[str, list[Any]]:
    """The latest orders, returns and complaints, and the people who may have done something."""
    return _latest().ask()
