"""Many take goods back at the same moment, in real threads: no unit comes back twice, no paisa goes out twice."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from cms.db import db
from cms.models import Order, Payment, Product, Return
from tests.after_sale import make_return
from tests.client import Browser
from tests.factories import make_customer, make_order, make_product
from tests.recount import assert_totals_right
from tests.returns.doing import order_now, refunds, sold, stock_of
from tests.returns.test_routes import form
from tests.test_races import at_once, codes

ROUNDS = 4


@pytest.fixture(autouse=True)
def totals_stay_right(app):
    yield
    assert_totals_right()


@pytest.fixture
def crowd(app, client) -> list[Browser]:
    """Eight browsers of the owner, signed in and with their token at hand."""
    browsers = [app.test_client().sign_in(client.user) for _ in range(8)]
    for browser in browsers:
        browser.csrf_token()
    return browsers


def test_eight_bring_the_last_unit_back_and_one_of_them_is_refunded(crowd):
    for number in range(ROUNDS):
        order = sold(1, stock=1, paid=True)
        sent = [form(order, "1", request_key=f"key {number} {n}") for n in range(8)]
        answers = at_once(crowd, lambda browser, n, sent=sent: browser.post_form("/returns", sent[n]))
        assert codes(answers) == {303: 1, 422: 7}
        assert all("came back already" in answer.text for answer in answers if answer.status_code == 422)
        assert (order_now(order).returned_units, stock_of(order), len(refunds())) == (1, 1, number + 1)
        db.session.rollback()


def test_one_form_sent_eight_times_is_one_return(crowd):
    for number in range(ROUNDS):
        order = sold(8, paid=True)
        sent = form(order, "2", request_key=f"key {number}")
        answers = at_once(crowd, lambda browser, _n, sent=sent: browser.post_form("/returns", sent))
        assert codes(answers) == {303: 8} and len({answer.location for answer in answers}) == 1
        assert (order_now(order).returned_units, len(refunds())) == (2, number + 1)
        db.session.rollback()


def test_eight_orders_of_the_same_goods_come_back_at_once(crowd):
    lamp, bowl, customer = make_product("Lamp", stock=50), make_product("Bowl", stock=50), make_customer()
    orders = [make_order(customer, *pair, status="Delivered") for pair in [(lamp, bowl), (bowl, lamp)] * 4]
    sent = [form(order, "1", "1", request_key=f"key {order.id}") for order in orders]
    answers = at_once(crowd, lambda browser, n: browser.post_form("/returns", sent[n]))
    assert codes(answers) == {303: 8}
    assert set(db.session.scalars(select(Product.stock))) == {50}
    refs = db.session.scalars(select(Return.ref)).all()
    assert sorted(refs) == [f"RET{n:03d}" for n in range(1, 17)]


def test_refunding_and_refusing_one_return_at_once_does_one_of_them(crowd):
    for _ in range(ROUNDS):
        order = sold(2, stock=2, paid=True)
        one = make_return(order, 2)
        steps = [{"state": "refunded"}, {"state": "refused", "decision": "Worn"}, {"state": "received"}] * 3

        def step(browser: Browser, n: int, one=one, steps=steps):
            return browser.htmx_post(f"/returns/{one.id}/state", steps[n] | {"seen": "requested"})

        assert codes(at_once(crowd, step)) == {200: 1, 422: 7}
        state = db.session.get_one(Return, one.id).state
        assert order_now(order).returned_units == (0 if state == "refused" else 2)
        assert stock_of(order) == (0 if state == "refused" else 2)
        back = db.session.scalars(select(Payment.id).where(Payment.return_id == one.id)).all()
        assert len(back) == (state == "refunded")
        db.session.rollback()


def test_a_return_and_the_delivery_taken_back_do_not_both_happen(crowd):
    for _ in range(ROUNDS):
        order = sold(1)

        def step(browser: Browser, n: int, order=order):
            if n % 2:
                return browser.post_form("/returns", form(order, "1", request_key=f"key {order.id} {n}"))
            return browser.htmx_post(f"/orders/{order.id}/status", {"status": "back", "seen": "Delivered"})

        at_once(crowd, step)
        now = db.session.get_one(Order, order.id)
        assert (now.status, now.returned_units) in (("Delivered", 1), ("Shipped", 0))
        db.session.rollback()
