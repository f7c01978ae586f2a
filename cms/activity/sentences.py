"""What happened, in a plain sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from cms.activity.words import HIDDEN, LABELS, METHODS, WORDS
from cms.dates import show_date, show_moment
from cms.formats import show_phone
from cms.money import show_money

LONGEST = 60
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}")


def sentence(
    verb: str,
    ref: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    money: Callable[[int], str] = show_money,
    today: date | None = None,
    zone: str = "UTC",
    brief: bool = False,
) -> str:
    """The entry in words; `money` shows an amount in the shop's currency; `brief` leaves the values of changes out.

    >>> sentence("order.moved", "ORD007", {"status": "Pending"}, {"status": "Shipped"})
    'ORD007: Pending to Shipped'
    >>> sentence("customer.edited", "CUST001", {"phone": "", "city": "Guntur"}, {"phone": "+919876543210", "city": ""})
    'Changed phone (was empty) to 98765 43210, city (was Guntur) to empty'
    >>> sentence("product.edited", "PROD001", {"price_paise": 100}, {"price_paise": 200}, brief=True)
    'Changed price'
    """
    told = _Told(ref, before or {}, after or {}, money, today, zone, brief)
    return WORDS.get(verb, verb.replace(".", " ").replace("_", " ").capitalize()).format_map(told)


def changes(
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    money: Callable[[int], str] = show_money,
    today: date | None = None,
    zone: str = "UTC",
) -> list[tuple[str, str, str]]:
    """Each field that changed: its label, what it said and what it says; nothing where something was new or went.

    >>> changes({"price_paise": 100, "hsn": ""}, {"price_paise": 200, "hsn": "8513"})
    [('Price', '₹1.00', '₹2.00'), ('HSN code', 'empty', '8513')]
    """
    if not before or not after:
        return []

    def said(values: Mapping[str, Any], name: str) -> str:
        return shown(name, values.get(name), money, today, zone)

    return [(_first_up(label(name)), said(before, name), said(after, name)) for name in after]


def label(name: str) -> str:
    """A field in words."""
    return LABELS.get(name) or name.removesuffix("_paise").removesuffix("_at").removesuffix("_on").replace("_", " ")


def shown(
    name: str,
    value: Any,
    money: Callable[[int], str] = show_money,
    today: date | None = None,
    zone: str = "UTC",
) -> str:
    """A kept value as people write it, a long text shortened.

    >>> shown("phone", "+919876543210"), shown("gst_rate_bp", 1800), shown("override_until", "2026-03-14")
    ('98765 43210', '18 %', '14 Mar 2026')
    """
    day = today or date.min
    if name == "stock":
        return "not tracked" if value is None else str(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name.endswith("_paise") and isinstance(value, int):
        return money(value)
    if name.endswith("_bp"):
        return f"{int(value or 0) / 100:g} %"
    if value in (None, ""):
        return "empty"
    text = " ".join(str(value).split())
    if name in ("phone", "whatsapp", "phones", "grievance_phone"):
        return ", ".join(show_phone(part) for part in text.split())
    if _DAY.fullmatch(text):
        return show_date(date.fromisoformat(text), day)
    if _MOMENT.fullmatch(text):
        return show_moment(datetime.fromisoformat(text), zone, day)
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]


class _Told(dict[str, str]):
    """What stands in the gaps of a sentence, each found when it is asked for. Most sentences have one."""

    def __init__(self, ref: str, *about: Any):
        super().__init__(ref=ref)
        self.before, self.after, self.money, self.today, self.zone, self.brief = about

    def __missing__(self, name: str) -> Any:
        found = _GAPS.get(name)
        return found(self) if found else self.after.get(name, "")

    def change(self, name: str) -> str:
        """One field, with its values unless the sentence is to be brief."""
        if self.brief or name in HIDDEN:
            return label(name)
        old, new = (
            shown(name, values.get(name), self.money, self.today, self.zone) for values in (self.before, self.after)
        )
        return f"{label(name)} (was {old}) to {new}"


def _why(told: _Told) -> str:
    late = told.after.get("late_reason")
    return f"{told.after.get('reason', '')}{f' (after the last day: {late})' if late else ''}"


def _refund(told: _Told) -> str:
    replaced = told.after.get("refund_mode") == "replacement"
    return "replaced" if replaced else f"{told.money(told.after.get('refund_paise', 0))} refunded"


def _of_order(told: _Told) -> str:
    """What was changed of an order; its goods first, and those that came or went alone."""
    old, new = told.before.get("goods", ""), told.after.get("goods", "")
    goods = f"{old} to {new}" if old and new else f"added {new}" if new else f"took out {old}"
    parts = ["goods" if told.brief else goods] if old or new else []
    return ", ".join([*parts, *(told.change(name) for name in told.after if name != "goods")])


def _excess(told: _Told) -> str:
    excess = told.after.get("excess_paise")
    return f", {told.money(excess)} of it kept as store credit" if excess else ""


_GAPS: dict[str, Callable[[_Told], Any]] = {
    "changes": lambda told: ", ".join(map(told.change, told.after)) or "nothing",
    "old": lambda told: told.before.get("status", ""),
    "new": lambda told: told.after.get("status", ""),
    "old_stock": lambda told: shown("stock", told.before.get("stock")),
    "new_stock": lambda told: shown("stock", told.after.get("stock")),
    "standing": lambda told: _standing(told.after, told.today),
    "was": lambda told: told.before.get("segment", ""),
    "now": lambda told: told.after.get("segment", ""),
    "total": lambda told: told.money(told.after.get("payable_paise", told.after.get("total_paise", 0))),
    "product": lambda told: f": {told.after['product']}" if told.after.get("product") else "",
    "amount": lambda told: told.money(told.after.get("amount_paise", 0)),
    "method": lambda told: METHODS.get(told.after.get("method", ""), ""),
    "excess": _excess,
    "of_order": _of_order,
    "goods": lambda told: f"{told.after.get('quantity', '')} of {told.after.get('product', '')}",
    "why": _why,
    "refund": _refund,
    "now_reason": lambda told: told.after.get("name", ""),
    "was_reason": lambda told: told.before.get("name", ""),
}
"""What stands in a gap that is not simply what was written down under its name."""


def _standing(after: Mapping[str, Any], today: date | None) -> str:
    status = after.get("override_status")
    if "override_status" in after and status is None:
        return "as the orders say again"
    words = f"{status or 'as set'} by hand"
    if after.get("override_until"):
        words += f" until {shown('override_until', after['override_until'], today=today)}"
    return words + (f": {after['override_reason']}" if after.get("override_reason") else "")
