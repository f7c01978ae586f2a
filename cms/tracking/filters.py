"""Which orders tracking shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cms.orders.rules import STATUSES


@dataclass(frozen=True)
class TrackingFilter:
    """How far the orders have come."""

    status: str = "Pending"

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> TrackingFilter:
        """Whatever is not a known value means its default."""
        status = args.get("status", "")
        return cls(status if status in STATUSES else "Pending")

    def as_args(self, **changes: str) -> dict[str, Any]:
        """What differs from the default, for a link; `changes` override."""
        wanted = {"status": self.status} | changes
        return {name: value for name, value in wanted.items() if value and value != "Pending"}
