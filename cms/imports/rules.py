"""What the cells of an import mean. Texts in, values out; RuleError names the column."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from functools import lru_cache

from cms.errors import RuleError
from cms.money import parse_money
from cms.orders.rules import MOST_UNITS
from cms.text import clean_text, western_digits

TABLES: dict[str, tuple[str, ...]] = {
    "customers": (
        "customer_ref",
        "name",
        "email",
        "phone",
        "gender",
        "segment",
        "address",
        "city",
        "state",
        "postcode",
        "country",
        "gstin",
        "created_at",
        "note",
    ),
    "products": ("sku", "name", "price", "category", "hsn", "gst_rate", "kind"),
    "orders": (
        "order_no",
        "customer_ref",
        "ordered_at",
        "status",
        "line_no",
        "sku",
        "product_name",
        "quantity",
        "unit_price",
        "discount_percent",
        "delivered_at",
    ),
    "returns": (
        "order_no",
        "line_no",
        "sku",
        "quantity",
        "reason",
        "returned_at",
        "refund_unit_price",
        "credit_note_no",
    ),
    "payments": ("order_no", "amount", "paid_at", "method", "reference"),
    "feedback": ("order_no", "rating", "comment", "at"),
    "complaints": ("order_no", "customer_ref", "sku", "text", "status", "opened_at"),
}
"""The files in the order in which one rests on another, and their columns."""

MORE: dict[str, tuple[str, ...]] = {
    "customers": ("status", "status_until", "status_reason", "offers_since", "archived_at"),
    "products": ("stock", "archived_at"),
    "orders": (
        "settled", "address", "note", "gst_mode", "place_of_supply", "round_off", "discount", "order_discount",
        "hsn", "gst_rate", "taxable", "cgst", "sgst", "igst",
    ),
    "returns": (
        "return_no", "state", "refund", "refund_tax", "refund_mode", "restocked", "words", "late_reason", "decision",
        "refunded_on",
    ),
    "payments": ("payment_no", "kind", "state", "note", "return_no"),
    "feedback": ("sku", "product_name"),
    "complaints": (
        "complaint_no", "product_name", "priority", "acknowledge_by", "resolve_by", "acknowledged_at", "resolved_at",
        "resolution_kind", "resolution",
    ),
}  # fmt: skip
"""Columns behind those, all of them optional: what a shop knows beyond what most files say. Exports have them."""

REQUIRED: dict[str, tuple[str, ...]] = {
    "customers": ("customer_ref", "name"),
    "products": ("sku", "name"),
    "orders": ("order_no", "customer_ref", "ordered_at", "sku", "quantity", "unit_price"),
    "returns": ("order_no", "sku", "quantity", "returned_at"),
    "payments": ("order_no", "amount", "paid_at"),
    "feedback": ("order_no", "rating"),
    "complaints": ("text",),
}

STATUS_WORDS = {
    "pending": "Pending",
    "processing": "Pending",
    "packed": "Pending",
    "shipped": "Shipped",
    "delivered": "Delivered",
    "completed": "Delivered",
    "cancelled": "Cancelled",
    "canceled": "Cancelled",
}
GENDER_WORDS = {
    "female": "Female",
    "f": "Female",
    "male": "Male",
    "m": "Male",
    "other": "Other",
    "none": None,
    "": None,
}
METHODS = ("cash", "upi", "card", "bank", "credit", "other")
COMPLAINT_WORDS = ("open", "acknowledged", "waiting", "resolved", "reopened")
MOST_LINE_NO = 10_000
ACKNOWLEDGE_WITHIN, RESOLVE_WITHIN = timedelta(hours=48), timedelta(days=30)
"""The Consumer Protection (E-Commerce) Rules 2020: 48 hours and a month."""

_UTR = re.compile(r"[0-9]{12}")
_HSN = re.compile(r"[0-9]{2,8}")


def needed(text: str, longest: int, column: str) -> str:
    """A cell that must hold something. Raises RuleError."""
    text = clean_text(text, longest, column, what=column)
    if not text:
        raise RuleError(f"{column} is needed", column)
    return text


def status_of(text: str, delivered: bool) -> str:
    """The status a word means; blank is Delivered when there is a delivery time, else Pending. Raises RuleError.

    >>> status_of("Packed", False), status_of("", True), status_of("", False)
    ('Pending', 'Delivered', 'Pending')
    """
    if not text:
        return "Delivered" if delivered else "Pending"
    status = STATUS_WORDS.get(text.lower())
    if status is None:
        raise RuleError(f"{text[:40]} is no status; use Pending, Shipped, Delivered or Cancelled", "status")
    return status


@lru_cache(4096)
def whole_number(text: str, most: int, column: str) -> int:
    """A whole number from 1 to `most`. Raises RuleError.

    >>> whole_number("12", 99, "quantity")
    12
    """
    digits = text if text.isascii() else western_digits(text)
    if digits.isdigit() and digits.isascii() and len(digits) <= 12 and 1 <= int(digits) <= most:
        return int(digits)
    raise RuleError(f"{column} must be a whole number from 1 to {most:,}, not {text[:40] or 'blank'}", column)


def quantity_of(text: str) -> int:
    """Units of one line. Raises RuleError."""
    return whole_number(text, MOST_UNITS, "quantity")


def stock_of(text: str) -> int | None:
    """Units in stock, None for a blank: not tracked. Raises RuleError.

    >>> stock_of("0"), stock_of("12"), stock_of("")
    (0, 12, None)
    """
    if not text:
        return None
    return 0 if text == "0" else whole_number(text, 10**9, "stock")


def gender_of(text: str) -> str | None:
    """Female, Male, Other, or None where nothing is said. Raises RuleError."""
    if text.lower() not in GENDER_WORDS:
        raise RuleError(f"{text[:40]} is not Female, Male or Other", "gender")
    return GENDER_WORDS[text.lower()]


def one_of(text: str, words: tuple[str, ...], blank: str, column: str) -> str:
    """One of these words in any case, `blank` for an empty cell. Raises RuleError."""
    word = next((known for known in words if known.lower() == text.lower()), None) if text else blank
    if word is None:
        raise RuleError(f"{text[:40]} is none of {', '.join(words)}", column)
    return word


def flag_of(text: str, column: str) -> bool | None:
    """Yes or no, None for a blank. Raises RuleError.

    >>> flag_of("Yes", "settled"), flag_of("no", "settled"), flag_of("", "settled")
    (True, False, None)
    """
    return one_of(text, ("yes", "no"), "", column) == "yes" if text else None


def difference_of(text: str, currency: str, column: str) -> int:
    """An amount that may be negative, in minor units; 0 for a blank. Raises RuleError.

    >>> difference_of("-0.40", "INR", "round_off"), difference_of("", "INR", "round_off")
    (-40, 0)
    """
    if not text:
        return 0
    return -parse_money(text[1:], currency, column) if text[:1] == "-" else parse_money(text, currency, column)


def hsn_of(text: str) -> str:
    """An HSN or SAC code of 2 to 8 digits, or "". Raises RuleError."""
    if text and not _HSN.fullmatch(text):
        raise RuleError("An HSN code has 2 to 8 digits", "hsn")
    return text


def utr_of(method: str, reference: str) -> str | None:
    """The bank's number of a UPI payment, when the reference is one: 12 digits."""
    return reference if method == "upi" and _UTR.fullmatch(reference) else None


def is_india(country: str, shop_country: str) -> bool:
    """Whether an address is an Indian one: it says so, or says nothing in an Indian shop."""
    return country.casefold() in ("india", "in", "bharat", "भारत") or (not country and shop_country == "IN")


def row_key(table: str, cells: list[str], occurrence: int, part: int = 0) -> str:
    """What makes a row without a ref the same one in the next run: its cells, and which of its twins it is.

    Optional columns that say nothing do not count: a file has the same keys with and without them.
    """
    usual = len(TABLES[table])
    cells = cells if any(cells[usual:]) else cells[:usual]
    parts = [table, *cells, str(occurrence), *([str(part)] if part else [])]
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()
