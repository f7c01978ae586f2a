"""An import by real clicks on a phone: a Shopify file with a bad row, matched, checked, imported, taken back."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from cms.db import db
from cms.models import Customer
from tests.exports.shops import rows_in
from tests.factories import make_customer
from tests.imports.uploads import SHOPIFY


def customers() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(Customer.id))) or 0


def test_a_shopify_file_comes_in_and_goes_again(page: Page, sign_in) -> None:
    make_customer("Lakshmi")
    sign_in()
    page.goto("/imports")
    file = {"name": "customers_export.csv", "mimeType": "text/csv", "buffer": SHOPIFY.encode()}
    page.get_by_label("CSV or Excel file").set_input_files([file])  # type: ignore[list-item]
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Recognised: Shopify customers")).to_be_visible()
    expect(page.get_by_label("Default Address City is read as")).to_have_value("city")
    page.locator("summary", has_text="Default Address City").click()  # folded, since nothing has to be decided
    expect(page.locator("p", has_text="Guntur; Chennai; Pune")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", name="What would come of it")).to_be_visible()
    expect(page.locator("#upload .totals dd")).to_have_text(["2", "0", "0", "1"])
    assert customers() == 1
    with page.expect_download() as coming:
        page.get_by_role("link", name="Rows with reasons").click()
    left = rows_in(Path(coming.value.path()).read_bytes())
    assert [row["First Name"] for row in left] == ["Ravi"]
    page.get_by_role("button", name="Import 2 rows").click()
    address = page.url
    page.goto("/customers")  # the work goes on
    page.goto(address)
    expect(page.get_by_text("Rows: 2 added, 1 left out")).to_be_visible()
    assert customers() == 3
    page.get_by_role("link", name="Look at it or take it back").click()
    page.get_by_role("button", name="Take this import back").click()
    page.get_by_role("button", name="Take it back", exact=True).click()
    expect(page.get_by_text("what it added is gone")).to_be_visible()
    assert customers() == 1
