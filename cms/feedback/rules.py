"""Stars: what they are called, how they add up, and until when a private link may be answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from cms.errors import RuleError
from cms.figures.rules import rounded

STARS: Mapping[int, str] = {5: "very good", 4: "good", 3: "fair", 2: "poor", 1: "bad"}
LOW = 2
LONGEST_COMMENT = 4000
MOST_ASKED = 10
"""So many products of an order does a private link ask about."""


@dataclass(frozen=True)
class Spread:
    """How often each of 5 to 1 stars was given."""

    times: Mapping[int, int]

    @property
    def count(self) -> int:
        return sum(self.times.values())

    @property
    def average(self) -> float | None:
        """The mean to 2 places, half up; None without ratings.

        >>> Spread({5: 1, 4: 2}).average
        4.33
        """
        stars = sum(stars * times for stars, times in self.times.items())
        return rounded(Fraction(stars, self.count), 2) if self.count else None

    def share(self, stars: int) -> int:
        """Its part of all, in whole percent."""
        return round(100 * self.times.get(stars, 0) / self.count) if self.count else 0


def parse_stars(text: str) -> int:
    """1 to 5 stars. Raises RuleError on anything else."""
    if text in ("1", "2", "3", "4", "5"):
        return int(text)
    raise RuleError("Choose 1 to 5 stars", "rating")


def link_state(used_at: datetime | None, expires_at: datetime, now: datetime) -> str:
    """What a private link is: open, used, or over."""
    if used_at is not None:
        return "used"
    return "open" if now < expires_at else "over"
