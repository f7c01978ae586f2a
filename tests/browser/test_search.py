"""Finding anything by keys on a desk and by the thumb on a phone, and keeping a view of a list."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_axe import assert_usable
from tests.factories import make_customer, make_order, make_product

# What the keys do does not depend on the database.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def shop(server, sign_in):
    sign_in()
    meera = make_customer("Meera Rao", phone="+919848022338", city="Guntur")
    make_customer("Meera Iyer", phone="+919812300000")
    for status in ("Pending", "Delivered"):
        make_order(meera, make_product("Brass lamp", stock=9), status=status)
    return meera


def test_by_keys_from_anywhere(page, shop):
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/customers")
    box, field = page.locator("#finder"), page.locator("#finder-q")
    own = page.locator("#q")
    own.press_sequentially("a/b")
    expect(own).to_have_value("a/b")
    expect(box).not_to_be_visible()
    own.press("Control+k")
    expect(field).to_be_focused()
    field.press("Escape")
    expect(box).not_to_be_visible()
    expect(own).to_be_focused()

    own.blur()
    page.keyboard.press("/")
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    field.press_sequentially("meera")
    rows = box.get_by_role("option")
    expect(rows).to_have_count(2)
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#finder-says")).to_contain_text("2 found")
    field.press("ArrowDown")
    field.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", rows.nth(1).get_attribute("id"))
    expect(rows.nth(1)).to_have_attribute("aria-selected", "true")
    assert_usable(page)
    field.press("ArrowUp")
    expect(rows.nth(0)).to_contain_text("Meera Rao")  # who ordered
    field.press("Enter")
    page.wait_for_url(f"**/customers/{shop.id}")

    page.keyboard.press("Control+k")
    field.fill("meera")
    field.fill("zzzq")
    expect(box).to_contain_text("Nothing found for “zzzq”")
    expect(rows).to_have_count(0)
    assert_usable(page)
    field.fill("ord 2")
    field.press("Enter")
    page.wait_for_url("**/orders/*")
    expect(page.get_by_role("heading", level=1)).to_contain_text("ORD002")


def test_by_thumb_and_a_view_kept(page, shop):
    page.goto("/orders")
    page.get_by_role("link", name="Search", exact=True).click()
    box = page.locator("#finder").bounding_box()
    assert (box["width"], box["height"]) == (360, 780)
    page.locator("#finder-q").fill("22338")
    expect(page.locator("#finder").get_by_role("option")).to_have_count(3)  # she and her orders
    assert_usable(page)
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("link", name="Search", exact=True)).to_be_focused()

    page.get_by_text("Filter and sort").click()
    page.get_by_label("Status").select_option("Delivered")
    expect(page.get_by_text("Status: Delivered")).to_be_visible()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_label("Status")).to_be_hidden()
    page.locator("summary", has_text="Save view").click()
    page.get_by_label("Name of the view").fill("Arrived")
    page.get_by_role("button", name="Save view").click()
    expect(page.get_by_role("navigation", name="Saved views").get_by_role("link")).to_have_attribute(
        "aria-current", "page"
    )
    page.goto("/orders")
    page.get_by_role("link", name="Arrived").click()
    page.wait_for_url("**/orders?status=Delivered")
    page.get_by_label("Rename or delete this view").click()
    assert_usable(page)
    page.get_by_role("button", name="Delete view").click()
    page.locator("#ask").get_by_role("button", name="Delete view").click()
    expect(page.get_by_text("Arrived deleted")).to_be_visible()
    expect(page.get_by_role("navigation", name="Saved views")).to_have_count(0)
