"""What invoices say, made without a database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any

from cms.invoices.invoice import Content, invoice_content, numbered
from cms.invoices.rules import tax_of, taxing_of
from tests.invoices.papers import GSTIN

PRICES = ((89_900, 500), (4850, 1800), (1_20_000_00, 0))


def invoice_of(
    lines: int = 1,
    names: Sequence[str] = ("Cotton saree, maroon",),
    mode: str = "regular",
    inclusive: bool = True,
    state: str = "Telangana",
    discount_bp: int = 0,
    **values: Any,
) -> Content:
    """An issued invoice. `values`: what differs of the shop (`vpa`, `note`) and of the customer (`name`, `address`)."""
    shop = SimpleNamespace(
        name="Lakshmi Stores",
        address="4-1-889, Tilak Road\nHyderabad 500001",
        phone="+919848022338",
        email="shop@example.com",
        gstin=GSTIN,
        state="Telangana",
        gst_mode=mode,
        prices_include_tax=inclusive,
        currency="INR",
        invoice_note=values.get("note", ""),
        upi_vpa=values.get("vpa", ""),
    )
    customer = SimpleNamespace(
        name=values.get("name", "Meera Rao"),
        address=values.get("address", "12, Lake Road"),
        city="Hyderabad",
        postcode="500034",
        state=state,
        phone="+919812300000",
        gstin="",
        country="",
    )
    taxing = taxing_of(shop, customer)
    sold = [_line(n, names[n % len(names)], discount_bp, taxing) for n in range(lines)]
    total = sum(line.total_paise for line in sold)
    tax = sum(line.cgst_paise + line.sgst_paise + line.igst_paise for line in sold) if taxing.on_top else 0
    order = SimpleNamespace(
        ref="ORD057",
        gst_mode=mode,
        ordered_on=date(2026, 11, 20),
        place_of_supply=taxing.place,
        tax_paise=tax,
        round_off_paise=0,
        payable_paise=total + tax,
        paid_paise=0,
        due_paise=total + tax,
        address="",
    )
    return numbered(invoice_content(order, sold, customer, shop, date(2026, 11, 23)), "INV/26-27/00001")


def _line(number: int, name: str, discount_bp: int, taxing: Any) -> Any:
    price, rate = PRICES[number % 3]
    quantity = number % 4 + 1
    discount = price * quantity * discount_bp // 10_000
    total = price * quantity - discount
    return SimpleNamespace(
        line_no=number + 1,
        product_name=name,
        sku=f"PROD{number + 1:03d}",
        hsn="5007",
        quantity=quantity,
        unit_price_paise=price,
        discount_paise=discount,
        order_discount_paise=0,
        total_paise=total,
        gst_rate_bp=rate,
        **tax_of(total, rate, taxing).__dict__,
    )
