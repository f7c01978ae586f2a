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
    "customer.offers_allowed": "May be sent offers",
    "customer.offers_ended": "No longer wants offers",
    "message.written": "{channel} message written: {words}",
    "message.opened": "{channel} message opened for sending: {words}",
    "message.sent_again": "{channel} message put into the outbox again: {words}",
    "message.taken_back": "{channel} message taken back: {words}",
    "message.planned": "Message to {count} customers by {channel}: {words}",
    "message.batch_sent_again": "{count} messages that had failed put into the outbox again",
    "message.batch_taken_back": "{count} messages taken back before they were sent",
    "template.added": "Added the message template {name}",
    "template.edited": "Changed {changes}",
    "template.archived": "Archived the message template {name}",
    "template.restored": "Restored the message template {name}",
    "order.delivery_changed": "{ref}: changed {changes}",
    "return.requested": "{ref}: {goods} to come back, {why}",
    "return.approved": "{ref} approved",
    "return.received": "{ref}: the goods are here",
    "return.refunded": "{ref}: {goods} came back, {refund}",
    "return.refused": "{ref} refused: {why}",
    "order.feedback_asked": "Asked for feedback on {ref}",
    "complaint.opened": "Complaint {ref} opened",
    "complaint.moved": "Complaint {ref}: {old} to {new}",
    "complaint.edited": "Complaint {ref}: changed {changes}",
    "complaint.noted": "Note on complaint {ref}",
    "feedback.given": "Rated with {rating} of 5 stars{product}",
    "product.added": "Added to the catalogue",
    "product.edited": "Changed {changes}",
    "product.stock_counted": "Stock set from {old_stock} to {new_stock}",
    "product.archived": "Taken off sale",
    "product.restored": "On sale again",
    "payment.recorded": "{ref}: {amount} received, {method}{excess}",
    "payment.claimed": "{ref}: {amount} said to be paid, {method}, to be confirmed",
    "payment.confirmed": "{ref}: {amount} confirmed, {method}{excess}",
    "payment.refused": "{ref}: {amount} refused, {method}: {reason}",
    "payment.given_back": "{ref}: {amount} given back, {method}",
    "payment.taken_back": "{ref}: {amount} taken back, it was recorded by mistake",
    "invoice.issued": "Issued the invoice {ref} over {total}",
    "credit_note.issued": "Issued the credit note {ref} over {total}",
    "import.landed": "Data imported",
    "demo.made": "Filled with the demo shop",
    "settings.changed": "Changed {changes}",
    "settings.segment_added": "Added the segment {now}",
    "settings.segment_renamed": "The segment {was} is now called {now}",
    "settings.segment_moved": "Moved the segment {now} in the list",
    "settings.segment_removed": "Removed the segment {was}",
    "settings.reason_added": "Added the return reason {now_reason}",
    "settings.reason_changed": "Changed the return reason {changes}",
    "settings.reason_moved": "Moved the return reason {now_reason} in the list",
    "settings.reason_removed": "Removed the return reason {was_reason}",
}
LABELS: Mapping[str, str] = {
    "email": "e-mail",
    "body": "the message",
    "price_paise": "price",
    "gst_rate_bp": "GST rate",
    "hsn": "HSN code",
    "gstin": "GSTIN",
    "postcode": "PIN code",
    "sku": "code",
    "whatsapp": "WhatsApp number",
    "return_days": "days to bring things back",
    "return_from": "what those days are counted from",
    "any_time": "also after the last day",
    "zone": "time zone",
    "session_idle_minutes": "minutes until signed out when idle",
    "session_hours": "hours until signed out",
}
METHODS: Mapping[str, str] = {
    "cash": "in cash",
    "upi": "by UPI",
    "card": "by card",
    "bank": "by bank transfer",
    "credit": "by store credit",
    "other": "another way",
}
HIDDEN = ("note", "address", "body")


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
        total=money(after.get("payable_paise", after.get("total_paise", 0))),
        old=before.get("status", ""),
        new=after.get("status", ""),
        old_stock=_shown(before.get("stock"), "not tracked"),
        new_stock=_shown(after.get("stock"), "not tracked"),
        standing=_standing(after),
        rating=after.get("rating", ""),
        product=f": {after['product']}" if after.get("product") else "",
        was=before.get("segment", ""),
        now=after.get("segment", ""),
        amount=money(after.get("amount_paise", 0)),
        method=METHODS.get(after.get("method", ""), ""),
        excess=f", {money(after['excess_paise'])} of it kept as store credit" if after.get("excess_paise") else "",
        reason=after.get("reason", ""),
        **_coming_back(before, after, money),
        **{name: after.get(name, "") for name in ("channel", "count", "words", "name")},
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
