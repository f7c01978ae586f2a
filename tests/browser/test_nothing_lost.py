"""What was typed in a long form is not lost to a session that ended or a connection that broke; a slow one misleads
nobody into a step too many."""

from __future__ import annotations

import re
from time import sleep

from playwright.sync_api import Page, expect
from sqlalchemy import select

from cms.auth.actions import end_sessions
from cms.db import db
from cms.models import Customer, User
from tests.after_sale import template_of
from tests.factories import PASSWORD, make_customer, make_order, make_product, make_user, write


def end_and_sign_in(page: Page, owner: User, tapped: str) -> None:
    """The session ends before this is tapped; what had been typed is there after signing in again."""
    with write():
        end_sessions(owner.id)
    page.get_by_role("button", name=tapped).click()
    expect(page.get_by_text("Nothing was saved")).to_be_visible()
    page.get_by_label("Username").fill(owner.username)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("What you had typed is back")).to_be_visible()


def test_an_order_typed_while_signed_out_is_there_again_after_signing_in(page: Page, sign_in) -> None:
    make_customer("Meera Rao")
    make_product("Cotton saree", 118_000, stock=5)
    make_product("Steel tiffin", 45_000)
    owner = sign_in()
    page.goto("/orders/new")
    page.get_by_label("Find by name, phone or e-mail").fill("meera")
    page.locator("#customer-results").get_by_role("button", name="Meera Rao").click()
    expect(page.get_by_role("button", name="Change")).to_be_visible()
    page.get_by_label("Find a product").fill("saree")
    page.locator("#product-results").get_by_role("button", name="Cotton saree").click()
    page.get_by_label("Quantity").fill("3")
    expect(page.locator("#bar-total")).to_have_text("₹3,540.00")
    end_and_sign_in(page, owner, "Steel tiffin")
    lines = page.locator(".line")
    expect(lines).to_have_count(2)  # the product that was tapped has come in
    expect(lines.first.get_by_label("Quantity")).to_have_value("3")
    end_and_sign_in(page, owner, "Remove Steel tiffin")
    expect(lines).to_have_count(1)
    expect(page.get_by_label("Quantity")).to_have_value("3")
    end_and_sign_in(page, owner, "Place order")
    expect(page.get_by_label("Quantity")).to_have_value("3")
    page.get_by_role("button", name="Place order").click()
    expect(page.get_by_role("heading", name="ORD001")).to_be_visible()
    page.goto("/orders/new")
    expect(page.get_by_label("Find by name, phone or e-mail")).to_be_visible()  # and it is not brought back again


def type_customer(page: Page, phone: str) -> None:
    page.goto("/customers/new")
    page.get_by_label("Name").fill("Lakshmi Narayana")
    page.get_by_label("Phone").fill(phone)


def add_customer(page: Page) -> None:
    page.get_by_role("button", name="Add customer").click()


def test_a_customer_sent_without_a_connection_is_there_again_and_is_not_made_twice(page: Page, sign_in) -> None:
    sign_in()
    type_customer(page, "98")
    add_customer(page)
    expect(page.get_by_label("Phone")).to_be_focused()  # refused: the page stands where it was sent to
    page.get_by_label("Phone").fill("98480 22338")
    page.context.set_offline(True)
    add_customer(page)
    page.wait_for_timeout(300)
    page.context.set_offline(False)
    page.goto("/customers/new")
    expect(page.get_by_label("Name")).to_have_value("Lakshmi Narayana")
    expect(page.get_by_label("Phone")).to_have_value("98480 22338")

    page.route("**/customers", lambda route: (route.fetch(max_redirects=0), route.abort()), times=1)  # no answer
    add_customer(page)
    page.wait_for_timeout(300)
    page.goto("/customers/new")
    expect(page.get_by_text("What you had typed was saved already: Lakshmi Narayana")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("")
    db.session.rollback()
    assert list(db.session.scalars(select(Customer.name))) == ["Lakshmi Narayana"]


def test_what_was_typed_is_shown_to_nobody_else_and_not_for_ever(page: Page, sign_in) -> None:
    owner, staff = sign_in(), make_user("staff")
    type_customer(page, "98")
    add_customer(page)
    expect(page.get_by_label("Phone")).to_be_focused()
    end_and_sign_in(page, owner, "Add customer")
    expect(page.get_by_label("Name")).to_have_value("Lakshmi Narayana")
    expect(page).to_have_url(re.compile("/customers/new$"))
    sent = {"page": "/customers/new", "by": str(owner.id), "pairs": [["name", "Lakshmi"]]}
    for changed in ({"at": 0}, {"at": 1e15, "by": str(staff.id)}):
        page.evaluate("sent => sessionStorage.setItem('sent', JSON.stringify(sent))", sent | changed)
        page.goto("/customers/new")
        expect(page.get_by_label("Name")).to_have_value("")
        assert page.evaluate("sessionStorage.length") == 0
    place = f"/settings/templates/{template_of('win_back').id}"
    page.evaluate("sent => sessionStorage.setItem('sent', JSON.stringify(sent))", sent | {"page": place, "at": 1e15})
    page.goto(place)
    expect(page.get_by_text("What you had typed is back")).to_be_visible()
    expect(page.get_by_label("This is an offer")).not_to_be_checked()


def test_a_tap_just_as_a_slow_answer_comes_takes_no_further_step(page: Page, server, sign_in) -> None:
    order = make_order(make_customer())
    sign_in()
    page.goto(f"/orders/{order.id}")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method) if request.url.endswith("/status") else None)
    page.route("**/status", lambda route: (sleep(0.9), route.continue_()), times=1)
    place = page.get_by_role("button", name="Mark as shipped").bounding_box()
    at = (place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    page.mouse.click(*at)
    delivered = page.get_by_role("button", name="Mark as delivered")
    expect(delivered).to_be_visible()
    page.mouse.click(*at)
    page.wait_for_timeout(800)  # by now one has read what it says
    assert sent == ["POST"]
    page.mouse.click(*at)
    expect(delivered).to_have_count(0)
    assert sent == ["POST", "POST"]
