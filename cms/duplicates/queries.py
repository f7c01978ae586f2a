"""Who looks like the same person, who was merged, and what two customers have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import Select, String, case, func, or_, select, type_coerce

from cms.db import db
from cms.duplicates.rules import KINDS, contacts_of, pairs_of
from cms.models import (
    Activity,
    Apart,
    Complaint,
    CreditMove,
    Customer,
    Feedback,
    Invoice,
    Merge,
    Notification,
    Order,
    Payment,
    Return,
)

GROUPS = 30
"""So many groups of alike customers are read at once."""
MEMBERS = 300
"""So many customers of them at most."""
SHOWN = 40
"""A page ends with the group that fills it; of a group that thousands are in, so many pairs are shown."""
ROUNDS = 4
"""So often it is read on when all that was found had been told apart."""

ROW = (
    Customer.id,
    Customer.ref,
    Customer.name,
    Customer.phone,
    Customer.email,
    Customer.city,
    Customer.postcode,
    Customer.order_count,
    Customer.gross_paise,
    Customer.last_order_on,
    Customer.archived_at,
    Customer.phone_key,
    *(getattr(Customer, kind) for kind in KINDS),
)


@dataclass(frozen=True)
class Alike:
    """Pairs that agree in some way, and where the next page begins ("" at the end)."""

    kind: str
    pairs: list[tuple[Any, Any]]
    after: str


def alike(kind: str, after: str) -> Alike:
    """One page of the pairs that agree in `kind`, in the order of what they have in common, behind `after`."""
    found: list[tuple[Any, Any]] = []
    for _ in range(ROUNDS):
        marks = list(db.session.scalars(_shared(kind, after)))
        after = ""
        for mark, pairs in _pairs(kind, marks).items():
            found += pairs[:SHOWN]
            after = mark
            if len(found) >= SHOWN:
                break
        if after == (marks or [""])[-1] and len(marks) < GROUPS:
            after = ""
        if found or not after:
            break
    return Alike(kind, found, after)


def _shared(kind: str, after: str) -> Select:
    """What several have in common: by an index alone, and no further than a page needs."""
    column = getattr(Customer, kind)
    query = select(column).where(column > after).group_by(column).having(func.count() > 1)
    if kind == "name_alike":  # of whom one at least has nothing that could speak against it
        bare = case((Customer.name_place.is_(None) & Customer.phone_key.is_(None), 1), else_=0)
        query = query.having(func.sum(bare) > 0)
    return query.order_by(column).limit(GROUPS)


def _pairs(kind: str, marks: Sequence[str]) -> dict[str, list[tuple[Any, Any]]]:
    """The pairs of each of these groups, in their order, as far as MEMBERS reach."""
    if not marks:
        return {}
    column = getattr(Customer, kind)
    bare = case((Customer.name_place.is_(None) & Customer.phone_key.is_(None), 0), else_=1)
    order = (column, bare, Customer.id) if kind == "name_alike" else (column, Customer.id)
    rows = db.session.execute(select(*ROW).where(column.in_(marks)).order_by(*order).limit(MEMBERS)).all()
    apart = told_apart({row.id for row in rows})
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, kind)].append(row)
    return {mark: pairs_of(kind, group, apart) for mark, group in groups.items()}


def told_apart(ids: Iterable[int]) -> set[tuple[int, int]]:
    """Of these, who was said not to be the same: (lower id, higher id)."""
    ids = sorted(ids)
    query = select(Apart.low_id, Apart.high_id).where(Apart.low_id.in_(ids), Apart.high_id.in_(ids))
    return {(low, high) for low, high in db.session.execute(query)} if ids else set()


def twins_of(customer: Any, limit: int = 10) -> Sequence[Any]:
    """Who may be the same person as this one, the surest first."""
    same = {kind: getattr(Customer, kind) == value for kind in KINDS if (value := getattr(customer, kind)) is not None}
    if not same:
        return []
    ids: dict[int, None] = {}
    for agrees in same.values():
        query = select(Customer.id).where(agrees, Customer.id != customer.id).order_by(Customer.id).limit(limit)
        ids |= dict.fromkeys(db.session.scalars(query))
    apart = told_apart({customer.id, *ids})
    near = [one for one in ids if tuple(sorted((one, customer.id))) not in apart][:limit]
    return as_shown(near)


def as_shown(ids: Sequence[int]) -> Sequence[Any]:
    """These customers, in this order, as they are told from each other."""
    rows = {row.id: row for row in db.session.execute(select(*ROW).where(Customer.id.in_(ids)))} if ids else {}
    return [rows[one] for one in ids if one in rows]


def pair(one_id: int, other_id: int) -> tuple[Customer, Customer] | None:
    """Two customers, the older first; None unless both are there and two."""
    rows = db.session.scalars(select(Customer).where(Customer.id.in_({one_id, other_id})).order_by(Customer.id)).all()
    return (rows[0], rows[1]) if len(rows) == 2 else None


COUNTED: Mapping[str, tuple[str, Any]] = {
    "orders": ("Orders", Order),
    "invoices": ("Invoices", Invoice),
    "payments": ("Payments", Payment),
    "returns": ("Returns", Return),
    "complaints": ("Complaints", Complaint),
    "feedback": ("Ratings", Feedback),
    "notifications": ("Messages", Notification),
}


def holdings(*customer_ids: int) -> dict[int, dict[str, int]]:
    """How many rows of each kind these customers have, and what is due and kept as credit."""
    counts = [
        select(func.count()).where(table.customer_id == customer_id).scalar_subquery()
        for customer_id in customer_ids
        for _label, table in COUNTED.values()
    ]
    money = [
        select(func.coalesce(func.sum(column), 0)).where(owner == customer_id).scalar_subquery()
        for customer_id in customer_ids
        for owner, column in (
            (Order.customer_id, case((Order.unpaid.is_(True), Order.due_paise), else_=0)),
            (CreditMove.customer_id, CreditMove.amount_paise),
        )
    ]
    found = list(map(int, db.session.execute(select(*counts, *money)).one()))
    size, sums = len(COUNTED), found[len(counts) :]
    return {
        customer_id: dict(zip(COUNTED, found[n * size :], strict=False))
        | {"due_paise": sums[2 * n], "credit_paise": sums[2 * n + 1]}
        for n, customer_id in enumerate(customer_ids)
    }


def newest_id() -> int:
    return db.session.scalar(select(func.max(Customer.id))) or 0


def leads_to(customer_id: int) -> Any | None:
    """The customer into whom the one who had this id was merged."""
    query = select(Customer.id, Customer.ref, Customer.name, Merge.old_ref)
    return db.session.execute(
        query.join(Merge, Merge.kept_id == Customer.id).where(Merge.gone_id == customer_id)
    ).first()


def once_of(part: str = "") -> dict[str, set[int]]:
    """The phones and e-mails, of those with this part in them, that customers had before a merge, and who was kept.

    Not what somebody else has by now, and nothing of who was forgotten: their merges hold no words any more.
    """
    query = select(Merge.kept_id, Merge.before).where(Merge.before.is_not(None))
    query = query.where(type_coerce(Merge.before, String).icontains(part, autoescape=True)) if part else query
    found: dict[str, set[int]] = defaultdict(set)
    for kept_id, before in db.session.execute(query):
        for contact in contacts_of(before["gone"]) + contacts_of(before["kept"]):
            if part in contact:
                found[contact].add(kept_id)
    keys = sorted(found)
    for some in (keys[n : n + 500] for n in range(0, len(keys), 500)):
        theirs = select(Customer.email_key, Customer.phone_key)
        theirs = theirs.where(or_(Customer.email_key.in_(some), Customer.phone_key.in_(some)))
        for key in chain.from_iterable(db.session.execute(theirs)):
            found.pop(key or "", None)
    return found


def merge_of_entry(entry_id: int) -> Merge | None:
    """The merge that an entry of the trail tells of, as it is now; None once it was undone."""
    query = select(Merge).where(Merge.entry_id == entry_id).execution_options(populate_existing=True)
    return db.session.scalar(query)


def later_merge(merge: Merge) -> Any | None:
    """A merge into the same customer after this one."""
    query = select(Merge.old_ref).where(Merge.kept_id == merge.kept_id, Merge.entry_id > merge.entry_id)
    return db.session.execute(query.order_by(Merge.entry_id.desc()).limit(1)).first()


def merges_into(customer_id: int) -> Sequence[Any]:
    """What was merged into a customer, the latest first."""
    return db.session.execute(_merges().where(Merge.kept_id == customer_id).limit(20)).all()


def latest_merges(limit: int = 10) -> Sequence[Any]:
    """The last merges of all."""
    return db.session.execute(_merges().limit(limit)).all()


def _merges() -> Select:
    return (
        select(Merge.gone_id, Merge.old_ref, Merge.entry_id, Merge.at, Merge.before.is_not(None).label("can_undo"))
        .add_columns(Customer.id, Customer.ref, Customer.name, Activity.by_name)
        .join(Customer, Customer.id == Merge.kept_id)
        .join(Activity, Activity.id == Merge.entry_id)
        .order_by(Merge.entry_id.desc())
    )


def apart_of(one_id: int, other_id: int) -> Apart | None:
    low, high = sorted((one_id, other_id))
    return db.session.get(Apart, (low, high))


def apart_rows(customer_id: int) -> Sequence[Apart]:
    """Whom somebody told apart from this customer."""
    mine = or_(Apart.low_id == customer_id, Apart.high_id == customer_id)
    return db.session.scalars(select(Apart).where(mine)).all()
