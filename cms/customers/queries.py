"""Customers as their pages need them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import abort
from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import aliased

from cms.customers.filters import CustomerFilter
from cms.db import db
from cms.duplicates.queries import leads_to, once_of
from cms.habits.filters import BEFORE
from cms.models import Activity, Customer, CustomerTerm, Merge, Order, Segment
from cms.paging import PAGE, Page, Sort, page_of, read_whole
from cms.rfm.queries import rfm_map
from cms.stats.queries import cohort_size
from cms.text import SHORTEST_TERM, fold, query_words
from cms.together import Value

FEW = 2000
"""Up to so many matches of a word are looked up and sorted; more are so common that walking the list is quicker."""

MANY = 12_000
"""Up to so many matches of a word it is worth seeing whom it leads to together with others."""

NEAR = 6_000
"""Up to so many matches of a word its customers are looked at one by one for the other words."""

LAST = "\U0010ffff"
"""Behind every term that begins with what stands before it."""

ROW = (
    Customer.id,
    Customer.ref,
    Customer.name,
    Customer.email,
    Customer.phone,
    Customer.segment,
    Customer.order_count,
    Customer.gross_paise,
    Customer.last_order_on,
    Customer.override_status,
    Customer.override_until,
    Customer.override_reason,
)
_NUMBER = re.compile(r"[a-z]{2,8}\d+")

GONE = "That customer no longer exists"

SORTS = {
    "name": Sort("Name", Customer.name_key, Customer.id, False, str),
    "newest": Sort("Newest", Customer.id, Customer.id, True, read_whole),
    "last_order": Sort("Last order", Customer.last_order_on, Customer.id, True, date.fromisoformat, nullable=True),
    "orders": Sort("Most orders", Customer.order_count, Customer.id, True, read_whole),
    "spent": Sort("Most spent", Customer.gross_paise, Customer.id, True, read_whole),
}


def customer_or_404(customer_id: int) -> Customer:
    return db.session.get(Customer, customer_id) or abort(404, _why_gone(customer_id))


def _why_gone(customer_id: int) -> str:
    if kept := leads_to(customer_id):
        return f"That customer was merged into {kept.name} ({kept.ref}); open that one instead"
    return GONE


def row_or_404(customer_id: int) -> Any:
    """One customer as the list shows it."""
    query = select(*ROW, Customer.version).where(Customer.id == customer_id)
    return db.session.execute(query).first() or abort(404, _why_gone(customer_id))


def customers_matching(
    wanted: CustomerFilter, today: date, active_days: int, args: Mapping[str, str], size: int = PAGE
) -> Page:
    """One page of the list."""
    sort = SORTS[wanted.sorted_by]
    query = narrowed(wanted, select(*ROW, sort.column.label("sort_value")), today, active_days)
    if _few(wanted, today):
        sort = sort.by_sorting()
    words = query_words(wanted.q)
    if wanted.q and not words:
        return Page([], "", "")
    found = ids_of(words, FEW)
    if found is not None:
        query, sort = query.where(Customer.id.in_(found)), sort.by_sorting()
    return page_of(having_words(query, words), sort, args, size)


def narrowed(wanted: CustomerFilter, query: Select, today: date, active_days: int) -> Select:
    """The select with the conditions of a filter, all but its words."""
    cuts = rfm_map(today).cuts if wanted.rfm else None
    return wanted.narrow(query, today, active_days, cuts, walk=not _few(wanted, today))


def _few(wanted: CustomerFilter, today: date) -> bool:
    """Whether a group or a cohort is so small that its customers are looked up rather than met on a walk."""
    if wanted.rfm and rfm_map(today).sum_of(wanted.rfm).customers <= FEW:
        return True
    one_month = wanted.first and not wanted.first.startswith(BEFORE)
    return bool(one_month) and cohort_size(wanted.first, today) <= 2 * FEW


def having_words(query: Select, words: Sequence[str]) -> Select:
    """Only customers in whose name, e-mail, phone or number, or in what a merge took along, each word is."""
    for word in words:
        found, led = Customer.search_text.contains(word, autoescape=True), _led_by(word)
        query = query.where(or_(found, Customer.id.in_(led)) if led else found)
    return query


def _led_by(word: str) -> set[int]:
    """Who was kept by a merge of somebody with this number, phone or e-mail, or a good part of the latter two."""
    if "@" in word or (len(word) > 4 and word.isdecimal()):
        return set().union(*once_of(word).values())
    if not _NUMBER.fullmatch(word):
        return set()
    return set(db.session.scalars(select(Merge.kept_id).where(Merge.old_ref.in_([word, word.upper()]))))


def ids_of(words: Sequence[str], few: int, short: bool = False) -> Select | Sequence[int] | None:
    """At most `few` ids that one of the words leads to, or several together, for `in_`; None if it were more.

    `short`: also by words of one or two letters, which then are not found at the very end of a longer word.
    """
    # Not every place where a shorter word stands is among the terms.
    long = sorted((word for word in words if len(word) >= SHORTEST_TERM), key=len, reverse=True)[:4]
    long = long or list(words[:1] if short else [])
    if not long:
        return None
    for word in long:
        if led := _led_by(word):
            return [*db.session.scalars(_having(word).limit(few)), *led]
    rare = db.session.scalar(select(case(*((_all_within(few, word), n) for n, word in enumerate(long)))))
    if rare is not None:
        return _having(long[rare])
    return _ids_together(long, words, few) if len(long) > 1 else None


def _ids_together(long: Sequence[str], words: Sequence[str], few: int) -> Select | Sequence[int] | None:
    """The same for words that lead to many each."""
    reaches = [case((_all_within(NEAR, word), 0), (_all_within(MANY, word), 1), else_=2) for word in long]
    (nearest, rarest), *others = sorted(zip(db.session.execute(select(*reaches)).one(), long, strict=True))
    if nearest == 2:
        return None
    if nearest == 0:
        return _ids_among(rarest, words, few)
    joint = _having(rarest)
    for reach, word in others:
        if reach < 2:
            joint = joint.where(CustomerTerm.customer_id.in_(_having(word, aliased(CustomerTerm))))
    count = db.session.scalar(select(func.count()).select_from(joint.limit(few + 1).subquery())) or 0
    return joint if count <= few else None


def _all_within(reach: int, word: str) -> Any:
    """Whether a word has no match behind so many: quicker than to count them."""
    return _having(word).limit(1).offset(reach).scalar_subquery().is_(None)


def _ids_among(rarest: str, words: Sequence[str], few: int) -> Sequence[int] | None:
    """Whom the rarest word leads to, as far as all words fit: "foods" and "pvt" stand in the same names."""
    query = select(Customer.id).select_from(CustomerTerm).join(Customer, Customer.id == CustomerTerm.customer_id)
    query = query.where(CustomerTerm.term >= rarest, CustomerTerm.term < rarest + LAST)
    query = having_words(query, words).distinct().prefix_with("STRAIGHT_JOIN", dialect="mysql")
    ids = db.session.scalars(query.limit(few + 1)).all()
    return ids if len(ids) <= few else None


def _having(word: str, terms: Any = CustomerTerm) -> Select:
    return select(terms.customer_id).where(terms.term >= word, terms.term < word + LAST)


PICK = (
    Customer.id, Customer.ref, Customer.name, Customer.phone, Customer.city, Customer.segment, Customer.state,
    Customer.country, Customer.gstin,
)  # fmt: skip


def pick(customer_id: int | None) -> Any | None:
    """A customer chosen for an order, None if there is none of this id."""
    return db.session.execute(select(*PICK).where(Customer.id == customer_id)).first() if customer_id else None


def name_of(customer_id: int) -> str:
    """What this customer is called; blank if there is none."""
    return db.session.scalar(select(Customer.name).where(Customer.id == customer_id)) or ""


def customers_named(q: str | Sequence[str], limit: int = 8, columns: Sequence[Any] = PICK) -> Sequence[Any]:
    """Who could be meant by what was typed, or by these words of it, for picking one; who ordered last comes first."""
    words = query_words(q) if isinstance(q, str) else q
    if not words:
        return []
    query = having_words(select(*columns).where(Customer.archived_at.is_(None)), words)
    sort, found = SORTS["last_order"], ids_of(words, FEW, short=True)
    if found is not None:
        query, sort = query.where(Customer.id.in_(found)), sort.by_sorting()
    return db.session.execute(query.order_by(*sort.order(backwards=False)).limit(limit)).all()


def same_contact(email_key: str | None, phone_key: str | None, besides: int | None) -> Any | None:
    """Who already has this e-mail or phone."""
    keys = []
    if email_key:
        keys.append(Customer.email_key == email_key)
    if phone_key:
        keys.append(Customer.phone_key == phone_key)
    if not keys:
        return None
    query = select(Customer.id, Customer.ref, Customer.name, Customer.email_key, Customer.phone_key).where(or_(*keys))
    if besides is not None:
        query = query.where(Customer.id != besides)
    return db.session.execute(query.order_by(Customer.id).limit(1)).first()


def by_request_key(key: str) -> Customer | None:
    return db.session.scalar(select(Customer).where(Customer.request_key == key))


def segments() -> list[str]:
    """The shop's own list, in its order."""
    return list(db.session.scalars(select(Segment.name).order_by(Segment.position, Segment.name)))


def orders_of(customer_id: Value, limit: int = 10) -> Select:
    """The customer's latest orders."""
    columns = (Order.id, Order.ref, Order.ordered_on, Order.status, Order.line_count, Order.units)
    query = select(*columns, Order.total_paise, Order.due_paise).where(Order.customer_id == customer_id)
    return query.order_by(Order.ordered_at.desc(), Order.id.desc()).limit(limit)


def story_of(customer_id: Value, limit: int = 30) -> Select:
    """What happened with this customer, latest first."""
    query = select(*Activity.__table__.c).where(Activity.customer_id == customer_id)
    return query.order_by(Activity.id.desc()).limit(limit)


def search_text(name: str, email: str, digits: str, ref: str) -> str:
    """What the words of a search are looked for in."""
    return " ".join(part for part in (fold(name), fold(email), digits, fold(ref)) if part)[:600]
