"""What a list of messages shows: shared by the page and its pager."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_

from cms.models import Notification
from cms.notifications.rules import CANCELLED, CHANNELS, SENDING_AT_MOST, STATES


@dataclass(frozen=True)
class MessageFilter:
    """The customer's words, state, channel, and the sending that a message belongs to."""

    q: str = ""
    state: str = ""
    channel: str = ""
    batch: str = ""

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> MessageFilter:
        """Whatever is not a known value means its default."""
        state, channel = args.get("state", ""), args.get("channel", "")
        return cls(
            q=args.get("q", "").strip()[:200],
            state=state if state in STATES else "",
            channel=channel if channel in CHANNELS else "",
            batch=args.get("batch", "").strip()[:64],
        )

    def as_args(self, **changes: str) -> dict[str, Any]:
        """What differs from the default, for a link; `changes` override."""
        wanted = vars(self) | changes
        return {name: value for name, value in wanted.items() if value}

    def narrow(self, select: Select, now: datetime) -> Select:
        """The select with these conditions, search words left to the query that knows how to find them."""
        if self.state:
            select = select.where(is_in(self.state, now))
        if self.channel:
            select = select.where(Notification.channel == self.channel)
        if self.batch:
            select = select.where(Notification.batch == self.batch)
        return select


def is_in(state: str, now: datetime) -> ColumnElement[bool]:
    """Whether a message stands so, as `rules.state_of` tells it."""
    lost = Notification.sent_at < now - SENDING_AT_MOST
    if state == "cancelled":
        return and_(Notification.state == "failed", Notification.error == CANCELLED)
    if state == "failed":
        failed = and_(Notification.state == "failed", Notification.error != CANCELLED)
        failed = or_(failed, and_(Notification.state == "sending", lost))
        return and_(Notification.state.in_(("failed", "sending")), failed)  # the first half is what an index can find
    if state == "sending":
        return and_(Notification.state == "sending", ~lost)
    return Notification.state == state
