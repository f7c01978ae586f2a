"""The invoice of an order by real clicks on a phone: looked at, issued, taken along, and on thermal paper."""

from __future__ import annotations

import re
import subprocess

from playwright.sync_api import Page, expect
from sqlalchemy import delete

from cms.db import db
from cms.invoices.actions import issue_invoice
from cms.models import Job, Order
from tests.factories import make_customer, make_order, make_product, the_shop, write
from tests.invoices.papers import issue, open_shop


def test_an_invoice_is_looked_at_issued_and_taken_along(page: Page, sign_in) -> None:
    open_shop(upi_vpa="lakshmi@okaxis")
    saree = make_product("Cotton saree", 118_000, gst_rate_bp=500, hsn="5208")
    order = make_order(make_customer("श्रीमती लक्ष्मी", phone="+919848022338"), saree, qty=2)
    sign_in()
    page.goto(f"/orders/{order.id}")
    page.get_by_role("link", name="Preview").click()
    expect(page.get_by_text("DRAFT", exact=True)).to_be_visible()
    page.get_by_role("button", name="Issue invoice").click()
    expect(page.get_by_role("dialog")).to_contain_text("cannot be changed afterwards")
    page.get_by_role("dialog").get_by_role("button", name="Issue invoice").click()

    expect(page.get_by_role("heading", name=re.compile("^INV.*00001$"))).to_be_visible()
    expect(page.get_by_role("img", name="QR code to pay ₹2,360.00 by UPI")).to_be_visible()
    expect(page.get_by_role("link", name="WhatsApp")).to_have_attribute(
        "href", re.compile("^https://wa.me/919848022338")
    )
    with page.expect_download(timeout=60_000) as taken:
        page.get_by_role("link", name="Download PDF").click()
    assert re.fullmatch(r"INV-\d\d-\d\d-00001\.pdf", taken.value.suggested_filename)
    said = subprocess.run(["pdftotext", "-layout", taken.value.path(), "-"], capture_output=True, check=True)
    assert "₹2,360.00" in said.stdout.decode() and "Cotton saree" in said.stdout.decode()

    page.get_by_role("link", name="Invoices", exact=True).first.click()
    expect(page.get_by_role("link", name=re.compile("^INV"))).to_be_visible()


def test_the_page_prints_the_paper_alone_and_fits_thermal_paper(page: Page, sign_in) -> None:
    open_shop()
    order = make_order(make_customer(), make_product("Cotton saree", 118_000, gst_rate_bp=500))
    sign_in()
    page.goto(f"/orders/{order.id}/invoice")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 272, "height": 900})  # what is left of 80 mm
    expect(page.locator("#paper")).to_be_visible()
    expect(page.get_by_role("button", name="Issue invoice")).to_be_hidden()
    expect(page.get_by_role("navigation", name="Quick")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 272


def test_a_line_of_an_invoiced_order_comes_back_and_the_credit_note_is_there(page: Page, sign_in) -> None:
    open_shop()
    sarees = [make_product(name, 118_000, gst_rate_bp=500) for name in ("Cotton saree", "Silk saree")]
    order = make_order(make_customer(), *sarees, status="Delivered")
    sign_in()
    page.goto(f"/orders/{order.id}/invoice")
    page.get_by_role("button", name="Issue invoice").click()
    page.get_by_role("dialog").get_by_role("button", name="Issue invoice").click()
    expect(page.get_by_role("heading", name=re.compile("^INV"))).to_be_visible()

    page.goto(f"/orders/{order.id}")
    page.get_by_role("link", name="Take something back").click()
    page.get_by_label("How many of Silk saree come back").fill("1")
    page.get_by_label("Why?").select_option("Did not like it")
    page.get_by_role("button", name="Take back and refund").click()
    page.get_by_role("dialog").get_by_role("button", name="Take back").click()
    expect(page.get_by_role("heading", name="RET001")).to_be_visible()
    page.goto(f"/orders/{order.id}")
    expect(page.get_by_text(re.compile(r"CN.*00001"))).to_be_visible()


def test_a_pdf_that_was_made_by_its_button_can_be_had_again(page: Page, sign_in) -> None:
    open_shop()
    order = make_order(make_customer(), make_product("Cotton saree", 118_000, gst_rate_bp=500))
    with write():  # as of an invoice that came from a backup: nothing makes its PDF yet
        issue_invoice(db.session.get_one(Order, order.id), the_shop(), None)
        db.session.execute(delete(Job))
    sign_in()
    page.goto(f"/orders/{order.id}/invoice")
    for _ in range(2):
        with page.expect_download(timeout=60_000):
            page.get_by_role("button", name="Download PDF").click()
        expect(page.locator("form[data-download]")).not_to_have_attribute("aria-busy", "true", timeout=10_000)


STUB = """
navigator.canShare = ({ files }) => files[0].type === "application/pdf";
navigator.share = async ({ files: [file], title }) => {
  if (window.refuse) throw new DOMException("no", "NotAllowedError");
  const head = new TextDecoder().decode((await file.arrayBuffer()).slice(0, 4));
  window.shared = [file.name, file.type, head, title];
};
"""


def test_the_pdf_is_shared_where_the_phone_can(page: Page, sign_in) -> None:
    open_shop()
    order = make_order(make_customer(), make_product("Cotton saree", 118_000, gst_rate_bp=500))
    number = issue(order).number
    sign_in()
    page.goto(f"/orders/{order.id}/invoice")
    expect(page.get_by_role("link", name="Download PDF")).to_be_visible()
    expect(page.get_by_role("button", name="Share PDF")).to_be_hidden()

    page.add_init_script(STUB)
    page.reload()
    page.get_by_role("button", name="Share PDF").click()
    for _ in range(200):  # wait_for_function would evaluate text, which the content policy forbids
        if page.evaluate("Boolean(window.shared)"):
            break
        page.wait_for_timeout(50)
    name = f"{number.replace('/', '-')}.pdf"
    assert page.evaluate("shared") == [name, "application/pdf", "%PDF", f"Tax invoice {number}"]
    page.evaluate("window.refuse = true")
    page.get_by_role("button", name="Share PDF").click()
    expect(page.get_by_text("Could not share the PDF")).to_be_visible()
