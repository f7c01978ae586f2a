"""What may come back, until when, what it is worth, and which way a return goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from cms.dates import show_date
from cms.errors import RuleError
from cms.money import show_count
from cms.payments.rules import most_to_give_back
from cms.text import fold, western_digits

OPEN = ("requested", "approved", "received")
STATES = (*OPEN, "refunded", "refused")
MOVES: Mapping[str, tuple[str, ...]] = {
    "requested": ("approved", "received", "refunded", "refused"),
    "approved": ("received", "refunded", "refused"),
    "received": ("refunded", "refused"),
    "refunded": (),
    "refused": (),
}
MODES: Mapping[str, str] = {
    "upi": "UPI",
    "cash": "Cash",
    "credit": "Store credit",
    "replacement": "Replacement",
    "other": "Other",
}
HOW: Mapping[str, str] = {
    "upi": "by UPI",
    "cash": "in cash",
    "credit": "as store credit",
    "replacement": "by a replacement",
    "other": "in another way",
}


UNSOUND = ("damag", "defect", "broke", "fault", "leak", "spoil", "expir", "stale", "torn", "खराब", "टूट")
"""How the words begin that say that goods are not to be sold again."""


@dataclass(frozen=True)
class Sold:
    """An order line as sold, with what was refunded of it so far; `tax_paise` is tax on top of its total."""

    quantity: int
    total_paise: int
    tax_paise: int
    refunded_units: int = 0
    refunded_paise: int = 0
    refunded_tax_paise: int = 0

    @classmethod
    def of(cls, order: Any, line: Any, refunded: tuple[int, int, int] = (0, 0, 0)) -> Sold:
        """A line of an order; its tax is on top only where the order's prices do not include it."""
        tax = line.cgst_paise + line.sgst_paise + line.igst_paise if order.tax_paise else 0
        return cls(line.quantity, line.total_paise, tax, *refunded)


def next_moves(state: str) -> tuple[str, ...]:
    """The states that may follow this one; none for an unknown state."""
    return MOVES.get(state, ())


def check_move(old: str, new: str) -> None:
    """Raises RuleError unless a return may go from `old` to `new`."""
    if new in next_moves(old):
        return
    if old == new:
        raise RuleError(f"This return is already {old}", "state")
    if not next_moves(old):
        raise RuleError(f"A return that is {old} stays so; record a new one if something else comes back", "state")
    raise RuleError(f"A return that is {old} can only be {' or '.join(next_moves(old))}", "state")


def check_order(ref: str, status: str) -> None:
    """Raises RuleError, saying what to do instead, unless goods of an order in this status can come back."""
    why = {
        "Pending": f"{ref} is not shipped yet, so nothing can come back: cancel it instead",
        "Shipped": f"{ref} is on its way: mark it delivered first",
        "Cancelled": f"{ref} was cancelled: its goods count as never sold, so there is nothing to take back",
    }
    if status in why:
        raise RuleError(why[status], "order")


def last_day(ordered_on: date, delivered_on: date | None, days: int, counted_from: str) -> date:
    """The last day on which goods may come back, counted from the order or from the delivery ("delivery").

    >>> last_day(date(2026, 3, 1), date(2026, 3, 4), 10, "order"), last_day(date(2026, 3, 1), None, 10, "delivery")
    (datetime.date(2026, 3, 11), datetime.date(2026, 3, 11))
    """
    start = delivered_on if counted_from == "delivery" and delivered_on else ordered_on
    return start + timedelta(days=days)


def late_reason(today: date, last: date, reason: str, any_time: bool, owner: bool, typed: str) -> str:
    """What is put down of a return after its last day, "" within it. `any_time`: the reason is not bound by it.

    Raises RuleError for everyone but an owner who says why.
    """
    if today <= last:
        return ""
    if any_time:
        return "This reason is not bound by it"
    until = f"For “{reason}” this was possible until {show_date(last, today)}"
    if not owner:
        raise RuleError(f"{until}. Only an owner of the shop may allow more.", "late_reason")
    if not typed:
        raise RuleError(f"{until}. Say why you allow it all the same.", "late_reason")
    return typed


def usual_goods(reason: str) -> str:
    """What becomes of goods that come back for this reason, as long as nobody says otherwise.

    >>> usual_goods("Damaged or defective"), usual_goods("Did not like it")
    ('damaged', 'sellable')
    """
    return "damaged" if any(word.startswith(UNSOUND) for word in fold(reason).split()) else "sellable"


def quantity_of(text: str, left: int, sold: int) -> int:
    """How many come back, as typed: 1 to `left` of `sold`. Raises RuleError."""
    bare = western_digits(text).strip().replace(",", "")
    if not (bare.isascii() and bare.isdigit()) or len(bare) > 9:
        raise RuleError("Type how many come back as a whole number", "quantity")
    check_quantity(int(bare), left, sold)
    return int(bare)


def check_quantity(quantity: int, left: int, sold: int) -> None:
    """Raises RuleError unless `quantity` is 1 to `left`."""
    if quantity < 1:
        raise RuleError("Type 1 or more, or leave it empty", "quantity")
    if quantity > left:
        all_of = show_count(sold)
        some = f"Only {show_count(left)} of {all_of} left to come back" if left else f"All {all_of} came back already"
        raise RuleError(some, "quantity")


def refund_share(total_paise: int, sold: int, before: int, now: int) -> int:
    """Refund of `now` units of a line of which `before` came back already, in paise: split by running total.

    >>> [refund_share(10000, 3, before, 1) for before in range(3)]
    [3333, 3333, 3334]
    """
    return total_paise * (before + now) // sold - total_paise * before // sold


def refund_of(line: Sold, units: int) -> tuple[int, int]:
    """Money and tax on top that go back for `units` more, in paise; all refunds of a line add up to what it came to.

    Where more than its share went back before (imported history), the rest of the line is the limit.

    >>> refund_of(Sold(3, 10000, 1800, 1, 3333, 600), 2)
    (6667, 1200)
    """
    money = refund_share(line.total_paise, line.quantity, line.refunded_units, units)
    tax = refund_share(line.tax_paise, line.quantity, line.refunded_units, units)
    return (
        min(money, max(line.total_paise - line.refunded_paise, 0)),
        min(tax, max(line.tax_paise - line.refunded_tax_paise, 0)),
    )


def given_back(refund_paise: int, order: Any) -> int:
    """How much of a refund is handed out, in paise; the rest lowers what is due. The order is as before the refund.

    Never more than was paid; of an order from before, whose payments are not known, all of it.
    """
    most = most_to_give_back(order.paid_paise, order.payable_paise, order.settled_before)
    if order.settled_before:
        return max(min(refund_paise, most), 0)
    return max(min(refund_paise, refund_paise - (order.due_paise or 0), most), 0)
