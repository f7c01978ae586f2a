"""Which way a complaint goes, until when it must be answered, and how that is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cms.dates import business_date, show_ago, show_date, show_moment
from cms.errors import RuleError

STATES: Mapping[str, str] = {
    "open": "New",
    "acknowledged": "Acknowledged",
    "waiting": "Waiting for the customer",
    "resolved": "Resolved",
    "reopened": "Reopened",
}
UNSOLVED = ("open", "acknowledged", "waiting", "reopened")
MOVES: Mapping[str, Mapping[str, str]] = {
    "open": {"acknowledged": "Acknowledge"},
    "acknowledged": {"waiting": "Wait for the customer", "resolved": "Resolve"},
    "waiting": {"acknowledged": "Take up again", "resolved": "Resolve"},
    "reopened": {"acknowledged": "Take up again", "resolved": "Resolve"},
    "resolved": {"reopened": "Reopen"},
}
"""The states that may follow each state, with the words on the button that leads there."""
RESOLUTIONS: Mapping[str, str] = {
    "refund": "Money given back",
    "return": "Goods taken back",
    "replacement": "Replaced",
    "coupon": "Coupon or discount",
    "other": "Something else",
}
PRIORITIES: Mapping[str, str] = {"high": "High", "normal": "Normal", "low": "Low"}
SOON_TO_ACKNOWLEDGE, SOON_TO_RESOLVE = timedelta(hours=24), timedelta(days=3)
LONGEST_TEXT = 4000


def soon(now: datetime) -> dict[str, datetime]:
    """Now, and until when what is to be acknowledged and resolved counts as soon."""
    return {
        "now": now,
        "soon_to_acknowledge": now + SOON_TO_ACKNOWLEDGE,
        "soon_to_resolve": now + SOON_TO_RESOLVE,
    }


@dataclass(frozen=True)
class Clock:
    """What runs out first: the moment, how pressing (bad: over, wait: soon, quiet) and the words for it."""

    by: datetime
    kind: str
    words: str


def next_moves(state: str, forgotten: bool = False) -> Mapping[str, str]:
    """The states that may follow this one, with the words of their buttons; none for an unknown state.

    `forgotten`: who complained was; what is resolved stays so, since nobody is left to be answered.
    """
    return {} if forgotten and state == "resolved" else MOVES.get(state, {})


def check_move(old: str, new: str, forgotten: bool = False) -> None:
    """Raises RuleError, saying what comes first, unless a complaint may go from `old` to `new`."""
    if new in next_moves(old, forgotten):
        return
    if forgotten and old == "resolved":
        raise RuleError("Who complained was forgotten, so this complaint stays closed", "state")
    if new not in STATES:
        raise RuleError("Choose one of the steps shown", "state")
    if old == new:
        raise RuleError(f"This complaint is {STATES[old].lower()} already", "state")
    if old == "open":
        raise RuleError("Acknowledge this complaint first", "state")
    if old == "resolved":
        raise RuleError("This complaint is resolved; reopen it first", "state")
    raise RuleError(f"A complaint that is {STATES[old].lower()} cannot become {STATES[new].lower()}", "state")


def check_resolution(kind: str, words: str) -> None:
    """Raises RuleError unless it is said how the complaint was resolved, by a kind of the list and in words."""
    if kind not in RESOLUTIONS:
        raise RuleError("Choose how it was resolved", "resolution_kind")
    if not words.strip():
        raise RuleError("Say in a few words what was done", "resolution")


def how_resolved(kind: str, words: str) -> str:
    """What was done, in words; an imported complaint says neither.

    >>> how_resolved("refund", "Paid by UPI"), how_resolved("", "")
    ('Money given back. Paid by UPI', 'not said how')
    """
    return ". ".join(part for part in (RESOLUTIONS.get(kind, ""), words) if part) or "not said how"


def deadlines(opened_at: datetime, acknowledge_hours: int, resolve_days: int) -> tuple[datetime, datetime]:
    """Until when to acknowledge and until when to resolve; the law counts both from receipt.

    >>> deadlines(datetime(2026, 3, 14, 6, 30), 48, 30)
    (datetime.datetime(2026, 3, 16, 6, 30), datetime.datetime(2026, 4, 13, 6, 30))
    """
    return opened_at + timedelta(hours=acknowledge_hours), opened_at + timedelta(days=resolve_days)


def clock(
    state: str, acknowledge_by: datetime, resolve_by: datetime, now: datetime, zone: str, today: date
) -> Clock | None:
    """The nearer of the clocks that still run, None once the complaint is resolved.

    >>> noon, zone = datetime(2026, 3, 14, 6, 30), "Asia/Kolkata"
    >>> clock("open", noon + timedelta(hours=23), noon + timedelta(30), noon, zone, date(2026, 3, 14)).words
    'Acknowledge by tomorrow, 11:00 am'
    >>> clock("waiting", noon, noon - timedelta(2, 60), noon, zone, date(2026, 3, 14)).words
    'To resolve: 2 days over'
    """
    if state == "resolved":
        return None
    deed, by, soon = "resolve", resolve_by, SOON_TO_RESOLVE
    if state == "open" and acknowledge_by <= resolve_by:
        deed, by, soon = "acknowledge", acknowledge_by, SOON_TO_ACKNOWLEDGE
    if by < now:
        return Clock(by, "bad", f"To {deed}: {span(now - by)} over")
    if by <= now + soon:
        return Clock(by, "wait", f"{deed.capitalize()} by {moment(by, zone, today)}")
    return Clock(by, "quiet", f"{deed.capitalize()} by {show_date(business_date(by, zone), today)}")


def moment(at: datetime, zone: str, today: date) -> str:
    """A time to come, as near days are called.

    >>> moment(datetime(2026, 3, 14, 9, 30), "Asia/Kolkata", date(2026, 3, 14))
    'today, 3:00 pm'
    """
    day, shown = business_date(at, zone), show_moment(at, zone, today)
    if abs((day - today).days) > 1:
        return shown
    return f"{show_ago(day, today)}, {shown.rpartition(', ')[2]}"


def span(time: timedelta) -> str:
    """How long, in its largest unit.

    >>> [span(timedelta(minutes=minutes)) for minutes in (0, 1, 119, 1439, 1440, 4320)]
    ['1 minute', '1 minute', '1 hour', '23 hours', '1 day', '3 days']
    """
    minutes = max(int(time.total_seconds() // 60), 1)
    for size, unit in ((1440, "day"), (60, "hour")):
        if minutes >= size:
            return f"{minutes // size} {unit}" + ("s" if minutes // size > 1 else "")
    return f"{minutes} minute" + ("s" if minutes > 1 else "")
