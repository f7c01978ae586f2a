"""Customers as their pages need them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import abort
from sqlalchemy import Select, or_, select

from cms.customers.filters import CustomerFilter
from cms.db import db
from cms.duplicates.queries import leads_to
from cms.habits.filters import BEFORE
from cms.models import Activity, Customer, Order, Segment
from cms.paging import FOUND, PAGE, Page, Sort, page_of, read_whole
from cms.rfm.queries import rfm_map
from cms.sought.queries import FEW, Sought
from cms.stats.queries import cohort_size
from cms.text import fold, query_words
from cms.together import Value

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
    wanted: CustomerFilter, today: date, active_days: int, args: Mapping[str, str], size: int = 0
) -> Page:
    """One page of the list."""
    size = size or (FOUND if wanted.q else PAGE)
    sort = SORTS[wanted.sorted_by]
    query = narrowed(wanted, select(*ROW, sort.column.label("sort_value")), today, active_days)
    if _few(wanted, today):
        sort = sort.by_sorting()
    sought = Sought(query_words(wanted.q))
    if wanted.q and not sought.words:
        return Page([], "", "")
    found = sought.ids(FEW)
    if found is not None:
        query, sort = query.where(Customer.id.in_(found)), sort.by_sorting()
    return page_of(sought.narrow(query), sort, args, size)


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
    sought = Sought(query_words(q) if isinstance(q, str) else q)
    if not sought.words:
        return []
    query = sought.narrow(select(*columns).where(Customer.archived_at.is_(None)))
    sort, found = SORTS["last_order"], sought.ids(FEW, short=True)
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
