"""An order is changed at the same moment as something else is done to it: one is first, and the books stay right."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from cms.checks.invariants import all_checks
from cms.db import db
from cms.models import Complaint, Invoice, Order, Product
from tests.client import Browser
from tests.factories import make_customer, make_order, make_product
from tests.invoices.papers import open_shop
from tests.recount import assert_totals_right
from tests.test_races import at_once, codes, order_form

ROUNDS = 3


@pytest.fixture
def pair(app, client) -> Iterator[list[Browser]]:
    browsers = [app.test_client().sign_in(client.user) for _ in range(2)]
    for browser in browsers:
        browser.csrf_token()
    yield browsers
    assert_totals_right()
    assert [line for check in all_checks() for line in check.failures()] == []


def changed(order: Order, product: Product, customer, units: int) -> dict[str, str]:
    more = {"version": str(order.version), "ordered_on": order.ordered_on.isoformat(), "order": str(order.id)}
    return order_form(product, customer, **more) | {"quantity": str(units)}


def both(pair: list[Browser], order: Order, sent: dict[str, str], other: Callable[[Browser], TestResponse]) -> list:
    def do(browser: Browser, number: int) -> TestResponse:
        return other(browser) if number else browser.post_form(f"/orders/{order.id}/change", sent)

    return at_once(pair, do)


def test_of_two_changes_one_wins_and_the_other_is_told(pair):
    buyers = [make_customer("Meera"), make_customer("Ravi")]
    for _ in range(ROUNDS):
        lamp = make_product("Lamp", stock=5)
        order = make_order(buyers[0], lamp)
        second = changed(order, lamp, buyers[1], 3)
        answers = both(
            pair,
            order,
            changed(order, lamp, buyers[0], 2),
            lambda one, order=order, second=second: one.post_form(f"/orders/{order.id}/change", second),
        )
        assert codes(answers) == {303: 1, 422: 1}
        assert "Someone else changed" in next(answer.text for answer in answers if answer.status_code == 422)
        units = 2 if answers[0].status_code == 303 else 3
        assert db.session.get_one(Product, lamp.id).stock == 5 - units
        db.session.rollback()


def test_of_two_orders_that_want_the_last_unit_one_gets_it(pair):
    buyer = make_customer()
    for _ in range(ROUNDS):
        lamp = make_product("Lamp", stock=3)
        one, other = make_order(buyer, lamp), make_order(buyer, lamp)
        second = changed(other, lamp, buyer, 2)
        answers = both(
            pair,
            one,
            changed(one, lamp, buyer, 2),
            lambda browser, other=other, second=second: browser.post_form(f"/orders/{other.id}/change", second),
        )
        assert codes(answers) == {303: 1, 422: 1}
        assert "Lamp is sold out" in next(answer.text for answer in answers if answer.status_code == 422)
        assert db.session.get_one(Product, lamp.id).stock == 0
        db.session.rollback()


def test_a_change_sent_twice_at_once_is_one(pair):
    buyer, lamp = make_customer(), make_product(stock=9)
    order = make_order(buyer, lamp)
    sent = changed(order, lamp, buyer, 4)
    answers = both(pair, order, sent, lambda one: one.post_form(f"/orders/{order.id}/change", sent))
    assert codes(answers) == {303: 2}
    assert db.session.get_one(Order, order.id).version == order.version + 1


def test_a_change_and_an_invoice_at_once_agree(pair):
    open_shop()
    buyer, lamp = make_customer(), make_product("Lamp", 10_000, gst_rate_bp=1_800, hsn="6912")
    for _ in range(ROUNDS):
        order = make_order(buyer, lamp)
        sent = changed(order, lamp, buyer, 2)
        answers = both(
            pair, order, sent, lambda one, order=order: one.post_form(f"/orders/{order.id}/invoice", {"order": "1"})
        )
        assert answers[0].status_code in (303, 422)
        said = db.session.scalar(select(Invoice.payable_paise).where(Invoice.order_id == order.id))
        if said is not None:
            assert said == db.session.get_one(Order, order.id).payable_paise
        db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Invoice)) == ROUNDS


def test_a_change_and_a_payment_at_once_lose_no_money(pair):
    buyer, lamp = make_customer(), make_product("Lamp", 49_900)
    for _ in range(ROUNDS):
        order = make_order(buyer, lamp, qty=2)
        paid = {"amount": "998", "method": "cash", "paid_on": order.ordered_on.isoformat(), "sure": "1"}
        answers = both(
            pair,
            order,
            changed(order, lamp, buyer, 1),
            lambda one, order=order, paid=paid: one.post_form(f"/orders/{order.id}/payments", paid),
        )
        assert answers[0].status_code == 303
        found = db.session.get_one(Order, order.id)
        assert found.paid_paise + (found.due_paise or 0) == found.payable_paise == 49_900
        db.session.rollback()


def test_a_complaint_that_comes_while_the_order_gets_another_customer_is_of_its_customer(pair):
    buyers, lamp = [make_customer("Meera"), make_customer("Ravi")], make_product("Lamp")
    for _ in range(ROUNDS):
        order = make_order(buyers[0], lamp)
        told = {"order": order.ref, "text": "The lid does not close", "priority": "normal"}
        both(
            pair,
            order,
            changed(order, lamp, buyers[1], 1),
            lambda one, told=told: one.post_form("/complaints", told),
        )
        of = select(Complaint.customer_id, Order.customer_id).join(Order, Order.id == Complaint.order_id)
        assert all(one == other for one, other in db.session.execute(of))
        db.session.rollback()
