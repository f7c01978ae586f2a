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
    before, after = before or {}, after or {}

    def change(name: str) -> str:
        if brief or name in HIDDEN:
            return label(name)
        old, new = (shown(name, values.get(name), money, today, zone) for values in (before, after))
        return f"{label(name)} (was {old}) to {new}"

    return WORDS.get(verb, verb.replace(".", " ").replace("_", " ").capitalize()).format(
        ref=ref,
        changes=", ".join(map(change, after)) or "nothing",
        old=before.get("status", ""),
        new=after.get("status", ""),
        old_stock=shown("stock", before.get("stock")),
        new_stock=shown("stock", after.get("stock")),
        standing=_standing(after, today),
        was=before.get("segment", ""),
        now=after.get("segment", ""),
        role=after.get("role", ""),
        total=money(after.get("payable_paise", after.get("total_paise", 0))),
        rating=after.get("rating", ""),
        product=f": {after['product']}" if after.get("product") else "",
        amount=money(after.get("amount_paise", 0)),
        method=METHODS.get(after.get("method", ""), ""),
        excess=f", {money(after['excess_paise'])} of it kept as store credit" if after.get("excess_paise") else "",
        reason=after.get("reason", ""),
        **_coming_back(before, after, money),
        **{name: after.get(name, "") for name in ("channel", "count", "words", "name", "what", "format", "old_ref")},
    )


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


def _coming_back(before: Mapping[str, Any], after: Mapping[str, Any], money: Callable[[int], str]) -> dict[str, str]:
    """The words of a return and of the reasons for one."""
    late = after.get("late_reason")
    replaced = after.get("refund_mode") == "replacement"
    return {
        "goods": f"{after.get('quantity', '')} of {after.get('product', '')}",
        "why": f"{after.get('reason', '')}{f' (after the last day: {late})' if late else ''}",
        "refund": "replaced" if replaced else f"{money(after.get('refund_paise', 0))} refunded",
        "now_reason": after.get("name", ""),
        "was_reason": before.get("name", ""),
    }


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


def _standing(after: Mapping[str, Any], today: date | None) -> str:
    status = after.get("override_status")
    if "override_status" in after and status is None:
        return "as the orders say again"
    words = f"{status or 'as set'} by hand"
    if after.get("override_until"):
        words += f" until {shown('override_until', after['override_until'], today=today)}"
    return words + (f": {after['override_reason']}" if after.get("override_reason") else "")
