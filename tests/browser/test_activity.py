"""Taking back by a toast and in the trail, the logo, and the contact page as customers see it."""

from __future__ import annotations

import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from cms.db import db
from cms.models import Customer
from tests.factories import make_customer, make_order, make_product, set_shop


def phone_of(customer: Customer) -> str:
    db.session.rollback()
    return db.session.get_one(Customer, customer.id, populate_existing=True).phone


def edit_phone(page: Page, old: str, new: str) -> None:
    page.get_by_role("button", name=f"Phone: {old}, change").click()
    page.get_by_label("Phone of").fill(new)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name=f"Phone: {new}, change")).to_be_visible()


def test_an_inline_edit_is_undone_by_its_toast(page: Page, sign_in) -> None:
    customer = make_customer("Meera Rao", phone="+919848022338")
    sign_in("staff")
    page.goto("/customers")
    edit_phone(page, "98480 22338", "91234 56789")
    toast = page.locator(".toast").filter(has_text="Phone saved")
    toast.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Phone: 98480 22338, change")).to_be_visible()
    expect(page.locator(".toast").filter(has_text="Taken back")).to_be_visible()
    expect(toast).to_have_count(0)
    assert phone_of(customer) == "+919848022338"


def test_an_inline_edit_is_undone_by_the_keyboard(page: Page, sign_in) -> None:
    make_product("Clay lamp", 49_900)
    sign_in()
    page.goto("/products")
    page.get_by_role("button", name="Price: ₹499.00, change").click()
    page.get_by_label("Price of Clay lamp").fill("520")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Price: ₹520.00, change")).to_be_focused()
    expect(page.locator(".toast").get_by_role("button", name="Undo")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="Price: ₹499.00, change")).to_be_visible()


def test_a_toast_says_why_something_cannot_be_taken_back(page: Page, sign_in) -> None:
    customer = make_customer("Meera Rao", phone="+919848022338")
    sign_in()
    page.goto("/customers")
    edit_phone(page, "98480 22338", "91234 56789")
    first = page.locator(".toast").first
    first.hover()  # it waits while it is looked at
    edit = page.context.new_page()
    edit.goto("/customers")
    edit_phone(edit, "91234 56789", "98765 43210")
    first.get_by_role("button", name="Undo").click()
    expect(page.locator(".toast.bad")).to_have_text(re.compile("changed again since"))
    assert phone_of(customer) == "+919876543210"


def test_what_a_plain_form_did_is_undone_by_its_toast_too(page: Page, sign_in) -> None:
    customer = make_customer("Meera Rao")
    sign_in()
    page.goto(f"/customers/{customer.id}")
    page.get_by_text("More", exact=True).first.click()
    page.get_by_role("button", name="Archive").click()
    page.get_by_role("dialog").get_by_role("button", name="Archive").click()
    expect(page.get_by_role("main").get_by_text("Archived", exact=True).first).to_be_visible()
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".toast").filter(has_text="Taken back")).to_be_visible()
    expect(page).to_have_url(re.compile(f"/customers/{customer.id}$"))
    expect(page.locator("h1 + .pill + .pill")).to_have_count(0)


def test_a_step_is_taken_back_in_the_trail_which_says_who_did_it(page: Page, sign_in) -> None:
    make_order(make_customer("Meera Rao"), status="Shipped")
    me = sign_in()
    page.goto("/activity")
    expect(page.locator(".todo").get_by_text("Meera Rao")).to_be_visible()
    entry = page.locator("#trail li").filter(has_text="Pending to Shipped")
    entry.get_by_role("button", name="Undo").click()
    expect(entry.get_by_text(f"Undone by {me.name}")).to_be_visible()
    expect(entry.get_by_role("button", name="Undo")).to_have_count(0)


def test_the_owner_puts_up_a_logo_and_customers_see_it_on_the_contact_page(page: Page, sign_in, tmp_path) -> None:
    set_shop(name="Lakshmi Lamps", phone="+919848022338", address="12 Lake Road\nGuntur")
    sign_in()
    page.goto("/settings")
    Image.new("RGB", (1200, 300), "#1e90ff").save(tmp_path / "logo.jpg")
    page.get_by_label("Picture").set_input_files(tmp_path / "logo.jpg")
    page.get_by_role("button", name="Put up the logo").click()
    logo = page.get_by_alt_text("The logo of Lakshmi Lamps")
    expect(logo).to_be_visible()
    assert logo.evaluate("(image) => [image.naturalWidth, image.naturalHeight]") == [600, 150]

    page.get_by_role("link", name="Contact page").click()
    page.get_by_label("Opening hours").fill("Monday to Saturday, 10 am to 8 pm")
    page.get_by_role("button", name="Save the contact page").click()
    expect(page.get_by_text("Only you see this")).to_be_visible()

    page.context.clear_cookies()
    page.goto("/contact")
    expect(page.locator(".brand img.logo")).to_be_visible()
    expect(page.get_by_role("link", name="98480 22338")).to_have_attribute("href", "tel:+919848022338")
    expect(page.get_by_text("Monday to Saturday")).to_be_visible()
    expect(page.get_by_text("Only you see this")).to_have_count(0)


def test_a_file_that_is_too_large_is_refused_in_words(page: Page, sign_in, tmp_path) -> None:
    sign_in()
    page.goto("/settings")
    (tmp_path / "logo.png").write_bytes(b"\x89PNG" + b"x" * 40_000_000)
    page.get_by_label("Picture").set_input_files(tmp_path / "logo.png")
    page.get_by_role("button", name="Put up the logo").click()
    expect(page.locator("#logo-problem")).to_have_text(re.compile("less than 2 MB"), timeout=30_000)


pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
