"""Money by real clicks on a phone: a customer pays in two parts, by UPI and in cash."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from playwright.sync_api import Page, expect

from cms.models import Order
from tests.factories import make_customer, make_order, make_product, make_user, set_shop
from tests.payments.doing import pay

START = "upi://pay?pa=ab.stores@okaxis&pn=A%20%26%20B%20Stores&am="


@pytest.fixture
def order(server) -> Order:
    """An order of 1,180.00 in a shop that takes UPI."""
    set_shop(name="A & B Stores", upi_vpa="ab.stores@okaxis")
    return make_order(make_customer("Meera Rao"), make_product("Cotton saree", 118_000))


def scanned(page: Page) -> str:
    """What a phone reads off the screen."""
    read = [shutil.which("zbarimg") or "zbarimg", "--raw", "--quiet", "-Sbinary=0", "-"]
    picture = page.get_by_role("img", name="QR code").screenshot(
        caret="initial"
    )  # hiding it would need a style of its own
    return subprocess.run(read, input=picture, capture_output=True, check=True).stdout.decode().strip()


def test_an_order_is_paid_in_two_parts_by_upi_and_in_cash(page: Page, order, sign_in) -> None:
    sign_in("staff")
    page.goto(f"/orders/{order.id}")
    page.get_by_role("link", name="Show QR").click()
    assert scanned(page) == f"{START}1180.00&cu=INR&tr=ORD001&tn=Order%20ORD001"
    page.get_by_role("textbox", name="Amount").fill("500")
    page.get_by_label("Reference").fill("4123 4567")
    page.get_by_role("button", name="Record payment").click()
    expect(page.get_by_text("has 12 digits, this one has 8")).to_be_visible()
    expect(page.get_by_role("textbox", name="Amount")).to_have_value("500")
    page.get_by_label("Reference").fill("4123 4567 8901")
    page.get_by_role("button", name="Record payment").click()
    expect(page.locator("#toasts")).to_contain_text("₹500.00 noted")
    assert scanned(page).startswith(f"{START}1180.00&")  # nobody has seen it yet

    sign_in(make_user("owner", "asha"))
    page.goto("/")
    page.get_by_role("link", name="Payments to confirm 1").click()
    page.get_by_role("button", name="Confirm PAY001").click()
    expect(page.get_by_role("heading", name="Nothing to confirm")).to_be_visible()
    page.goto(f"/orders/{order.id}/upi")
    assert scanned(page).startswith(f"{START}680.00&")

    page.goto(f"/orders/{order.id}")
    expect(page.get_by_text("Part paid").first).to_be_visible()
    page.get_by_role("link", name="Record payment").click()
    page.get_by_label("Paid by").select_option("Cash")
    expect(page.get_by_label("I have seen it")).to_be_hidden()
    page.get_by_role("button", name="Record payment").click()
    expect(page.locator(f"#order-{order.id}-paid")).to_have_text("Paid")
    expect(page.locator("[data-figure='order.paid']")).to_have_attribute("value", "118000")
    expect(page.locator("[data-figure='order.due']")).to_have_attribute("value", "0")
    page.reload()
    expect(page.locator(f"#order-{order.id}-paid")).to_have_text("Paid")


def test_a_qr_code_is_read_in_the_dark_and_follows_what_is_paid(page: Page, order, sign_in) -> None:
    sign_in()
    page.emulate_media(color_scheme="dark")
    page.goto(f"/orders/{order.id}/upi")
    assert scanned(page).startswith(f"{START}1180.00&")
    page.get_by_role("textbox", name="Amount").fill("180.50")
    page.get_by_label("I have seen it").check()
    page.get_by_role("button", name="Record payment").click()
    expect(page.locator("[data-figure='order.due']")).to_have_text("₹999.50")
    assert scanned(page).startswith(f"{START}999.50&")
    pay(order, 50_000)  # on another phone, meanwhile
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("[data-figure='order.due']")).to_have_text("₹499.50")
    assert scanned(page).startswith(f"{START}499.50&")


def test_a_claim_is_refused_and_a_mistake_taken_back(page: Page, order, sign_in) -> None:
    claimed = pay(order, 50_000, "upi")
    sign_in()
    page.goto("/payments?state=claimed")
    page.get_by_label(f"Refuse {claimed.ref}").click()
    page.get_by_label("Why is it refused?").fill("Not in the account")
    page.get_by_role("button", name="Refuse ₹500.00").click()
    expect(page.get_by_role("heading", name="Nothing to confirm")).to_be_visible()
    page.goto(f"/orders/{order.id}")
    page.get_by_role("link", name="Record payment").click()
    page.get_by_role("textbox", name="Amount").fill("2000")
    page.get_by_label("Paid by").select_option("Card")
    page.get_by_role("button", name="Record payment").dblclick()
    expect(page.get_by_text("Only ₹1,180.00 is due. Save again if it is right: ₹820.00 becomes")).to_be_visible()
    page.wait_for_timeout(800)  # a second tap at once is the end of a double tap
    page.get_by_role("button", name="Record payment").click()
    expect(page.locator("#toasts")).to_contain_text("₹820.00 of it was more than due")
    page.get_by_role("button", name="Take PAY002 back").click()
    page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
    expect(page.locator(f"#order-{order.id}-paid")).to_have_text("Unpaid")
    expect(page.get_by_role("button", name="Take PAY")).to_have_count(0)


def test_money_is_recorded_and_given_back_with_scripts_off(chromium, server, order) -> None:
    from tests.browser.conftest import log_in

    make_user("owner", "asha")
    context = chromium.new_context(base_url=server.url, java_script_enabled=False)
    page = context.new_page()
    log_in(page, "asha")
    page.goto(f"/orders/{order.id}")
    page.get_by_role("link", name="Record payment").click()
    page.get_by_label("Paid by").select_option("Cash")
    page.get_by_role("button", name="Record payment").click()
    page.get_by_role("button", name="Cancel this order").click()
    page.get_by_role("link", name="Give back ₹1,180.00").click()
    page.get_by_role("button", name="Give back").click()
    expect(page.locator(f"#order-{order.id}-paid")).to_have_text("Refunded")
    context.close()
