"""What a list of complaints shows, and the SQL for the clock that runs out first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case

from cms.complaints.rules import PRIORITIES, UNSOLVED
from cms.models import Complaint
from cms.text import row_id
from cms.together import Value

TABS = ("open", "mine", "overdue", "resolved", "all")
IS_UNSOLVED = Complaint.state.in_(UNSOLVED)
TO_ACKNOWLEDGE = and_(Complaint.state == "open", Complaint.acknowledge_by <= Complaint.resolve_by)
runs_out: ColumnElement[datetime] = case((TO_ACKNOWLEDGE, Complaint.acknowledge_by), else_=Complaint.resolve_by)
"""What `rules.clock` counts down to."""


@dataclass(frozen=True)
class ComplaintFilter:
    """Words, the tab, priority, who looks after it ("none": nobody), and the customer."""

    tab: str = "open"
    q: str = ""
    priority: str = ""
    assignee: str = ""
    customer: str = ""

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> ComplaintFilter:
        """Whatever is not a known value means its default."""
        tab, priority, assignee = args.get("tab", ""), args.get("priority", ""), args.get("assignee", "")
        return cls(
            tab=tab if tab in TABS else "open",
            q=args.get("q", "").strip()[:200],
            priority=priority if priority in PRIORITIES else "",
            assignee="none" if assignee == "none" else row_id(assignee),
            customer=row_id(args.get("customer", "")),
        )

    def as_args(self, **changes: str) -> dict[str, Any]:
        """What differs from the default, for a link; `changes` override."""
        wanted = vars(self) | changes
        return {name: value for name, value in wanted.items() if value and (name, value) != ("tab", "open")}

    @property
    def by_due(self) -> bool:
        """Whether what runs out first comes first; what is over goes by its day."""
        return self.tab in ("open", "mine", "overdue")

    def narrow(self, select: Select, me: int, now: datetime) -> Select:
        """The select with these conditions, search words left to the query that knows how to find them."""
        if self.by_due:
            select = select.where(IS_UNSOLVED)
        if self.tab == "mine":
            select = select.where(Complaint.assignee_id == me)
        if self.tab == "overdue":
            select = select.where(is_overdue(now))
        if self.tab == "resolved":
            # The same as its state, but no index tempts the database away from walking the list by day.
            select = select.where(Complaint.resolved_at.is_not(None))
        if self.priority:
            select = select.where(Complaint.priority == self.priority)
        if self.assignee:
            nobody = self.assignee == "none"
            select = select.where(
                Complaint.assignee_id.is_(None) if nobody else Complaint.assignee_id == int(self.assignee)
            )
        if self.customer:
            select = select.where(Complaint.customer_id == int(self.customer))
        return select


def is_overdue(now: Value) -> ColumnElement[bool]:
    """What runs out first has run out: `rules.clock` calls it bad."""
    return and_(IS_UNSOLVED, runs_out < now)


def is_soon(now: Value, soon_to_acknowledge: Value, soon_to_resolve: Value) -> ColumnElement[bool]:
    """Not over yet, but nearly: `rules.clock` says wait. The three times are those of `rules.soon`."""
    nearly = case(
        (TO_ACKNOWLEDGE, Complaint.acknowledge_by <= soon_to_acknowledge),
        else_=Complaint.resolve_by <= soon_to_resolve,
    )
    return and_(IS_UNSOLVED, runs_out >= now, nearly)
