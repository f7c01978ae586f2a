"""Somebody who is entered twice, on a phone: found, compared, merged, taken apart again, merged; then forgotten."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.factories import make_customer, make_order, make_product


def test_two_entries_become_one_and_the_person_is_forgotten_on_a_phone(page: Page, sign_in) -> None:
    lamp = make_product("Clay lamp")
    asha = make_customer("Lakshmi Devi", phone="+919848022338", city="Guntur")
    again = make_customer("Laxmi Devi", email="laxmi@shop.example", city="Guntur")
    make_customer("Usha Rao")
    make_order(asha, lamp, status="Delivered"), make_order(again, lamp, status="Delivered")
    sign_in()
    page.goto("/customers")
    page.get_by_role("link", name="Find duplicates").click()
    page.get_by_role("link", name="Compare Lakshmi Devi").click()
    expect(page.get_by_role("heading", name="Are these the same person?")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_label("Laxmi Devi").check()
    page.get_by_role("button", name="Merge into one").click()
    page.get_by_role("dialog").get_by_role("button", name="Merge").click()
    expect(page.get_by_role("heading", name="Laxmi Devi")).to_be_visible()
    expect(page.get_by_role("row", name="ORD002")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back")).to_be_visible()
    page.goto(f"/customers/{again.id}")
    expect(page.get_by_text("laxmi@shop.example")).to_be_visible()

    page.get_by_text("More", exact=True).first.click()
    page.get_by_role("link", name="Merge with another").click()
    page.get_by_role("link", name="Compare with Lakshmi Devi").click()
    page.get_by_role("button", name="Merge into one").click()
    page.get_by_role("dialog").get_by_role("button", name="Merge").click()
    expect(page.get_by_role("row", name="ORD002")).to_be_visible()

    page.get_by_text("More", exact=True).first.click()
    page.get_by_role("link", name="Personal data").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the copy").click()
    assert download.value.suggested_filename.endswith(".zip")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_label("Forget all the same").check()  # nothing was paid
    page.get_by_label("The customer's number").fill(asha.ref)
    page.get_by_role("button", name="Forget this person").click()
    page.get_by_role("dialog").get_by_role("button", name="Forget for good").click()
    expect(page.get_by_role("heading", name="Forgotten customer")).to_be_visible()
    expect(page.get_by_role("row", name="ORD001")).to_be_visible()
    expect(page.get_by_text("laxmi@shop.example")).not_to_be_visible()
