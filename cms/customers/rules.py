"""Who counts as an active customer, until when, and why."""

from dataclasses import dataclass
from datetime import date, timedelta

from cms.dates import show_date
from cms.errors import RuleError
from cms.formats import parse_email, parse_phone, phone_digits, state_of_gstin
from cms.invoices.rules import state_code
from cms.settings.rules import state_named
from cms.states import STATE_TODAY
from cms.text import clean_text

DEFAULT_ACTIVE_DAYS = 90
STATUSES = ("Active", "Inactive")


@dataclass(frozen=True)
class Standing:
    """Active or Inactive, why in words, the last day it stays so (if there is one), and whether set by hand."""

    status: str
    why: str
    until: date | None
    overridden: bool
    new: bool = False
    """Inactive only because there was no order yet: shown as New, so that nobody who has just come looks lost."""

    @property
    def shown(self) -> str:
        """The word on the pill."""
        return "New" if self.new else self.status


def standing(
    last_order_on: date | None,
    override: str | None,
    override_until: date | None,
    override_reason: str,
    today: date,
    active_days: int = DEFAULT_ACTIVE_DAYS,
) -> Standing:
    """How a customer stands today: by hand while an override lasts, else Active up to `active_days` after an order.

    >>> standing(date(2025, 12, 14), None, None, "", date(2026, 3, 14)).why
    'Active until 14 Mar: last order 14 Dec 2025'
    >>> standing(date(2025, 12, 14), "Active", date(2026, 4, 1), "promised to order", date(2026, 3, 20)).why
    'Active by hand until 1 Apr: promised to order'
    """
    if override and (override_until is None or override_until >= today):
        until = f" until {show_date(override_until, today)}" if override_until else ""
        return Standing(override, f"{override} by hand{until}: {override_reason}", override_until, True)
    if last_order_on is None:
        return Standing("Inactive", "Inactive: no order yet", None, False, new=True)
    ordered, until_on = show_date(last_order_on, today), last_order_on + timedelta(active_days)
    if until_on >= today:
        return Standing("Active", f"Active until {show_date(until_on, today)}: last order {ordered}", until_on, False)
    since = show_date(until_on + timedelta(1), today)
    return Standing("Inactive", f"Inactive since {since}: last order {ordered}", None, False)


def check_override(status: str, reason: str, until: date | None, today: date) -> None:
    """Raises RuleError unless a status set by hand is one of the two, says why, and does not end in the past."""
    if status not in STATUSES:
        raise RuleError("Choose Active or Inactive", "status")
    if not reason.strip():
        raise RuleError("Say in a few words why you set this by hand", "reason")
    if until is not None and until < today:
        raise RuleError("Choose today or a later day for the end", "until")


def field_of(searched: str) -> str:
    """Which field of a customer someone has typed who searched for this: name, phone or email.

    >>> field_of("98480 22338"), field_of("a@b.in"), field_of("Meera 2")
    ('phone', 'email', 'name')
    """
    if "@" in searched:
        return "email"
    return "phone" if len(phone_digits(searched)) >= 6 and not any(map(str.isalpha, searched)) else "name"


def as_new(searched: str) -> dict[str, str]:
    """What was searched for as the one field that a new customer can begin with; {} for what the form would not take.

    >>> as_new("98480 22338"), as_new("%"), as_new("98480 2")
    ({'phone': '98480 22338'}, {}, {})
    """
    text, field = searched.strip(), field_of(searched)
    try:
        if field != "name":
            (parse_phone if field == "phone" else parse_email)(text)
        elif len(clean_text(text, 120)) < 2 or not any(map(str.isalpha, text)):
            return {}
    except RuleError:
        return {}
    return {field: text}


def contradicts(gstin: str, state: str) -> bool:
    """Whether a GSTIN is registered in another state than this one. What is no state of India contradicts nothing.

    >>> contradicts("27AAPFU0939F1ZV", "karnataka"), contradicts("27AAPFU0939F1ZV", ""), contradicts("", "Kerala")
    (True, False, False)
    """
    registered, said = state_of_gstin(gstin), state_code(state)
    return bool(registered and said) and STATE_TODAY.get(said, said) != registered


def check_gstin(gstin: str, state: str) -> None:
    """Raises RuleError when they contradict each other: the customer's invoices would name two places of supply."""
    if contradicts(gstin, state):
        there = state_named(gstin)
        raise RuleError(f"This GSTIN is registered in {there}, not in {state}: choose {there}, or check it", "gstin")


def check_not_forgotten(forgotten: bool) -> None:
    """Raises RuleError for a person whose data was taken out: whoever comes back is a new customer."""
    if forgotten:
        raise RuleError("This person was forgotten and stays so; enter them as a new customer if they come back")


def ends_override(override: str | None) -> bool:
    """Whether a new order ends what was set by hand: an Inactive customer who orders is active again."""
    return override == "Inactive"
