"""Which column of a file is which of ours: by our names, by what people call them, and as four programs export them.

`docs/import.md` names the columns relied on, and where they were learnt.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cms.imports.rules import MORE, REQUIRED, TABLES

COMPANY = "company"
"""A column of customers that is none of ours: it stands in for a name that is missing."""

JOINED = {"name": " ", "address": ", ", "note": "; "}
"""Several columns may make one of these; of any other the first that is filled counts."""
SEVERAL = (*JOINED, "phone", "email", "city")
"""What is matched with several columns without being asked."""

_SAME: Mapping[str, Mapping[str, str]] = {
    "customers": {
        "customer_ref": "customer no|customer number|customer code|party code|ref",
        "name": (
            "customer name|full name|party name|customer|contact name|first name|middle name|last name|"
            "given name|family name"
        ),
        "email": "email address|e mail|mail|email id|e mail address|e mail 1 value|billing email",
        "phone": (
            "phone number|phone no|mobile|mobile no|mobile number|contact number|contact no|whatsapp|"
            "whatsapp number|telephone|phone 1 value|billing phone|default address phone"
        ),
        "gender": "sex",
        "segment": "customer type|customer segment|party group|group",
        "address": (
            "billing address|street|street address|address 1|address1|address 2|address2|"
            "address line 1|address line 2|default address address1|default address address2|"
            "billing address 1|billing address 2|address 1 street|address 1 extended address"
        ),
        "city": "town|town city|billing city|default address city|address 1 city",
        "state": "province|region|billing state|default address province code|province code|address 1 region",
        "postcode": (
            "pin|pin code|pincode|zip|zip code|postal code|postcode zip|billing postcode|"
            "default address zip|address 1 postal code"
        ),
        "country": "billing country|country code|default address country code|address 1 country",
        "gstin": "gst|gst no|gst number|gstin number|gstin uin|gstin no",
        "created_at": "created|customer since|date added|registered|date registered",
        "note": "notes|remarks|comment|comments",
        "company": (
            "company name|organization name|organisation name|business name|billing company|"
            "default address company"
        ),
    },
    "products": {
        "sku": "code|item code|product code|variant sku|article number|barcode",
        "name": "product name|item name|product|title|item",
        "price": "unit price|selling price|sale price|sales price|rate|mrp|regular price|variant price",
        "category": "categories|product category|item category|type|product type",
        "hsn": "hsn code|hsn sac|hsn sac code|hs code",
        "gst_rate": "gst|gst percent|tax rate|gst rate percent|tax percent|tax",
        "kind": "item type|goods or service",
        "stock": (
            "quantity|qty|stock quantity|current stock|current stock quantity|opening stock|"
            "opening stock quantity|in stock|inventory|variant inventory qty"
        ),
    },
    "orders": {
        "order_no": "order|order number|order id|order ref|invoice no|invoice number|bill no",
        "customer_ref": "customer|customer no|customer number|customer id|customer code",
        "ordered_at": "date|order date|ordered on|created at|invoice date|bill date",
        "status": "order status|delivery status",
        "line_no": "line|line number",
        "sku": "item code|product code|stockcode|stock code|lineitem sku|product id",
        "product_name": "product|item|item name|description|lineitem name",
        "quantity": "qty|units|lineitem quantity",
        "unit_price": "price|rate|lineitem price",
        "discount_percent": "discount %|line discount percent",
        "delivered_at": "delivered|delivery date|delivered on",
    },
    "returns": {"order_no": "order|order number|order id", "returned_at": "date|return date|returned on",
                "quantity": "qty|units", "sku": "item code|product code"},
    "payments": {"order_no": "order|order number|order id", "amount": "paid|amount paid|received",
                 "paid_at": "date|payment date|paid on", "method": "mode|payment mode|payment method|paid by",
                 "reference": "utr|upi reference|transaction id|ref no"},
    "feedback": {"order_no": "order|order number|order id", "rating": "stars|score", "comment": "review|feedback",
                 "at": "date"},
    "complaints": {"order_no": "order|order number|order id", "customer_ref": "customer|customer number",
                   "text": "complaint|description|details", "opened_at": "date|opened|opened on"},
}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """A program whose exports are known by columns that they alone have together. `ignored`: what only looks alike."""

    key: str
    label: str
    fills: str
    sign: tuple[str, ...]
    same: Mapping[str, str]
    ignored: tuple[str, ...] = ()


SOURCES = (
    Source("shopify", "Shopify customers", "customers",
           ("first name", "last name", "accepts email marketing", "default address address1"), {}, ("tags",)),
    Source("shopify-products", "Shopify products", "products", ("handle", "title", "variant sku", "variant price"),
           {"type": "category", "product category": ""}),
    Source("woo-products", "WooCommerce products", "products",
           ("type", "sku", "name", "regular price", "visibility in catalog"),
           {"type": "", "categories": "category", "stock": "stock", "in stock": "", "sale price": ""}),
    Source("woo", "WooCommerce customers", "customers", ("billing first name", "billing last name", "billing email"),
           {"billing first name": "name", "billing last name": "name", "first name": "", "last name": ""}),
    Source("google", "Google Contacts", "customers",
           ("phone 1 value", "e mail 1 value", "first name", "last name"), {}),
    Source("google", "Google Contacts", "customers", ("phone 1 value", "e mail 1 value", "given name", "family name"),
           {"name": "name", "given name": "", "family name": ""}),
    Source("vyapar-items", "Vyapar items", "products", ("item name", "sale price", "purchase price", "hsn"), {}),
    Source("vyapar", "Vyapar parties", "customers", ("name", "phone no", "gstin", "opening balance"), {}),
    Source("vyapar", "Vyapar parties", "customers", ("party name", "phone no", "gstin"), {}),
)  # fmt: skip
LABELS = {source.key: source.label for source in SOURCES}


def columns_of(table: str) -> tuple[str, ...]:
    """The columns that one of a file can be matched with."""
    return TABLES[table] + (("company",) if table == "customers" else ()) + MORE[table]


def plain(header: str) -> str:
    """A header as it is compared: letters and digits only.

    >>> plain("E-mail 1 - Value"), plain(" Item name* "), plain("GST_rate (%)")
    ('e mail 1 value', 'item name', 'gst rate')
    """
    return " ".join(re.findall(r"[^\W_]+", header.casefold()))


REASON = "why it was left out"
"""The column that is added to the rows that an import leaves out, so that they can be put right and sent again."""


def digest_of(headers: Sequence[str]) -> str:
    """By what a header row is known again."""
    names = [plain(header) for header in headers if plain(header) != REASON]
    return hashlib.sha256("\x1f".join(names).encode("utf-8", "replace")).hexdigest()


def _known(table: str) -> dict[str, str]:
    names = {plain(name): name for name in columns_of(table)}
    return {word: name for name, words in _SAME[table].items() for word in words.split("|")} | names


_KNOWN = {table: _known(table) for table in TABLES}


def source_of(headers: Sequence[str]) -> Source | None:
    """The program that wrote a file with these headers, if it is one of the four."""
    there = set(map(plain, headers))
    return next((source for source in SOURCES if there.issuperset(source.sign)), None)


def matched(headers: Sequence[str], table: str, source: Source | None = None) -> list[str]:
    """For each header the column it is, "" for none. A column is matched twice only where parts are joined."""
    known = dict(_KNOWN[table])
    if source and source.fills == table:
        known |= {**source.same, **dict.fromkeys(source.ignored, "")}
    found = [known.get(plain(header), "") for header in headers]
    plains = list(map(plain, headers))
    ours = set(map(plain, columns_of(table)))
    exact = {name for name, header in zip(found, plains, strict=True) if header in ours}
    seen: set[str] = set()
    for at, (name, header) in enumerate(zip(found, plains, strict=True)):
        again = name in seen and (name not in SEVERAL or header in plains[:at])
        if again or (name in exact and header not in ours and not source):
            found[at] = ""
        elif name:
            seen.add(name)
    return found


def guessed(headers: Sequence[str]) -> tuple[str, str]:
    """The table that these headers fill best, and the key of the program that wrote them; "" where there is none."""
    if source := source_of(headers):
        return source.fills, source.key
    best, most = "", 0
    for table in TABLES:
        found = set(matched(headers, table)) - {""}
        score = len(found) + (10 if lacking(table, list(found), "create") == [] else 0)
        if len(found) > 1 and score > most:
            best, most = table, score
    return best, ""


def lacking(table: str, matching: Sequence[str], mode: str) -> list[str]:
    """The columns that such a file must have and has not."""
    there = set(matching)
    if table == "customers":
        if mode == "update":
            return [] if there & {"customer_ref", "email", "phone"} else ["customer_ref, email or phone"]
        return [] if there & {"name", COMPANY} else ["name"]
    if table == "products":
        return ["sku"] if mode == "update" and "sku" not in there else [] if {"name"} <= there else ["name"]
    return [name for name in REQUIRED[table] if name not in there]
