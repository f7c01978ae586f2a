"""What may be paid and given back, what it makes of an order, and the UPI link that asks for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from urllib.parse import quote

from cms.dates import business_date, to_utc
from cms.errors import RuleError
from cms.formats import parse_vpa
from cms.money import parse_money, show_money
from cms.text import clean_text, western_digits

METHODS: Mapping[str, str] = {
    "cash": "Cash",
    "upi": "UPI",
    "card": "Card",
    "bank": "Bank transfer",
    "credit": "Store credit",
    "other": "Other",
}
STATES: Mapping[str, str] = {"claimed": "To confirm", "confirmed": "Confirmed", "refused": "Refused"}
KINDS: Mapping[str, str] = {"payment": "Received", "refund": "Given back"}
TO_BE_SEEN = ("upi", "bank")
"""Nobody can know that these came but who looks into the bank account."""

MOST_BY_UPI_PAISE = 10_000_000
"""What one person may send another in one UPI payment: one lakh rupees. Some kinds of payees may get more."""

SIMULATED = "Simulated"

_GAPS = re.compile(r"[\s\u200b-\u200d\ufeff-]+")


def payment_state(
    payable_paise: int, returned_paise: int, paid_paise: int, settled_before: bool, status: str, ever_paid: bool = False
) -> str:
    """Unpaid, Part paid, Paid, To give back, Refunded; "" where there is nothing to pay and none is known to have come.

    `returned_paise`: what came back, with its tax. `ever_paid`: whether money came at all, where that is known.

    >>> [payment_state(500, back, paid, False, "Pending") for back, paid in ((0, 0), (0, 200), (100, 400), (500, 0))]
    ['Unpaid', 'Part paid', 'Paid', '']
    >>> payment_state(500, 0, 500, False, "Cancelled")
    'To give back'
    >>> payment_state(500, 0, 0, False, "Cancelled", ever_paid=True)
    'Refunded'
    """
    if settled_before:
        return ""
    worth = 0 if status == "Cancelled" else payable_paise - returned_paise
    if paid_paise > max(worth, 0):
        return "To give back"
    if worth > 0:
        return "Unpaid" if paid_paise <= 0 else "Part paid" if paid_paise < worth else "Paid"
    return "Refunded" if ever_paid else ""


def first_state(method: str, seen: bool) -> str:
    """Whether money counts at once: cash does, what comes by the bank when somebody has seen it there."""
    return "claimed" if method in TO_BE_SEEN and not seen else "confirmed"


def excess_paise(amount_paise: int, due_paise: int) -> int:
    """What of an amount is more than is due.

    >>> excess_paise(500, 300), excess_paise(500, -100), excess_paise(500, 500)
    (200, 500, 0)
    """
    return max(amount_paise - max(due_paise, 0), 0)


def most_to_give_back(paid_paise: int, payable_paise: int, settled_before: bool) -> int:
    """What was paid; of an order from before, whose payments are not known, what it came to."""
    return paid_paise + (payable_paise if settled_before else 0)


def check_can_be_paid(ref: str, status: str, settled_before: bool) -> None:
    """Raises RuleError, saying why, where no payment belongs."""
    if status == "Cancelled":
        raise RuleError(f"{ref} is cancelled, so nothing can be paid for it; take the cancellation back first")
    if settled_before:
        raise RuleError(
            f"{ref} was brought in from your earlier records without its payments and counts as settled; "
            "nothing is due on it"
        )


def asked_for(part: str, due_paise: int, currency: str) -> tuple[int, str]:
    """What a QR code asks for: the part that was typed or, with the reason why not, all that is due.

    >>> asked_for("4.50", 1000, "INR"), asked_for("", 1000, "INR"), asked_for("11", 1000, "INR")
    ((450, ''), (1000, ''), (1000, 'A part is more than 0 and at most ₹10.00'))
    """
    try:
        asked = parse_money(part, currency) if part else due_paise
    except RuleError as error:
        return due_paise, error.message
    if part and not 0 < asked <= due_paise:
        return due_paise, f"A part is more than 0 and at most {show_money(due_paise, currency)}"
    return asked, ""


class MoreThanDue(RuleError):
    """More came than was asked for: a slip of the thumb, somebody else's entry meanwhile, or meant."""


def check_due(amount_paise: int, due_paise: int, currency: str, waiting_paise: int = 0) -> None:
    """Raises MoreThanDue, saying what would become of the rest, also if it is more only with what waits."""
    due = max(due_paise, 0)
    if amount_paise > due:
        rest, amount = show_money(amount_paise - due, currency), show_money(due, currency)
        now = f"Only {amount} is due" if due else "Nothing is due now"
        raise MoreThanDue(f"{now}. Save again if it is right: {rest} becomes store credit", "amount")
    if waiting_paise and amount_paise + waiting_paise > due:
        waits = show_money(waiting_paise, currency)
        rest = show_money(min(amount_paise, amount_paise + waiting_paise - due), currency)
        raise MoreThanDue(
            f"{waits} is waiting to be confirmed. Save again if this is other money: then {rest} becomes store credit",
            "amount",
        )


def check_amount(amount_paise: int) -> None:
    """Raises RuleError unless it is more than nothing."""
    if amount_paise <= 0:
        raise RuleError("The amount must be more than 0", "amount")


def check_method(method: str, kind: str) -> None:
    """Raises RuleError unless money can come, or go back, this way. Store credit is spent by `use_credit` alone."""
    if method not in METHODS or (method == "credit" and kind == "payment"):
        raise RuleError("Choose how it was paid" if kind == "payment" else "Choose how it goes back", "method")


def check_moment(paid_at: datetime, now: datetime, paid_on: date, ordered_at: datetime, ordered_on: date) -> None:
    """Raises RuleError for a payment that has not happened yet, or came before there was an order.

    An order of just now may have tomorrow's day: the shop has moved to a zone further west since.
    """
    if paid_at > now:
        raise RuleError("The date lies in the future; write the day on which the money came", "paid_on")
    if paid_on < ordered_on and paid_at < ordered_at:
        raise RuleError("The money cannot have come before the day of the order", "paid_on")


def check_give_back(amount_paise: int, most_paise: int, currency: str) -> None:
    """Raises RuleError when more would go back than ever came."""
    check_amount(amount_paise)
    if amount_paise > most_paise:
        most = f"At most {show_money(most_paise, currency)} can be given back" if most_paise > 0 else "Nothing was paid"
        tail = ": that is what was paid" if most_paise > 0 else " for this order, so nothing can be given back"
        raise RuleError(most + tail, "amount")


def check_take_back(kind: str, state: str, counted_at: datetime | None, now: datetime, undo_minutes: int) -> None:
    """Raises RuleError unless the row was counted at most `undo_minutes` before `now`."""
    what = "payment" if kind == "payment" else "refund"
    if state != "confirmed":
        raise RuleError(f"This {what} does not count, so there is nothing to take back")
    if counted_at is None or now - counted_at > timedelta(minutes=undo_minutes):
        limit = "1 minute" if undo_minutes == 1 else f"{undo_minutes} minutes"
        raise RuleError(f"A {what} can be taken back within {limit}, and that time is over")


def moment_of(day: date | None, now: datetime, ordered_at: datetime, ordered_on: date, zone: str) -> datetime:
    """The moment of a payment of which only the day is known: now if today, else noon, but not before its order.

    >>> moment_of(date(2026, 3, 13), datetime(2026, 3, 14, 9), datetime(2026, 3, 1), date(2026, 3, 1), "Asia/Kolkata")
    datetime.datetime(2026, 3, 13, 6, 30)
    """
    if day is None or day == business_date(now, zone):
        return now
    noon = to_utc(datetime.combine(day, time(12)), zone)
    return max(noon, ordered_at) if day == ordered_on else noon


def read_reference(method: str, text: str) -> tuple[str, str | None]:
    """The reference as it is kept and, for UPI, the bank's number that no other payment may have. Raises RuleError.

    >>> read_reference("upi", "4123 4567 8901"), read_reference("card", "Slip 7"), read_reference("upi", "")
    (('412345678901', '412345678901'), ('Slip 7', None), ('', None))
    """
    if method != "upi":
        return clean_text(text, 80, "reference", what="reference"), None
    bare = _GAPS.sub("", western_digits(text))
    if not bare:
        return "", None
    if not (bare.isascii() and bare.isdigit()):
        raise RuleError("A UPI reference (UTR) has only digits, 12 of them", "reference")
    if len(bare) != 12:
        raise RuleError(f"A UPI reference (UTR) has 12 digits, this one has {len(bare)}", "reference")
    return bare, bare


def upi_link(vpa: str, payee: str, amount_paise: int, ref: str, note: str) -> str:
    """The link that opens a UPI app with everything filled in. Every app reads %20; some show a + as it stands.

    >>> upi_link("asha@okaxis", "A & B", 5000, "INV/25-26/1", "Order 1")
    'upi://pay?pa=asha@okaxis&pn=A%20%26%20B&am=50.00&cu=INR&tr=INV25261&tn=Order%201'
    """
    check_amount(amount_paise)
    whole, part = divmod(amount_paise, 100)
    fields = {
        "pa": parse_vpa(vpa),
        "pn": quote(payee, safe=""),
        "am": f"{whole}.{part:02}",
        "cu": "INR",
        "tr": "".join(char for char in ref if char.isascii() and char.isalnum())[:35],
        "tn": quote(note[:50].strip(), safe=""),
    }
    return "upi://pay?" + "&".join(f"{name}={value}" for name, value in fields.items() if value)


def why_no_upi(currency: str, vpa: str) -> str:
    """Why the shop can show no UPI QR, "" when it can."""
    if currency != "INR":
        return f"UPI pays in Indian rupees only, and this shop's prices are in {currency}"
    if not vpa:
        return "The shop's UPI ID is not set yet"
    try:
        parse_vpa(vpa)
    except RuleError:
        return "The shop's UPI ID in the settings is not one that UPI apps know"
    return ""
