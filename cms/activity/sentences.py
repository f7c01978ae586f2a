"""What happened, in a plain sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from cms.dates import show_date, show_moment
from cms.formats import show_phone
from cms.money import show_money

WORDS: Mapping[str, str] = {
    "customer.added": "Added as a customer",
    "customer.edited": "Changed {changes}",
    "customer.standing_set": "Status: {standing}",
    "customer.archived": "Archived",
    "customer.restored": "Restored",
    "order.placed": "Placed {ref}",
    "order.moved": "{ref}: {old} to {new}",
    "order.step_taken_back": "{ref}: {new} again, {old} was taken back",
    "product.added": "Added to the catalogue",
    "product.edited": "Changed {changes}",
    "product.stock_counted": "Stock set from {old_stock} to {new_stock}",
    "product.archived": "Taken off sale",
    "product.restored": "On sale again",
    "user.signed_in": "Signed in",
    "user.added": "Added as {role}",
    "user.changed": "Changed {changes}",
    "user.password_changed": "Has a new password",
    "import.landed": "Data imported",
    "demo.made": "Filled with the demo shop",
    "settings.changed": "Changed {changes}",
    "settings.logo_set": "Put up a logo",
    "settings.logo_removed": "Took the logo down",
    "contact.changed": "Changed {changes}",
    "settings.segment_added": "Added the segment {now}",
    "settings.segment_renamed": "The segment {was} is now called {now}",
    "settings.segment_moved": "Moved the segment {now} in the list",
    "settings.segment_removed": "Removed the segment {was}",
}
LABELS: Mapping[str, str] = {
    "email": "e-mail",
    "price_paise": "price",
    "gst_rate_bp": "GST rate",
    "hsn": "HSN code",
    "gstin": "GSTIN",
    "postcode": "PIN code",
    "sku": "code",
    "whatsapp": "WhatsApp number",
    "zone": "time zone",
    "session_idle_minutes": "minutes until signed out when idle",
    "session_hours": "hours until signed out",
    "gst_mode": "GST registration",
    "prices_include_tax": "prices include GST",
    "upi_vpa": "UPI ID",
    "simulate_payments": "practise payments",
    "invoice_prefix": "beginning of invoice numbers",
    "credit_prefix": "beginning of credit note numbers",
    "invoice_note": "note on invoices",
    "active_days": "days a customer stays active",
    "clv_months": "months ahead for a customer's value",
    "low_stock": "low stock level",
    "undo_minutes": "minutes to take a step back",
    "return_days": "days to return something",
    "return_from": "start of the days to return",
    "acknowledge_hours": "hours to answer a complaint",
    "resolve_days": "days to settle a complaint",
    "feedback_days": "days a feedback link works",
    "disabled": "shut out",
    "override_status": "status by hand",
    "override_until": "until",
    "override_reason": "why",
    "map_url": "link to the map",
    "hours": "opening hours",
    "phones": "more phone numbers",
    "emails": "more e-mail addresses",
    "grievance_name": "grievance officer",
    "grievance_designation": "designation of the grievance officer",
    "grievance_phone": "phone of the grievance officer",
    "grievance_email": "e-mail of the grievance officer",
}
HIDDEN = (
    "note",
    "address",
    "invoice_note",
    "hours",
    "returns_policy",
    "delivery_policy",
    "payment_policy",
    "privacy_policy",
)
"""Long texts: a sentence names them, and no more."""

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
