"""Messages by real clicks on a phone: written, previewed, opened in WhatsApp, and noted."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.after_sale import make_message
from tests.factories import make_customer, make_order, set_shop


@pytest.fixture
def whatsapp(context: BrowserContext) -> None:
    """WhatsApp as far as this test needs it."""
    context.route("https://wa.me/**", lambda route: route.fulfill(body="WhatsApp"))


def test_a_message_about_an_order_is_previewed_changed_opened_in_whatsapp_and_logged(
    page: Page, context: BrowserContext, sign_in, whatsapp
) -> None:
    set_shop(name="Lakshmi Lamps")
    order = make_order(make_customer("Meera Rao", phone="+919848022338"))
    sign_in()
    page.goto(f"/orders/{order.id}")
    page.get_by_text("Tell the customer").click()
    page.get_by_role("link", name="Thank you for the order").click()
    shown = page.locator("#preview .message")
    expect(shown).to_have_text(re.compile("^Hello Meera Rao, thank you for your order ORD001 of ₹499.00"))

    page.get_by_text("Change the words").click()
    page.get_by_label("Message", exact=True).fill("Namaste {custmer}")
    expect(page.locator("#preview")).to_contain_text("did you mean {customer}?")
    page.get_by_label("Message", exact=True).fill("Namaste {customer},\n{order} is packed")
    expect(shown).to_have_text("Namaste Meera Rao,\nORD001 is packed")
    page.get_by_role("button", name="Save, then open in WhatsApp").click()

    expect(page.locator("#main .pill")).to_have_text("Not sent yet")
    with context.expect_page() as opened:
        page.get_by_role("link", name="Open in WhatsApp").click()
    assert opened.value.url.startswith("https://wa.me/919848022338?text=Namaste%20Meera%20Rao%2C%0AORD001")
    expect(page.get_by_text("It is not known whether it was sent from there")).to_be_visible()

    page.goto("/notifications?state=opened")
    expect(page.get_by_role("row", name="Meera Rao")).to_contain_text("Opened")


def test_one_after_the_other_by_tap(page: Page, context: BrowserContext, sign_in, whatsapp) -> None:
    for number in range(2):
        make_message(make_customer(f"Customer {number}", phone=f"+91984802233{number}"))
    sign_in()
    page.goto("/notifications")
    page.get_by_role("link", name="Go through them").click()
    for number in range(2):
        expect(page.get_by_role("heading", name=f"Customer {number}")).to_be_visible()
        with context.expect_page() as opened:
            page.get_by_role("link", name="Open in WhatsApp").click()
        assert opened.value.url == f"https://wa.me/91984802233{number}?text=Hello"
    expect(page.get_by_text("Nothing waits")).to_be_visible()


def test_a_customer_is_found_while_writing(page: Page, sign_in) -> None:
    make_customer("Meera Rao", phone="+919848022338")
    sign_in()
    page.goto("/notifications/new")
    page.get_by_label("Find by name, phone or e-mail").fill("22338")
    page.locator("#customer-results").get_by_role("button", name="Meera Rao").click()
    expect(page.locator(".picked")).to_contain_text("Meera Rao")
    page.get_by_label("Message", exact=True).fill("Hello {customer}")
    expect(page.locator("#preview .message")).to_have_text("Hello Meera Rao")
