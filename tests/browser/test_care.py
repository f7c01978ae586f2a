"""After the sale by real clicks: a complaint from its order to its end, and feedback through a private link."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE
from tests.factories import make_customer, make_order, make_product, make_user


def test_a_complaint_from_its_order_to_its_end_on_a_phone(page: Page, sign_in) -> None:
    make_order(make_customer("Meera Rao", phone="+919848022338"), make_product("Clay lamp"), make_product("Bowl"))
    make_user("staff", "ravi", name="Ravi")
    sign_in()
    page.goto("/orders")
    page.get_by_role("link", name="ORD001").click()
    page.get_by_role("link", name="New complaint").click()
    expect(page.get_by_text("Meera Rao")).to_be_visible()
    page.get_by_label("What is it about").select_option("Bowl")
    page.get_by_role("button", name="Open complaint").click()
    expect(page.get_by_text("Complaint is needed")).to_be_visible()
    expect(page.get_by_label("What is it about")).to_have_value(re.compile(r"\d+"))
    page.get_by_label("Complaint", exact=False).last.fill("It came chipped.")
    page.get_by_label("Priority").select_option("High")
    page.get_by_role("button", name="Open complaint").click()

    expect(page.get_by_role("heading", name="CMP001")).to_be_visible()
    expect(page.get_by_role("link", name="Call 98480 22338")).to_be_visible()
    page.goto("/")
    page.get_by_role("link", name="Complaints to answer 1").click()
    page.get_by_role("button", name="Looked after by: nobody yet, change").click()
    page.get_by_label("Looked after by of CMP001").select_option("Ravi")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Looked after by: Ravi, change")).to_be_focused()
    page.get_by_role("button", name="Acknowledge CMP001").click()
    page.get_by_role("link", name="Resolve CMP001").click()

    page.get_by_label("Note").fill("Called her, a new one goes out today")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator("#notes .timeline")).to_contain_text("a new one goes out today")
    page.get_by_label("Solution").fill("Sent a new bowl")
    page.get_by_role("button", name="Wait for the customer").click()
    expect(page.get_by_role("button", name="Take up again")).to_be_visible()
    page.get_by_role("button", name="Resolve").click()
    expect(page.get_by_text("Choose how it was resolved")).to_be_visible()
    expect(page.get_by_label("Solution")).to_have_value("Sent a new bowl")
    page.get_by_label("How was it resolved").select_option("Replaced")
    page.get_by_role("button", name="Resolve").click()
    expect(page.get_by_text("Replaced. Sent a new bowl")).to_be_visible()
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()


def test_an_order_fills_in_while_its_number_is_typed_and_a_customer_can_be_looked_for(page: Page, sign_in) -> None:
    make_order(make_customer("Meera Rao"), make_product("Clay lamp"))
    make_customer("Sita Devi")
    sign_in()
    page.goto("/complaints/new")
    page.get_by_label("Or find the customer").fill("sita")
    page.locator("#customer-results").get_by_role("button", name="Sita Devi").click()
    expect(page.locator(".picked")).to_contain_text("Sita Devi")
    page.get_by_label("Order number").fill("1")
    expect(page.locator(".picked")).to_contain_text("Meera Rao")
    expect(page.get_by_label("What is it about")).to_have_value(re.compile(r"\d+"))
    page.get_by_label("Order number").fill("77")
    expect(page.get_by_text("There is no order 77")).to_be_visible()
    page.get_by_label("Order number").press("Enter")
    expect(page).to_have_url(re.compile("/complaints/new$"))


def test_feedback_through_a_private_link_in_another_browser(page: Page, sign_in, chromium, server, complaints) -> None:
    make_order(make_customer("Meera Rao", phone="+919848022338"), make_product("Clay lamp"), make_product("Bowl"))
    sign_in()
    page.goto("/orders")
    page.get_by_role("link", name="ORD001").click()
    page.get_by_role("button", name="Ask for feedback").click()
    link = page.get_by_label("Private link").input_value()
    expect(page.get_by_role("link", name="Send by WhatsApp")).to_have_attribute(
        "href", re.compile(r"wa\.me/919848022338")
    )

    other = chromium.new_context(viewport=PHONE, reduced_motion="reduce")
    theirs = other.new_page()
    theirs.on("pageerror", lambda error: complaints.append(f"script: {error}"))
    theirs.goto(link)
    theirs.get_by_role("button", name="Send").click()
    expect(theirs.get_by_text("Tap the stars of at least one product")).to_be_visible()
    bowl = theirs.get_by_role("group", name="Bowl")
    bowl.get_by_label("4 of 5, good").check()
    bowl.get_by_label("4 of 5, good").press("ArrowLeft")
    bowl.get_by_label("3 of 5, fair").press("ArrowLeft")
    expect(bowl.get_by_label("2 of 5, poor")).to_be_checked()
    theirs.get_by_label("A word about it (if you like), Bowl").fill("Smaller than I thought")
    theirs.get_by_role("button", name="Send").click()
    expect(theirs.get_by_role("heading", name="Thank you").first).to_be_attached()
    theirs.goto(link)
    expect(theirs.get_by_text("has been answered already")).to_be_visible()
    other.close()

    page.goto("/feedback")
    expect(page.locator("[data-figure='feedback.average']")).to_have_text("2.00")
    page.get_by_role("link", name="Bowl").click()
    page.get_by_role("link", name="Open a complaint about this").click()
    expect(page.get_by_label("Complaint", exact=False).last).to_have_value("Smaller than I thought")
    page.get_by_role("button", name="Open complaint").click()
    expect(page.get_by_role("heading", name="CMP001")).to_be_visible()


def test_feedback_is_typed_in_with_thumbs_and_filtered_by_its_bar(page: Page, sign_in) -> None:
    make_order(None, make_product("Clay lamp"))
    sign_in()
    page.goto("/feedback/new")
    page.get_by_label("Order number").fill("ord1")
    expect(page.get_by_text("Meera Rao")).to_be_visible()
    star = page.locator(".stars-row label").nth(4)
    assert star.bounding_box()["width"] >= 44 and star.bounding_box()["height"] >= 44
    star.click()
    page.get_by_role("button", name="Save feedback").click()
    expect(page.get_by_text("5 of 5, very good")).to_be_visible()
    page.goto("/feedback")
    page.get_by_role("link", name="1 star: 0 0 %").click()
    expect(page.get_by_text("No feedback fits")).to_be_visible()
    expect(page).to_have_url(re.compile("rating=1"))
