"""A shop with something of everything that an export has to carry, and files as they come out of it."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from cms.customers.actions import archive_customer, set_offers, set_standing
from cms.db import db
from cms.demo.actions import Size, fill_shop
from cms.exports.folder import export_folder
from cms.figures import sheet
from cms.models import Customer, Product
from cms.orders.actions import Item
from cms.payments.actions import refuse_payment, take_back_payment
from cms.products.actions import archive_product
from tests.after_sale import WAYS, make_complaint, make_feedback, make_invoiced, make_return
from tests.factories import make_customer, make_order, make_product, set_shop, write
from tests.payments.doing import UTR, back, decide, pay, settle_before, spend

TODAY = date(2026, 3, 14)
NASTY = (
    '=HYPERLINK("http://x","a")', "+1+1", "-2+3", "@SUM(A1)", "'=1", "''+x", "-5", "+7", "'plain", "\uff1dA1",
    'She said "no", twice', "a,b;c|d", "\\N", "NULL", "\\0", "🪔🦚", "దీపం", "दीपक", "\u00e9clair", "\u202eabc",
    "#REF!", "%s{0}",
)  # fmt: skip
LINES = '=first\n+second\n\n\'third, "quoted"\nlast'


def fill_with_everything(demo: int = 120) -> None:
    """The demo, and by the real actions whatever it leaves out, with texts that try to break out of their cells."""
    with write():
        fill_shop(Size(30, demo, 1), TODAY, None)
    people = [make_customer(f"{text} Co", note=LINES, address=f"{text}\n{LINES}", city=text[:40]) for text in NASTY]
    goods = [make_product(f"{text} lamp", 12_345 + n, 20 * n or None, category=text) for n, text in enumerate(NASTY)]
    odd = [make_product(text, sku=f"{text[:30]}{n}") for n, text in enumerate(NASTY)]
    orders = [
        make_order(buyer, Item(one.id, 3, 9_999, 1250), other, qty=2, discount_paise=n, address=LINES, note=buyer.name,
                   status="Delivered")
        for n, (buyer, one, other) in enumerate(zip(people, goods[1:], odd, strict=False))
    ]  # fmt: skip
    for order, one, text in zip(orders, goods[1:], NASTY, strict=False):
        make_complaint(order, f"{text}\n{LINES}", product=one)
        make_feedback(order, None, 3, f"{text}\n{LINES}")
        make_feedback(order, one, 4, text)
    for state in WAYS:
        make_complaint(people[0], "In every state", state, priority="high")
    _money(orders, people, goods)
    set_shop(prices_include_tax=False)
    make_order(people[3], Item(goods[3].id, 7, 3_333, 333), goods[4], discount_paise=1_001)
    make_invoiced(people[4], goods[5])
    set_shop(gst_mode="composition")
    make_order(people[5], goods[5])
    with write():
        one = db.session.get_one(Customer, people[0].id)
        set_standing(one, "Inactive", NASTY[0], date(2026, 12, 31), one.version, TODAY, None)
        set_offers(db.session.get_one(Customer, people[1].id), True, None)
        archive_customer(db.session.get_one(Customer, people[2].id), True, 1, None)
        archive_product(db.session.get_one(Product, goods[6].id), True, 1, None)


def _money(orders: list[Any], people: list[Any], goods: list[Any]) -> None:
    paid, owed, refused, taken = orders[:4]
    pay(paid, 10**7, note=NASTY[0], reference=NASTY[1])  # much too much: the rest is credit
    spend(make_order(people[0], goods[1], qty=2), 500)
    back(paid, 700)
    pay(owed, 500, "upi", UTR)
    decide(refuse_payment, pay(refused, 900, "upi", "512345678901"), "It never came")
    decide(take_back_payment, pay(taken, 901, "upi", "512345678902", seen=True))
    settle_before(make_order(people[6], goods[7]))
    for order, state in zip(orders[5:], ("requested", "approved", "received", "refunded", "refused"), strict=False):
        make_return(order, 1, state, words=LINES)
    make_return(orders[0], 1, "refunded", mode="credit")


def exported(folder: Path) -> dict[str, bytes]:
    """The files of `flask export`, by name."""
    export_folder(folder)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def all_figures() -> dict[str, Any]:
    db.session.rollback()
    return sheet.figures(TODAY, sheet.shop(), also=("rfm", "cohorts"))


def rows_in(data: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file, as another program reads them."""
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def sheets_in(data: bytes) -> dict[str, list[list[tuple[str, str]]]]:
    """The cells of a workbook as (style, text), by the names of its sheets."""
    name = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        assert book.testzip() is None
        whole = ElementTree.fromstring(book.read("xl/workbook.xml"))
        found = {}
        for number, sheet_name in enumerate((one.get("name") for one in whole.iter(f"{name}sheet")), 1):
            part = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
            found[sheet_name or ""] = [
                [(cell.get("s", cell.get("t", "")), "".join(cell.itertext())) for cell in row.iter(f"{name}c")]
                for row in part.iter(f"{name}row")
            ]
    return found
