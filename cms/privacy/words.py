"""How a person's data is said to that person: the names of fields and what the shop's short words mean."""

from __future__ import annotations

import re
from collections.abc import Mapping

LABELS: Mapping[str, str] = {
    "acknowledge_by": "To be answered by",
    "after": "What it said afterwards",
    "alive": "How likely it is that they order again (1 is certain)",
    "apart": "Told apart from others",
    "at": "When",
    "before": "What it said before",
    "body": "Message",
    "cgst_paise": "CGST",
    "content": "What it says",
    "created_at": "Written down on",
    "credit_paise": "Store credit",
    "due_paise": "Still due",
    "email": "E-mail",
    "error": "Why it was not sent",
    "expires_at": "Works until",
    "gone": "The other entry",
    "gross_paise": "Ordered for in all",
    "gst_mode": "GST of the shop",
    "gst_rate_bp": "GST rate in %",
    "gstin": "GSTIN",
    "halves": "Kinds of GST",
    "hsn": "HSN code",
    "igst_paise": "IGST",
    "in_words": "Total in words",
    "inclusive": "Prices include GST",
    "inter_state": "Sold into another state",
    "kept": "This entry",
    "kind": "What it is",
    "late_reason": "Why it was taken after the last day",
    "line_count": "Different products",
    "line_no": "Line",
    "marketing": "An offer",
    "mode": "GST of the shop",
    "new": "Now",
    "no": "Line",
    "old": "Before",
    "old_ref": "Number before",
    "order_count": "Orders",
    "order_discount_paise": "Share of the order's discount",
    "override_reason": "Why that status was set",
    "override_status": "Status set by hand",
    "override_until": "Status set until",
    "pace_paise": "Ordered for in a month, lately",
    "payable_paise": "To pay",
    "place": "Place of supply",
    "postcode": "PIN code",
    "price_paise": "Price of one",
    "rate_bp": "GST rate in %",
    "ref": "Number",
    "refund_paise": "Given back",
    "refund_mode": "Settled by",
    "restocked": "Put back into stock",
    "returned_paise": "Of goods that came back",
    "returned_quantity": "Pieces that came back",
    "returned_tax_on_top_paise": "Tax on top of the prices of goods that came back",
    "returned_units": "Pieces that came back",
    "round_off_paise": "Rounding",
    "settled_before": "Settled before the shop kept its payments here",
    "sgst_paise": "SGST",
    "sku": "Code of the product",
    "tax_on_top_paise": "Tax on top of the prices",
    "taxable_paise": "Before tax",
    "taxed": "With GST",
    "unit_price_paise": "Price of one",
    "units": "Pieces",
    "unpaid": "Something is still due",
    "upi": "Link to pay by UPI",
    "utr": "UPI or bank reference",
    "value_paise": "Expected to order for",
    "vpa": "UPI ID of the shop",
    "words": "In their words",
}  # fmt: skip
CODES: Mapping[str, str] = {
    "bank": "Bank transfer",
    "composition": "Composition scheme",
    "credit": "Store credit",
    "email": "E-mail",
    "open": "Not answered yet",
    "outbox": "Waiting to be sent",
    "regular": "Registered",
    "sms": "SMS",
    "unregistered": "Not registered",
    "upi": "UPI",
    "whatsapp": "WhatsApp",
}
CODED = frozenset(
    ["channel", "gst_mode", "kind", "method", "mode", "priority", "refund_mode", "resolution_kind", "state"]
)
"""Fields that hold one of the shop's short words."""
_IS_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_IS_MOMENT = re.compile(rf"{_IS_DAY.pattern}T[0-9:.]+")


def label(name: str) -> str:
    """What a field is called to people.

    >>> label("gross_paise"), label("issued_on"), label("opened_at"), label("discount_bp")
    ('Ordered for in all', 'Issued on', 'Opened', 'Discount in %')
    """
    said = LABELS.get(name) or re.sub("_bp$", "_in_%", re.sub("_(paise|at)$", "", name))
    return said[:1].upper() + said[1:].replace("_", " ")


def plain(name: str) -> str:
    """The same to programs: without how the shop keeps it.

    >>> plain("gross_paise"), plain("issued_on"), plain("opened_at"), plain("discount_bp")
    ('gross', 'issued_day', 'opened', 'discount_percent')
    """
    for ending, instead in (("_paise", ""), ("_bp", "_percent"), ("_at", ""), ("_on", "_day")):
        if name.endswith(ending):
            return name.removesuffix(ending) + instead
    return name


def coded(word: str) -> str:
    """What a short word of the shop means.

    >>> coded("upi"), coded("confirmed"), coded("Haryana")
    ('UPI', 'Confirmed', 'Haryana')
    """
    return CODES.get(word) or word[:1].upper() + word[1:]


def is_day(text: str) -> bool:
    return bool(_IS_DAY.fullmatch(text))


def is_moment(text: str) -> bool:
    return bool(_IS_MOMENT.fullmatch(text))
