"""What of the trail is shown: shared by the page and its pager."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select

from cms.activity.rules import KINDS
from cms.dates import iso_day
from cms.models import Activity

NOBODY = "none"
"""Commands and imports: no user did them."""


@dataclass(frozen=True)
class ActivityFilter:
    """A number as shown, who did it (a user's id), the kind of thing, and days (both included, ISO)."""

    q: str = ""
    who: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> ActivityFilter:
        """Whatever is not a known value means its default."""
        who, kind = args.get("who", ""), args.get("kind", "")
        known = who == NOBODY or (who.isascii() and who.isdigit() and len(who) < 10)
        return cls(
            q=args.get("q", "").strip()[:64],
            who=who if known else "",
            kind=kind if kind in KINDS else "",
            since=iso_day(args.get("since", "")),
            until=iso_day(args.get("until", "")),
        )

    def as_args(self, **changes: str) -> dict[str, Any]:
        """What differs from the default, for a link; `changes` override."""
        return {name: value for name, value in (vars(self) | changes).items() if value}

    def narrow(self, select: Select, by: Any = Activity.by_id) -> Select:
        """The select with person and kind; number and days are left to the query, which knows how to find them."""
        if self.who:
            select = select.where(by.is_(None) if self.who == NOBODY else by == int(self.who))
        if self.kind:
            select = select.where(Activity.thing == self.kind)
        return select
