"""What a list of customers shows: shared by the page, its pager and its export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, and_, case, or_

from cms.models import Customer

STANDINGS = ("Active", "Inactive")
SORTS = ("name", "newest", "last_order", "orders", "spent")


@dataclass(frozen=True)
class CustomerFilter:
    """Words, segment, status and order of a list; archived ones only when asked for."""

    q: str = ""
    segment: str = ""
    status: str = ""
    archived: str = ""
    sort: str = "name"

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> CustomerFilter:
        """Whatever is not a known value means its default."""
        sort, status = args.get("sort", ""), args.get("status", "")
        return cls(
            q=args.get("q", "").strip()[:200],
            segment=args.get("segment", "").strip()[:60],
            status=status if status in STANDINGS else "",
            archived="1" if args.get("archived") == "1" else "",
            sort=sort if sort in SORTS else "name",
        )

    def as_args(self, **changes: str) -> dict[str, str]:
        """What differs from the default, for a link; `changes` override."""
        wanted = asdict(self) | changes
        return {name: value for name, value in wanted.items() if value and (name, value) != ("sort", "name")}

    def narrow(self, select: Select, today: date, active_days: int) -> Select:
        """The select with these conditions, search words left to the query that knows how to find them."""
        select = select.where(Customer.archived_at.is_not(None) if self.archived else Customer.archived_at.is_(None))
        if self.segment:
            select = select.where(Customer.segment == self.segment)
        if self.status:
            active = is_active(today, active_days)
            select = select.where(active if self.status == "Active" else ~active)
        return select


def is_active(today: date, active_days: int) -> ColumnElement[bool]:
    """Active today, as `rules.standing` tells it: by hand while that lasts, else by the last order. Never NULL."""
    by_hand = and_(
        Customer.override_status.is_not(None),
        or_(Customer.override_until.is_(None), Customer.override_until >= today),
    )
    lately = and_(Customer.last_order_on.is_not(None), Customer.last_order_on >= today - timedelta(active_days))
    return case((by_hand, Customer.override_status == "Active"), else_=lately).is_(True)
