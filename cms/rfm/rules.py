"""How lately and how often a customer orders, in fifths of all customers (RFM), and what to do about it.

A score depends only on how many customers did better (recency) or worse (frequency, money), so equals score alike: who
ordered once scores 1 for frequency however many there are of them, who ordered last scores 5 for recency.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

SCORES = (1, 2, 3, 4, 5)
Value = TypeVar("Value", bound=Any)


@dataclass(frozen=True)
class Group:
    """Customers who want the same of the shop; `recency` and `frequency` are the scores that they have."""

    key: str
    name: str
    recency: tuple[int, ...]
    frequency: tuple[int, ...]
    advice: str


GROUPS = (
    Group("champions", "Champions", (5,), (4, 5), "Thank them, show them new things first, ask them for a review."),
    Group("loyal", "Loyal", (3, 4), (4, 5), "Keep them: offer what goes with what they buy, reward the next order."),
    Group(
        "potential-loyalist", "Potential loyalist", (4, 5), (2, 3),
        "Invite them to order again soon, while they remember you.",
    ),
    Group("new", "New", (5,), (1,), "Make the first order a good one: ask how it was and help if something is wrong."),
    Group("promising", "Promising", (4,), (1,), "They ordered once and not long ago: give them a reason for a second."),
    Group("need-attention", "Need attention", (3,), (3,), "They are slowing down: write to them with an offer now."),
    Group("about-to-sleep", "About to sleep", (3,), (1, 2), "Remind them of you before they forget: show what is new."),
    Group("at-risk", "At risk", (1, 2), (3, 4), "They used to order often: write in person and ask what went wrong."),
    Group("cant-lose", "Can't lose", (1, 2), (5,), "Your best of old times have left: call them, today if you can."),
    Group("hibernating", "Hibernating", (1, 2), (1, 2), "Greet them now and then, and spend no more on it."),
)  # fmt: skip
PROSPECT = Group("prospects", "Prospect", (), (), "They have not ordered yet: welcome them with a small first offer.")
BY_KEY: Mapping[str, Group] = {group.key: group for group in (*GROUPS, PROSPECT)}
BY_CELL: Mapping[tuple[int, int], Group] = {
    (r, f): group for group in GROUPS for r in group.recency for f in group.frequency
}


def scores(counts: Iterable[tuple[Value, int]], best_first: bool = False) -> dict[Value, int]:
    """The score of each value, of how many customers have it: 1 and one more for each full fifth that have less.

    `best_first` counts from the other end: 5 and one less for each full fifth that have more.

    >>> scores([(1, 6), (2, 2), (7, 2)]), scores([(1, 6), (2, 2), (7, 2)], best_first=True)
    ({1: 1, 2: 4, 7: 5}, {7: 5, 2: 4, 1: 3})
    """
    counts = sorted(counts, reverse=best_first)
    whole, before, found = sum(count for _value, count in counts), 0, {}
    for value, count in counts:
        fifths = 5 * before // whole
        found[value] = 5 - fifths if best_first else 1 + fifths
        before += count
    return found


def cuts(scored: Mapping[Value, int]) -> tuple[Value | None, ...]:
    """The lowest value that scores at least 1, 2, 3, 4 and 5; None where none does.

    >>> cuts({1: 1, 2: 4, 7: 4})
    (1, 2, 2, 2, None)
    """
    return tuple(min((value for value, got in scored.items() if got >= score), default=None) for score in SCORES)


def group_of(recency: int, frequency: int) -> Group:
    """The group of a customer with these scores.

    >>> group_of(5, 1).name
    'New'
    """
    return BY_CELL[recency, frequency]


def name_of(wanted: str) -> str:
    """What a wish such as `champions` or `r5f4` means in words; empty when it means nothing.

    >>> name_of("cant-lose"), name_of("r5f4"), name_of("r6f1")
    ("Can't lose", 'Recency 5, frequency 4', '')
    """
    if wanted in BY_KEY:
        return BY_KEY[wanted].name
    cell = cell_of(wanted)
    return f"Recency {cell[0]}, frequency {cell[1]}" if cell else ""


def cell_of(wanted: str) -> tuple[int, int] | None:
    """The scores that `r5f4` stands for.

    >>> cell_of("r5f4"), cell_of("champions")
    ((5, 4), None)
    """
    marks = (wanted[0:1], wanted[2:3]) == ("r", "f") and len(wanted) == 4
    if not marks or wanted[1] not in "12345" or wanted[3] not in "12345":
        return None
    return int(wanted[1]), int(wanted[3])


def scores_of(wanted: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The recency and frequency scores that a wish lets through, each a row without a gap."""
    if cell := cell_of(wanted):
        return (cell[0],), (cell[1],)
    return BY_KEY[wanted].recency, BY_KEY[wanted].frequency
