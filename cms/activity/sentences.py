"""What happened, in a plain sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

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
    "import.landed": "Data imported",
    "clv.fitted": "Lifetime values worked out anew",
    "demo.made": "Filled with the demo shop",
    "settings.changed": "Changed {changes}",
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
}
HIDDEN = ("note", "address")


def sentence(
    verb: str,
    ref: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    money: Callable[[int], str] = show_money,
) -> str:
    """The entry in words; `money` shows an amount in the shop's currency.

    >>> sentence("order.moved", "ORD007", {"status": "Pending"}, {"status": "Shipped"})
    'ORD007: Pending to Shipped'
    >>> sentence("customer.edited", "CUST001", {"phone": "", "city": "Guntur"}, {"phone": "+919876543210", "city": ""})
    'Changed phone (was empty) to +919876543210, city (was Guntur) to empty'
    """
    before, after = before or {}, after or {}
    return WORDS.get(verb, verb.replace(".", " ").replace("_", " ").capitalize()).format(
        ref=ref,
        changes=", ".join(_change(name, before.get(name), after[name], money) for name in after) or "nothing",
        old=before.get("status", ""),
        new=after.get("status", ""),
        old_stock=_shown(before.get("stock"), "not tracked"),
        new_stock=_shown(after.get("stock"), "not tracked"),
        standing=_standing(after),
        was=before.get("segment", ""),
        now=after.get("segment", ""),
    )


def _change(name: str, old: Any, new: Any, money: Callable[[int], str]) -> str:
    label = LABELS.get(name, name.replace("_", " "))
    if name in HIDDEN:
        return label
    if name == "price_paise":
        return f"{label} (was {money(old or 0)}) to {money(new or 0)}"
    if name == "gst_rate_bp":
        return f"{label} (was {_percent(old)}) to {_percent(new)}"
    return f"{label} (was {_shown(old)}) to {_shown(new)}"


def _shown(value: Any, nothing: str = "empty") -> str:
    return nothing if value in (None, "") else str(value)


def _percent(bp: Any) -> str:
    return f"{int(bp or 0) / 100:g} %"


def _standing(after: Mapping[str, Any]) -> str:
    status = after.get("override_status")
    if "override_status" in after and status is None:
        return "as the orders say again"
    words = f"{status or 'as set'} by hand"
    if after.get("override_until"):
        words += f" until {after['override_until']}"
    return words + (f": {after['override_reason']}" if after.get("override_reason") else "")
