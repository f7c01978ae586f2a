"""What a list of customers shows: shared by the page, its pager and its export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from cms.habits.filters import began, first_or_blank, in_month, month_or_blank
from cms.models import Customer, Order
from cms.orders.filters import LIVE
from cms.rfm import rules as rfm
from cms.rfm.filters import Cuts, in_group

NOT_STATED = "Not stated"
GENDERS = ("Female", "Male", "Other", NOT_STATED)
STANDINGS = ("Active", "Inactive")
SORTS = ("name", "newest", "last_order", "orders", "spent")


@dataclass(frozen=True)
class CustomerFilter:
    """Words, segment, gender, status and order of a list; archived ones only when asked for ("1"), or too ("all").

    `rfm`: a group of `rfm.rules`; `least`: so many orders; `first`: the month of the first order, like 2026-03, or
    before-2026-03; `bought`: a month in which they ordered. Without a wish the list goes by name, and what a search
    finds by the last order: who bought lately calls first.
    """

    q: str = ""
    segment: str = ""
    gender: str = ""
    status: str = ""
    archived: str = ""
    rfm: str = ""
    least: str = ""
    first: str = ""
    bought: str = ""
    sort: str = ""

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> CustomerFilter:
        """Whatever is not a known value means its default."""
        sort, status = args.get("sort", ""), args.get("status", "")
        return cls(
            q=args.get("q", "").strip()[:200],
            segment=args.get("segment", "").strip()[:60],
            gender=gender if (gender := args.get("gender", "")) in GENDERS else "",
            status=status if status in STANDINGS else "",
            archived=archived if (archived := args.get("archived", "")) in ("1", "all") else "",
            rfm=args.get("rfm", "") if rfm.name_of(args.get("rfm", "")) else "",
            least=_few(args.get("least", "")),
            first=first_or_blank(args.get("first", "")),
            bought=month_or_blank(args.get("bought", "")),
            sort=sort if sort in SORTS else "",
        )

    def as_args(self, **changes: str) -> dict[str, Any]:
        """What differs from the default, for a link; `changes` override."""
        wanted = vars(self) | changes
        return {name: value for name, value in wanted.items() if value}

    @property
    def sorted_by(self) -> str:
        return self.sort or ("last_order" if self.q else "name")

    @property
    def besides_sort(self) -> dict[str, Any]:
        """What leaves some customers out."""
        return {name: value for name, value in self.as_args().items() if name != "sort"}

    def narrow(
        self, query: Select, today: date, active_days: int, cuts: Cuts | None = None, walk: bool = False
    ) -> Select:
        """The select with these conditions, search words left to the query that knows how to find them.

        `queries.narrowed` brings the `cuts` that a group needs; without them a group is refused, never forgotten.
        `walk`: so many fit that the list is walked in its order and they are met on the way.
        """
        if self.rfm and cuts is None:
            raise LookupError("this filter names a group: use customers.queries.narrowed")
        if self.archived != "all":
            archived = self.archived == "1"
            query = query.where(Customer.archived_at.is_not(None) if archived else Customer.archived_at.is_(None))
        if self.segment:
            query = query.where(Customer.segment == self.segment)
        if self.gender:
            query = query.where(Customer.gender == (None if self.gender == NOT_STATED else self.gender))
        if self.status:
            active = is_active(today, active_days)
            query = query.where(active if self.status == "Active" else ~active)
        if self.rfm and cuts is not None:
            query = query.where(in_group(self.rfm, cuts, walk and self.sort != "last_order"))
        if self.least:
            query = query.where(Customer.order_count >= int(self.least))
        if self.first:
            day = func.coalesce(Customer.first_order_on, Customer.first_order_on) if walk else Customer.first_order_on
            query = query.where(began(day, self.first))
        if self.bought:
            theirs = select(Order.id).where(Order.customer_id == Customer.id, LIVE)
            query = query.where(theirs.where(in_month(Order.ordered_on, self.bought)).exists())
        return query


def _few(text: str) -> str:
    return text if text.isascii() and text.isdigit() and 0 < int(text[:4]) < 1000 and len(text) < 4 else ""


def is_active(today: date, active_days: int, of: Any = Customer) -> ColumnElement[bool]:
    """Active today, as `rules.standing` tells it: by hand while that lasts, else by the last order. Never NULL.

    `of` holds the customers' columns, where they are not the table's own.
    """
    by_hand = and_(of.override_status.is_not(None), or_(of.override_until.is_(None), of.override_until >= today))
    lately = and_(of.last_order_on.is_not(None), of.last_order_on >= today - timedelta(active_days))
    return case((by_hand, of.override_status == "Active"), else_=lately).is_(True)
