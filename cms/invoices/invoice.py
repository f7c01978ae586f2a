"""What an invoice or credit note says, put together once: all that is printed comes from it, and it never changes."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from cms.formats import show_phone, state_of_gstin
from cms.invoices.rules import COMPOSITION_WORDS, Tax, credit_of, document_kind, halves_of, state_code
from cms.invoices.words import amount_in_words
from cms.payments import rules
from cms.text import fold

PARTS = ("taxable_paise", "cgst_paise", "sgst_paise", "igst_paise")
TAXES = PARTS[1:]
EWAY_PAISE = 50_000_00
LONGEST_PAYEE = 50
ROUNDING = 3
"""Paise by which tax on top of a part of a line may differ from its share; that is no discount."""

Content = dict[str, Any]


def invoice_content(order: Any, lines: Sequence[Any], customer: Any, shop: Any, on: date, logo: str = "") -> Content:
    """What the invoice of an order says if it is issued on that day; its number comes with `numbered`."""
    sold = [_line(line, order) for line in lines]
    content = _head(order, customer, shop, on, logo) | {
        "kind": document_kind(order.gst_mode, [line["rate_bp"] for line in sold]),
        "lines": sold,
        "inter_state": any(line["igst_paise"] for line in sold),
        "order": {"ref": order.ref, "date": order.ordered_on.isoformat()},
        "discount_paise": sum(line["discount_paise"] for line in sold),
        "round_off_paise": order.round_off_paise,
        "payable_paise": order.payable_paise,
        "paid_paise": order.paid_paise,
        "due_paise": max(order.due_paise or 0, 0),
        "notes": [COMPOSITION_WORDS] if order.gst_mode == "composition" else [],
        "note": shop.invoice_note,
        "vpa": shop.upi_vpa if shop.currency == "INR" else "",
    }
    return _added_up(content)


def credit_content(invoice: Content, credited: Sequence[tuple[int, int, int, int]], on: date, reason: str) -> Content:
    """What a credit note says about (line number, quantity, paise, paise credited before) of an invoice.

    Raises RuleError when more would be credited of a line than was invoiced.
    """
    by_no = {line["no"]: line for line in invoice["lines"]}
    lines = [_credited(by_no[no], quantity, paise, before, invoice) for no, quantity, paise, before in credited]
    kept = ("order", "currency", "seller", "buyer", "taxed", "inclusive", "inter_state", "place", "halves", "logo")
    content = {name: invoice[name] for name in kept} | {
        "kind": "Credit note",
        "number": "",
        "date": on.isoformat(),
        "against": {"number": invoice["number"], "date": invoice["date"]},
        "reason": reason,
        "lines": lines,
        "discount_paise": sum(line["discount_paise"] for line in lines),
        "round_off_paise": 0,
        "payable_paise": sum(line["payable_paise"] for line in lines),
        "paid_paise": 0,
        "due_paise": 0,
        "notes": [],
        "note": "",
        "vpa": "",
    }
    return _added_up(content)


def numbered(content: Content, number: str) -> Content:
    """The same with its number, and with the link to pay what is due."""
    return content | {"number": number, "upi": upi_link(content, number)}


def upi_link(content: Content, number: str) -> str:
    """The UPI link to pay what is due at issue; empty where nothing is, or where there is no address to pay to.

    >>> paid = {"due_paise": 123450, "vpa": "ab.stores@okaxis", "seller": {"name": "A & B Stores"}}
    >>> upi_link(paid, "INV/25-26/00001")[:60]
    'upi://pay?pa=ab.stores@okaxis&pn=A%20%26%20B%20Stores&am=123'
    """
    due = content["due_paise"]
    if not content["vpa"] or due <= 0:
        return ""
    payee = content["seller"]["name"][:LONGEST_PAYEE]
    return rules.upi_link(content["vpa"], payee, due, number, f"Invoice {number}")


def warnings(content: Content, mode_now: str) -> list[str]:
    """What the seller should see to before this is issued; none of it stands in the way."""
    said, seller, buyer = [], content["seller"], content["buyer"]
    names = {"unregistered": "without GST", "composition": "under the composition scheme", "regular": "with GST"}
    if content["mode"] != mode_now:
        said.append(
            f"This order was placed {names[content['mode']]}, the shop now sells {names[mode_now]}:"
            " the invoice follows the order"
        )
    if not seller["address"]:
        said.append("Your address is missing; enter it under Settings")
    if content["taxed"]:
        if without := [line["name"] for line in content["lines"] if not line["hsn"]]:
            said.append(f"No HSN code: {_some(without)}")
        if content["kind"] != "Tax invoice":
            said.append("No line has a GST rate, so this is a bill of supply")
    if content["mode"] != "unregistered" and content["payable_paise"] >= EWAY_PAISE:
        if not buyer["gstin"] and not buyer["address"]:
            said.append("From ₹50,000 on the customer's address must be on the invoice")
        said.append("Goods of more than ₹50,000 need an e-way bill on the road")
    return said


def _head(order: Any, customer: Any, shop: Any, on: date, logo: str) -> Content:
    home = state_of_gstin(shop.gstin) or state_code(shop.state)
    address = _lines(customer.address, " ".join(filter(None, (customer.city, customer.postcode))), customer.state)
    return {
        "number": "",
        "date": on.isoformat(),
        "currency": shop.currency,
        "mode": order.gst_mode,
        "taxed": order.gst_mode == "regular",
        "inclusive": not order.tax_paise,
        "place": order.place_of_supply,
        "halves": list(halves_of(order.place_of_supply)),
        "logo": logo,
        "seller": {
            "name": shop.name,
            "address": shop.address,
            "phone": show_phone(shop.phone),
            "email": shop.email,
            "gstin": shop.gstin if order.gst_mode != "unregistered" else "",
            "state": shop.state,
            "state_code": home,
        },
        "buyer": {
            "name": customer.name,
            "address": address,
            "phone": show_phone(customer.phone),
            "gstin": customer.gstin,
            "state": customer.state,
            "deliver_to": "" if _within(order.address, address) else order.address,
        },
    }


def _line(line: Any, order: Any) -> Content:
    tax = line.cgst_paise + line.sgst_paise + line.igst_paise if order.tax_paise else 0
    return {
        "no": line.line_no,
        "name": line.product_name,
        "sku": line.sku,
        "hsn": line.hsn,
        "quantity": line.quantity,
        "price_paise": line.unit_price_paise,
        "discount_paise": line.discount_paise + line.order_discount_paise,
        "rate_bp": line.gst_rate_bp,
        "total_paise": line.total_paise,
        "payable_paise": line.total_paise + tax,
        **{name: getattr(line, name) for name in PARTS},
    }


def _credited(line: Content, quantity: int, paise: int, before: int, invoice: Content) -> Content:
    tax = credit_of(line, before, paise)
    parts = tax if invoice["taxed"] else Tax()
    off = line["price_paise"] * quantity - (paise if invoice["inclusive"] else paise - tax.tax_paise)
    return {
        **{name: line[name] for name in ("no", "name", "sku", "hsn", "price_paise", "rate_bp")},
        "quantity": quantity,
        "discount_paise": off if off > ROUNDING or (line["discount_paise"] and off > 0) else 0,
        "total_paise": paise,
        "payable_paise": paise,
        **{name: getattr(parts, name) for name in PARTS},
    }


def _added_up(content: Content) -> Content:
    """With the sums of its lines: all together, and by rate."""
    by_rate: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(PARTS, 0))
    for line in content["lines"]:
        for name in PARTS:
            by_rate[line["rate_bp"]][name] += line[name]
    sums = {name: sum(line[name] for line in content["lines"]) for name in PARTS}
    return content | {
        "total_paise": sum(line["total_paise"] for line in content["lines"]),
        **sums,
        "tax_paise": sum(sums[name] for name in TAXES),
        "rates": [{"rate_bp": rate, **by_rate[rate]} for rate in sorted(by_rate)] if content["taxed"] else [],
        "in_words": amount_in_words(content["payable_paise"], content["currency"]),
        "upi": "",
    }


def _within(text: str, longer: str) -> bool:
    """Whether the one address says no more than the other."""
    return set(fold(text).replace(",", " ").split()) <= set(fold(longer).replace(",", " ").split())


def _lines(*texts: str) -> str:
    return "\n".join(text for text in texts if text)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
