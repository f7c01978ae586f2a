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


def test_of_two_tabs_the_second_is_told_what_it_says_now_and_keeps_what_was_typed(page: Page, sign_in) -> None:
    order = make_order(make_customer("Ravi Kumar"), make_product("Cotton kurta", 59_000, stock=9), qty=2)
    sign_in()
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto(f"/orders/{order.id}/change")
    page.get_by_label("Quantity").fill("3")
    expect(page.locator("#bar-total")).to_have_text("₹1,770.00")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("heading", name=order.ref)).to_be_visible()

    other.get_by_label("Quantity").fill("5")
    other.get_by_label("Price").fill("550")
    other.get_by_label("Note").fill("Leave it with the neighbour")
    expect(other.locator("#bar-total")).to_have_text("₹2,750.00")
    other.get_by_role("button", name="Save changes").click()
    told = other.get_by_role("alert")
    expect(told).to_contain_text(f"Someone else changed {order.ref} a moment ago. It says now: Ravi Kumar")
    expect(told).to_contain_text("3 Cotton kurta")
    other.wait_for_load_state("networkidle")  # nothing older comes after it
    expect(told).to_be_visible()
    expect(other.get_by_text("What you had typed is back")).to_have_count(0)
    expect(other.get_by_label("Quantity")).to_have_value("5")
    expect(other.get_by_label("Price")).to_have_value("550")
    expect(other.get_by_label("Note")).to_have_value("Leave it with the neighbour")
    assert other.evaluate("sessionStorage.length") == 0
    other.goto(f"/orders/{order.id}/change")
    expect(other.get_by_label("Quantity")).to_have_value("3")
    expect(other.get_by_label("Note")).to_have_value("")
