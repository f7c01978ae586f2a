"""An order that was typed wrong is put right on the phone."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.factories import make_customer, make_order, make_product


def test_a_seller_puts_an_order_right(page: Page, sign_in) -> None:
    order = make_order(make_customer("Ravi Kumar"), make_product("Cotton kurta", 59_000, stock=9), qty=2)
    make_customer("Meera Rao")
    make_product("Copper lamp", 10_000)
    sign_in()
    page.goto(f"/orders/{order.id}")
    page.get_by_role("link", name="Change this order").click()
    page.get_by_label("Quantity").fill("3")
    expect(page.locator("#bar-total")).to_have_text("₹1,770.00")
    page.get_by_role("button", name="Change", exact=True).click()
    page.get_by_label("Find by name").fill("meer")
    page.locator("#customer-results").get_by_role("button", name="Meera Rao").click()
    page.get_by_label("Add another product").fill("lamp")
    page.locator("#product-results").get_by_role("button", name="Copper lamp").click()
    expect(page.locator("#bar-total")).to_have_text("₹1,870.00")
    page.get_by_label("Day of the order").fill("2020-01-31")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("heading", name=order.ref)).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name="Meera Rao")).to_be_visible()
    expect(page.locator("[data-figure='order.payable']")).to_have_attribute("value", "187000")
    expect(page.get_by_text("31 Jan 2020").first).to_be_visible()
