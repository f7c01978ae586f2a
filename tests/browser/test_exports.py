"""Exports by real clicks: the file of a filtered list holds the rows that are seen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.exports.shops import rows_in, sheets_in
from tests.factories import make_customer, make_order, make_product


def taken(page: Page, button: str) -> tuple[str, bytes]:
    with page.expect_download() as coming:
        page.get_by_role("button", name=button, exact=True).click()
    download = coming.value
    assert download.failure() is None
    return download.suggested_filename, Path(download.path()).read_bytes()


def test_export_what_i_see_from_a_filtered_list_on_a_phone(page: Page, sign_in) -> None:
    lamp = make_product("Clay lamp")
    for name in ("Asha Rao", "Ravi Stores", "Meera Rao"):
        make_order(make_customer(name), lamp, status="Shipped" if name.endswith("Rao") else "Pending")
    sign_in("staff")
    page.goto("/orders")
    page.get_by_text("Filter and sort").click()
    page.get_by_label("Status").select_option("Shipped")
    expect(page.get_by_text("2 orders")).to_be_visible()
    page.keyboard.press("Escape")
    page.goto(page.url)  # as it stands in the address
    expect(page.locator("tbody tr")).to_have_count(2)
    seen = [text.strip() for text in page.locator("tbody tr .title a").all_inner_texts()]
    page.locator("#orders summary", has_text="Export").click()
    name, data = taken(page, "Orders, CSV")
    assert re.fullmatch(r"order-totals-\d{4}-\d\d-\d\d\.csv", name)
    assert [row["order_no"] for row in rows_in(data)] == seen
    assert {row["customer"] for row in rows_in(data)} == {"Asha Rao", "Meera Rao"}
    name, data = taken(page, "Order lines, Excel")
    rows = sheets_in(data)["Order lines"]
    assert name.endswith(".xlsx") and [row[0][1] for row in rows[1:]] == seen
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [360, 1280])
def test_a_whole_table_from_the_export_page(page: Page, sign_in, width) -> None:
    make_customer("Asha Rao")
    sign_in()
    page.set_viewport_size({"width": width, "height": 780})
    page.goto("/exports")
    assert page.evaluate("scrollY") == 0, "its place in the menu comes into sight, and the page stays at its beginning"
    name, data = taken(page, "CSV of customers")
    assert name.startswith("customers-") and [row["name"] for row in rows_in(data)] == ["Asha Rao"]
    page.get_by_role("link", name="Activity").last.click()
    expect(page.get_by_text("Exported 1 customer as CSV")).to_be_visible()
