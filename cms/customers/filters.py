"""What a list of customers shows: shared by the page, its pager and its export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, or_

from cms.models import Customer

NOT_STATED = "Not stated"
GENDERS = ("Female", "Male", "Other", NOT_STATED)
STANDINGS = ("Active", "Inactive")
SORTS = ("name", "newest", "last_order", "orders", "spent")


@dataclass(frozen=True)
class CustomerFilter:
    """Words, segment, gender, status and order of a list; archived ones only when asked for ("1"), or too ("all").

    Without a wish the list goes by name, and what a search finds by the last order: who bought lately calls first.
    """

    q: str = ""
    segment: str = ""
    gender: str = ""
    status: str = ""
    archived: str = ""
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
            sort=sort if sort in SORTS else "",
        )

    def as_args(self, **changes: str) -> dict[str, Any]:
        """What differs from the default, for a link; `changes` override."""
        wanted = asdict(self) | changes
        return {name: value for name, value in wanted.items() if value}

    @property
    def sorted_by(self) -> str:
        return self.sort or ("last_order" if self.q else "name")

    def narrow(self, select: Select, today: date, active_days: int) -> Select:
        """The select with these conditions, search words left to the query that knows how to find them."""
        if self.archived != "all":
            archived = self.archived == "1"
            select = select.where(Customer.archived_at.is_not(None) if archived else Customer.archived_at.is_(None))
        if self.segment:
            select = select.where(Customer.segment == self.segment)
        if self.gender:
            select = select.where(Customer.gender == (None if self.gender == NOT_STATED else self.gender))
        if self.status:
            active = is_active(today, active_days)
            select = select.where(active if self.status == "Active" else ~active)
        return select


def is_active(today: date, active_days: int, of: Any = Customer) -> ColumnElement[bool]:
    """Active today, as `rules.standing` tells it: by hand while that lasts, else by the last order. Never NULL.

    `of` holds the customers' columns, where they are not the table's own.
    """
    by_hand = and_(of.override_status.is_not(None), or_(of.override_until.is_(None), of.override_until >= today))
    lately = and_(of.last_order_on.is_not(None), of.last_order_on >= today - timedelta(active_days))
    return case((by_hand, of.override_status == "Active"), else_=lately).is_(True)
