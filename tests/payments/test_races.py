"""Several at the same moment: one gets it, the others are told, and the books stay right."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from cms.db import db
from cms.models import Customer, Order, Payment
from tests.factories import make_order, make_product
from tests.payments.doing import UTR, money_of, pay
from tests.recount import assert_totals_right
from tests.test_races import at_once, codes, crowd

__all__ = ["crowd"]
ROUNDS = 4


@pytest.fixture(autouse=True)
def totals_stay_right(app):
    yield
    assert_totals_right()


@pytest.fixture
def order(app) -> Order:
    return make_order(None, make_product(price_paise=100_000))


def test_eight_confirm_one_payment_and_one_of_them_does(crowd, order):
    for round in range(1, ROUNDS + 1):
        claimed = pay(order, 10_000, "upi")
        sent = {"state": "confirmed", "version": "1"}
        path = f"/payments/{claimed.id}/state"
        answers = at_once(crowd, lambda browser, _n, path=path, sent=sent: browser.htmx_post(path, sent))
        assert codes(answers) == {200: 1, 422: 7}
        assert money_of(order)[0] == round * 10_000


def test_confirming_and_refusing_at_once_does_one_of_the_two(crowd, order):
    for _ in range(ROUNDS):
        claimed, before = pay(order, 10_000, "upi"), money_of(order)[0]
        path = f"/payments/{claimed.id}/state"

        def decide(browser, number, path=path):
            state = ("confirmed", "refused")[number % 2]
            return browser.htmx_post(path, {"state": state, "version": "1", "reason": "No"})

        assert codes(at_once(crowd, decide)) == {200: 1, 422: 7}
        state = db.session.scalar(select(Payment.state).where(Payment.id == claimed.id))
        assert money_of(order)[0] - before == (10_000 if state == "confirmed" else 0)


def test_eight_with_one_utr_on_eight_orders_and_one_is_recorded(crowd):
    for round in range(ROUNDS):
        utr = str(int(UTR) + round)
        orders = [make_order() for _ in crowd]
        sent = {"amount": "100", "method": "upi", "reference": utr, "seen": "y"}
        answers = at_once(
            crowd,
            lambda browser, n, orders=orders, sent=sent: browser.post_form(f"/orders/{orders[n].id}/payments", sent),
        )
        assert codes(answers) == {303: 1, 422: 7}
        assert all("belongs to PAY" in answer.text for answer in answers if answer.status_code == 422)
        assert db.session.scalar(select(func.count()).where(Payment.utr == utr)) == 1
        db.session.rollback()


def test_eight_spend_the_same_credit_on_eight_orders_and_one_does(crowd, order):
    buyer = db.session.get_one(Customer, order.customer_id)
    product = make_product(price_paise=30_000)
    for _ in range(ROUNDS):
        due = money_of(order)[1]
        pay(order, due + 20_000)
        orders = [make_order(buyer, product) for _ in crowd]
        sent = {"amount": "200", "method": "credit"}
        answers = at_once(
            crowd,
            lambda browser, n, orders=orders, sent=sent: browser.post_form(f"/orders/{orders[n].id}/payments", sent),
        )
        assert codes(answers) == {303: 1, 422: 7}
        assert money_of(order)[2] == 0


def test_a_form_sent_eight_times_at_once_records_one(crowd, order):
    for round in range(ROUNDS):
        sent = {"amount": "50", "method": "cash", "request_key": f"key{round}"}
        answers = at_once(crowd, lambda browser, _n, sent=sent: browser.post_form(f"/orders/{order.id}/payments", sent))
        assert codes(answers) == {303: 8}
        assert money_of(order)[0] == (round + 1) * 5_000


def test_no_more_goes_back_than_came_however_many_give_it(crowd, order):
    pay(order, 30_000)
    sent = {"amount": "200", "method": "credit"}
    answers = at_once(crowd, lambda browser, _n: browser.post_form(f"/orders/{order.id}/refunds", sent))
    assert codes(answers) == {303: 1, 422: 7}
    assert money_of(order) == (10_000, 90_000, 20_000)


def test_many_pay_at_once_on_many_orders_of_one_customer(crowd, order):
    """Too much on each: the same customer's credit, the same counter, the same totals of the day."""
    buyer, product = db.session.get_one(Customer, order.customer_id), make_product(price_paise=10_000)
    for _ in range(ROUNDS):
        orders = [make_order(buyer, product) for _ in crowd]
        sent = {"amount": "110", "sure": "11000", "method": "cash"}
        answers = at_once(
            crowd,
            lambda browser, n, orders=orders, sent=sent: browser.post_form(f"/orders/{orders[n].id}/payments", sent),
        )
        assert codes(answers) == {303: 8}
    assert money_of(order)[2] == ROUNDS * 8 * 1_000
