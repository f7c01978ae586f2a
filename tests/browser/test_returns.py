"""Taking goods back by real clicks on a phone, and the money on Home follows."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.factories import make_customer, make_order, make_product
from tests.returns.doing import pay, sold


def net(page: Page) -> str | None:
    page.goto("/")
    return page.locator("[data-figure='money.net']").get_attribute("value")


def take_back(page: Page, units: str, refund: str) -> None:
    page.goto("/orders")
    page.get_by_role("link", name="ORD001").click()
    page.get_by_role("link", name="Take something back").click()
    page.get_by_label("How many of Cotton saree come back").fill(units)
    expect(page.locator("#desk-bar")).to_contain_text(refund)
    page.get_by_label("Why?").select_option("Did not like it")
    page.get_by_role("button", name="Take back and refund").click()
    page.get_by_role("dialog").get_by_role("button", name="Take back").click()


def test_two_of_five_come_back_then_three_and_then_no_more(page: Page, sign_in) -> None:
    sold(5, 33_333, paid=True)
    sign_in()
    assert net(page) == "166665"
    take_back(page, "2", "₹666.66")
    expect(page.get_by_role("heading", name="RET001")).to_be_visible()
    assert net(page) == "99999"

    page.goto("/returns/new?order=ORD001")
    typed = page.get_by_label("How many of Cotton saree come back")
    typed.fill("4")
    expect(page.get_by_text("Only 3 of 5 left to come back")).to_be_visible()
    page.get_by_label("Why?").select_option("Did not like it")
    page.get_by_role("button", name="Take back and refund").click()
    expect(typed).to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(0)  # nothing is asked about what is refused already
    expect(typed).to_have_value("4")
    typed.fill("3")
    expect(page.locator("#desk-bar")).to_contain_text("₹999.99")
    page.get_by_role("button", name="Take back and refund").click()
    page.get_by_role("dialog").get_by_role("button", name="Take back").click()
    expect(page.get_by_role("heading", name="RET002")).to_be_visible()
    assert net(page) == "0"

    page.goto("/returns/new?order=ORD001")
    expect(page.get_by_text("All of ORD001 came back already")).to_be_visible()


def test_an_order_is_found_and_a_request_decided_in_the_list(page: Page, sign_in) -> None:
    pay(sold(5, 10_000, stock=5))
    sign_in()
    page.goto("/returns")
    page.get_by_role("link", name="Take something back").first.click()
    page.get_by_label("Of which order?").fill("meer")
    page.get_by_role("link", name=re.compile("ORD001, Meera")).click()
    page.get_by_role("button", name="All of it").click()
    expect(page.locator("#desk-bar")).to_contain_text("₹500.00")
    page.get_by_label("Store credit").check()
    expect(page.locator("#desk-money")).to_contain_text("₹500.00 goes back as store credit")
    page.get_by_label("Why?").select_option("Wrong item sent")
    page.get_by_role("button", name="Only note the request").click()
    expect(page.get_by_role("heading", name="RET001")).to_be_visible()

    page.goto("/")
    page.get_by_role("link", name=re.compile("Returns to decide")).click()
    page.get_by_role("button", name="Approve RET001").click()
    page.get_by_role("button", name="Received RET001").click()
    page.get_by_role("button", name="Refund RET001").click()
    page.get_by_role("dialog").get_by_role("button", name="Refund").click()
    expect(page.get_by_role("cell", name="Refunded")).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("RET001 is refunded")


def test_lines_have_reasons_of_their_own_and_what_is_cleared_is_forgotten(page: Page, sign_in) -> None:
    make_order(make_customer(), make_product("Lamp", 10_000), make_product("Bowl", 5_000), qty=2, status="Delivered")
    sign_in()
    page.goto("/returns/new?order=1")
    page.get_by_label("How many of Lamp").fill("1")
    page.get_by_label("How many of Bowl").fill("2")
    expect(page.locator("#desk-bar")).to_contain_text("₹200.00")
    page.locator(".answer").nth(1).get_by_text("Another reason").click()
    page.get_by_label("Goods of Bowl").select_option("Damaged, not to be sold")
    page.get_by_label("How many of Lamp").fill("")
    expect(page.locator("#desk-bar")).to_contain_text("₹100.00")
    expect(page.locator(".answer").first).to_be_empty()
    expect(page.get_by_label("Goods of Bowl")).to_have_value("damaged")
    expect(page.locator("#desk-money")).to_contain_text("Nothing was paid yet: what is due falls by ₹100.00")


def test_goods_are_taken_back_with_scripts_off(chromium, server, context, sign_in) -> None:
    sold(5, 10_000)
    sign_in()
    plain = chromium.new_context(base_url=server.url, java_script_enabled=False)
    plain.add_cookies(context.cookies())
    page = plain.new_page()
    page.goto("/returns/new")
    page.get_by_label("Of which order?").fill("1")
    page.get_by_role("button", name="Find the order").click()
    page.get_by_label("How many of Cotton saree").fill("2")
    page.get_by_role("button", name="Work out the refund").click()
    expect(page.locator("#desk-bar")).to_contain_text("₹200.00")
    page.get_by_label("Why?").select_option("Other")
    page.get_by_role("button", name="Take back and refund").click()
    expect(page.get_by_role("heading", name="RET001")).to_be_visible()
    plain.close()
