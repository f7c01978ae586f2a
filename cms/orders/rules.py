"""What may be ordered, what it comes to, and which way an order goes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cms.dates import show_date
from cms.errors import RuleError
from cms.money import percent_of, show_count, show_money, split

STATUSES = ("Pending", "Shipped", "Delivered", "Cancelled")
MOVES: Mapping[str, tuple[str, ...]] = {
    "Pending": ("Shipped", "Cancelled"),
    "Shipped": ("Delivered", "Cancelled"),
    "Delivered": (),
    "Cancelled": (),
}

MOST_LINES = 1000
MOST_UNITS = 1_000_000
MOST_PRICE_PAISE = 10**11
ORDER_BELOW_PAISE = 10**13

_STEP = {"Shipped": "shipping", "Delivered": "delivery", "Cancelled": "cancellation"}


@dataclass(frozen=True)
class Line:
    """One line as ordered: a price for one unit, how many, and a discount in hundredths of a percent."""

    unit_price_paise: int
    quantity: int
    discount_bp: int = 0


@dataclass(frozen=True)
class LineMoney:
    """What one line comes to: gross less its own discount less its share of the order's discount is the total."""

    gross_paise: int
    discount_paise: int
    order_discount_paise: int
    total_paise: int

    @property
    def net_paise(self) -> int:
        """Before the order's discount: what stands beside the line."""
        return self.gross_paise - self.discount_paise


def next_moves(status: str) -> tuple[str, ...]:
    """The statuses that may follow this one; none for an unknown status."""
    return MOVES.get(status, ())


def check_move(old: str, new: str) -> None:
    """Raises RuleError, saying what is possible, unless an order may go from `old` to `new`."""
    if new in next_moves(old):
        return
    if new not in STATUSES:
        raise RuleError("Choose Pending, Shipped, Delivered or Cancelled", "status")
    raise RuleError(_why_not(old, new), "status")


def check_take_back(
    old_before: str, now_status: str, changed_at: datetime | None, now: datetime, undo_minutes: int
) -> None:
    """Raises RuleError unless the step `old_before` -> `now_status` was made at most `undo_minutes` before `now`."""
    if changed_at is None or now_status not in next_moves(old_before):
        raise RuleError("There is no step to take back on this order", "status")
    if now - changed_at > timedelta(minutes=undo_minutes):
        limit = "1 minute" if undo_minutes == 1 else f"{undo_minutes} minutes"
        raise RuleError(f"A {_STEP[now_status]} can be taken back within {limit}, and that time is over", "status")


def check_lines(lines: list[Line], currency: str = "INR") -> None:
    """Raises RuleError, naming the line, when an order has no or too many lines, or figures out of bounds."""
    if not lines:
        raise RuleError("Add at least one item to the order", "lines")
    if len(lines) > MOST_LINES:
        raise RuleError(f"An order can have at most {MOST_LINES:,} lines", "lines")
    for number, line in enumerate(lines, start=1):
        if not 1 <= line.quantity <= MOST_UNITS:
            raise RuleError(f"Line {number}: the quantity must be from 1 to {show_count(MOST_UNITS)}", "quantity")
        if not 0 <= line.unit_price_paise <= MOST_PRICE_PAISE:
            most = show_money(MOST_PRICE_PAISE, currency)
            raise RuleError(f"Line {number}: the price must be from 0 to {most}", "unit_price")
        if not 0 <= line.discount_bp <= 10_000:
            raise RuleError(f"Line {number}: the discount must be from 0 to 100 percent", "discount")
    if sum(line.unit_price_paise * line.quantity for line in lines) >= ORDER_BELOW_PAISE:
        raise RuleError(f"An order must stay below {show_money(ORDER_BELOW_PAISE, currency)}", "lines")


def line_totals(lines: list[Line], order_discount_paise: int, currency: str = "INR") -> list[LineMoney]:
    """What each line comes to, in paise; the order's discount is spread by value and its shares add up exactly.

    Raises RuleError when that discount is negative or more than the lines come to.

    >>> [line.total_paise for line in line_totals([Line(10000, 1), Line(5000, 2, 1000)], 100)]
    [9947, 8953]
    """
    gross = [line.unit_price_paise * line.quantity for line in lines]
    discounts = [percent_of(paise, line.discount_bp) for paise, line in zip(gross, lines, strict=True)]
    values = [paise - discount for paise, discount in zip(gross, discounts, strict=True)]
    if not 0 <= order_discount_paise <= sum(values):
        raise RuleError(f"The discount can be from 0 to {show_money(sum(values), currency)}", "discount")
    shares = split(order_discount_paise, values)
    return [
        LineMoney(paise, discount, share, paise - discount - share)
        for paise, discount, share in zip(gross, discounts, shares, strict=True)
    ]


def wait_days(ordered_on: date, today: date) -> int:
    """Days an order has been waiting, 0 on its first day and before."""
    return max((today - ordered_on).days, 0)


def why_it_stays(ref: str, status: str, invoiced: bool, came_back: bool) -> str:
    """Why an order is not to be changed any more, and what answers it instead; empty when it may be.

    >>> why_it_stays("ORD007", "Shipped", False, False), why_it_stays("ORD007", "Cancelled", False, False)
    ('', 'ORD007 is cancelled; take the cancellation back or enter a new order')
    """
    if status == "Cancelled":
        return f"{ref} is cancelled; take the cancellation back or enter a new order"
    if invoiced:
        return f"{ref} has an invoice, which is never changed; a return or a cancellation answers it by a credit note"
    return f"Something of {ref} came back or was asked to, so it stays as it was sold" if came_back else ""


def check_day(day: date, today: date, latest: tuple[date, str] | None) -> None:
    """Raises RuleError for a day to come, or one after the order was `latest` (a day, and what happened on it)."""
    if day > today:
        raise RuleError("An order cannot be of a day to come", "ordered_on")
    if latest and day > latest[0]:
        raise RuleError(f"It was {latest[1]} on {show_date(latest[0], today)}; the order cannot be later", "ordered_on")


def goods_told(
    before: Sequence[tuple[str, int, str]], after: Sequence[tuple[str, int, str]]
) -> tuple[list[str], list[str]]:
    """What differs between lines (name, units, price in words), as it was and as it is; the price where only it does.

    >>> goods_told([("Kurta", 2, "590"), ("Lamp", 1, "9")], [("Kurta", 3, "590"), ("Lamp", 1, "9")])
    (['2 Kurta'], ['3 Kurta'])
    >>> goods_told([("Kurta", 2, "590")], [("Kurta", 2, "550")])
    (['2 Kurta at 590'], ['2 Kurta at 550'])
    """
    old, new = Counter(before), Counter(after)
    gone, come = list((old - new).elements()), list((new - old).elements())
    prices = {name: {price for other, _units, price in gone + come if other == name} for name, *_ in gone + come}

    def told(lines: list[tuple[str, int, str]]) -> list[str]:
        return [f"{units} {name}{f' at {price}' if len(prices[name]) > 1 else ''}" for name, units, price in lines]

    return told(gone), told(come)


def _why_not(old: str, new: str) -> str:
    if old == new:
        return f"This order is already {old.lower()}"
    if old == "Delivered":
        tail = "be cancelled" if new == "Cancelled" else f"go back to {new.lower()}"
        return f"A delivered order cannot {tail}; take the delivery back first or record a return"
    if old == "Cancelled":
        return "A cancelled order stays cancelled; take the cancellation back or enter a new order"
    if old == "Shipped":
        return "A shipped order cannot go back to pending; take the shipping back, or mark it delivered or cancelled"
    return "A pending order cannot be delivered yet; mark it shipped first, or cancel it"
