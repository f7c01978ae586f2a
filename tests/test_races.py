"""Many at the same moment, in real threads: one wins, the others are told, and the books stay right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from cms.auth.actions import new_setup_link
from cms.db import db
from cms.models import Customer, Order, Product, StatusChange, User
from tests.client import Browser
from tests.factories import PASSWORD, make_customer, make_order, make_product, make_user, write
from tests.recount import assert_totals_right

ROUNDS = 5


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


def at_once(browsers: list[Browser], do: Callable[[Browser, int], TestResponse]) -> list[TestResponse]:
    """What each of them gets when all do it at the same moment."""
    gate = Barrier(len(browsers))

    def one(number: int) -> TestResponse:
        with browsers[number].application.app_context():
            gate.wait(10)
            return do(browsers[number], number)

    db.session.close()
    with ThreadPoolExecutor(len(browsers)) as pool:
        answers = list(pool.map(one, range(len(browsers))))
    assert not [answer.text for answer in answers if answer.status_code >= 500]
    return answers


def codes(answers: list[TestResponse]) -> Counter:
    return Counter(answer.status_code for answer in answers)


def test_guesses_sent_at_once_are_all_counted(app):
    make_user("owner", "asha")
    strangers = [app.test_client() for _ in range(16)]
    for stranger in strangers:
        stranger.csrf_token()
    guess = {"username": "asha", "password": "a wrong guess"}
    answers = at_once(strangers, lambda stranger, _number: stranger.post_form("/login", guess))
    assert codes(answers) == {422: 10, 429: 6}


def order_form(product: Product, customer: Customer | None, **more: str) -> dict[str, str]:
    form = {"product": str(product.id), "quantity": "1", "price": "499", "line_discount": ""}
    return form | {"customer": str(customer.id) if customer else ""} | more


def test_two_want_the_last_unit_and_one_of_them_gets_it(crowd):
    customers = [make_customer(), make_customer()]
    for _ in range(ROUNDS):
        lamp = make_product("Lamp", stock=1)
        answers = at_once(
            crowd[:2], lambda browser, n, lamp=lamp: browser.post_form("/orders", order_form(lamp, customers[n]))
        )
        assert codes(answers) == {303: 1, 422: 1}
        assert "Lamp is sold out" in next(answer.text for answer in answers if answer.status_code == 422)
        assert db.session.get_one(Product, lamp.id).stock == 0
        db.session.rollback()


def test_eight_orders_at_once_get_eight_numbers(crowd):
    customers, product = [make_customer() for _ in crowd], make_product(stock=100)
    for _ in range(ROUNDS):
        answers = at_once(crowd, lambda browser, n: browser.post_form("/orders", order_form(product, customers[n])))
        assert codes(answers) == {303: 8}
    assert_numbered(Order, "ORD", 8 * ROUNDS)


def test_eight_orders_of_one_customer_with_many_products_at_once(crowd):
    customer, products = make_customer(), [make_product(stock=100) for _ in range(4)]

    def place(browser: Browser, number: int) -> TestResponse:
        chosen = products[number % 4 :] + products[: number % 4]  # typed in another order by each
        ids = [str(product.id) for product in chosen]
        lines = {"product": ids, "quantity": ["1"] * 4, "price": ["9"] * 4, "line_discount": [""] * 4}
        return browser.post_form("/orders", lines | {"customer": str(customer.id)})

    assert codes(at_once(crowd, place)) == {303: 8}
    assert set(db.session.scalars(select(Product.stock))) == {92}
    assert db.session.get_one(Customer, customer.id).order_count == 8


def test_eight_new_customers_at_once_get_eight_numbers(crowd):
    for _ in range(ROUNDS):
        sent = {"name": "Meera", "segment": "Individual"}
        assert codes(at_once(crowd, lambda browser, _n, sent=sent: browser.post_form("/customers", sent))) == {303: 8}
    assert_numbered(Customer, "CUST", 8 * ROUNDS)


def test_new_customers_with_their_orders_and_plain_orders_do_not_stand_in_each_others_way(crowd):
    customer, product = make_customer(), make_product(stock=100)

    def place(browser: Browser, number: int) -> TestResponse:
        new = {"new_name": f"New {number}"} if number % 2 else {}
        return browser.post_form("/orders", order_form(product, None if new else customer, **new))

    for _ in range(ROUNDS):
        assert codes(at_once(crowd, place)) == {303: 8}
    assert_numbered(Order, "ORD", 8 * ROUNDS)


def assert_numbered(table: type, prefix: str, how_many: int) -> None:
    """Every number from 1 on, each once."""
    refs = db.session.scalars(select(table.ref).order_by(table.id)).all()
    assert sorted(refs) == [f"{prefix}{number:03d}" for number in range(1, how_many + 1)]


def test_of_two_edits_of_one_phone_one_wins_and_the_other_is_told(crowd):
    for _ in range(ROUNDS):
        customer = make_customer(phone="")
        phones = [f"98{customer.id % 1000:03d}4321{n}" for n in range(2)]

        def edit(browser: Browser, n: int, customer=customer, phones=phones) -> TestResponse:
            data = {"phone": phones[n], "version": str(customer.version)}
            return browser.htmx_post(f"/customers/{customer.id}/cells/phone", data)

        answers = at_once(crowd[:2], edit)
        assert codes(answers) == {200: 1, 422: 1}
        won = [answer.status_code for answer in answers].index(200)
        assert db.session.get_one(Customer, customer.id).phone == f"+91{phones[won]}"
        assert "Someone else changed" in answers[1 - won].text and phones[1 - won] in answers[1 - won].text
        db.session.rollback()


def test_two_give_two_customers_the_same_phone_and_one_is_told_who_has_it(crowd):
    for number in range(ROUNDS):
        pair, phone = [make_customer("Meera"), make_customer("Sita")], f"98765432{number:02d}"

        def edit(browser: Browser, n: int, pair=pair, phone=phone) -> TestResponse:
            data = {"phone": phone, "version": str(pair[n].version)}
            return browser.htmx_post(f"/customers/{pair[n].id}/cells/phone", data)

        answers = at_once(crowd[:2], edit)
        assert codes(answers) == {200: 1, 422: 1}
        assert "already has the phone" in next(answer.text for answer in answers if answer.status_code == 422)


def test_two_give_two_products_the_same_code_and_one_is_told_who_has_it(crowd):
    for number in range(ROUNDS):
        pair = [make_product("Lamp"), make_product("Bowl")]
        sent = {"name": "New name", "price": "1", "sku": f"CODE{number}", "kind": "goods", "gst_rate": "0"}

        def edit(browser: Browser, n: int, pair=pair, sent=sent) -> TestResponse:
            return browser.post_form(f"/products/{pair[n].id}", sent | {"version": str(pair[n].version)})

        answers = at_once(crowd[:2], edit)
        assert codes(answers) == {303: 1, 422: 1}
        assert "already has the code" in next(answer.text for answer in answers if answer.status_code == 422)


def test_eight_add_a_customer_of_one_phone_and_one_does(crowd):
    for number in range(ROUNDS):
        sent = {"name": "Meera", "segment": "Individual", "phone": f"98765432{number:02d}"}
        answers = at_once(crowd, lambda browser, _n, sent=sent: browser.post_form("/customers", sent))
        assert codes(answers) == {303: 1, 422: 7}
        assert sum("already has the phone" in answer.text for answer in answers) == 7


@pytest.mark.parametrize("new", [{}, {"new_name": "Sita", "new_phone": "98765 43210"}])
def test_one_form_sent_eight_times_makes_one_order(crowd, new):
    customer = None if new else make_customer()
    for number in range(ROUNDS):
        phone = {"new_phone": f"98765432{number:02d}"} if new else {}
        sent = order_form(make_product(stock=1), customer, request_key=f"key {number}", **(new | phone))
        answers = at_once(crowd, lambda browser, _n, sent=sent: browser.post_form("/orders", sent))
        assert codes(answers) == {303: 8} and len({answer.location for answer in answers}) == 1
    assert db.session.scalar(select(func.count()).select_from(Order)) == ROUNDS


def test_one_customer_form_sent_eight_times_makes_one_customer(crowd):
    for number in range(ROUNDS):
        sent = {
            "name": "Sita",
            "segment": "Individual",
            "phone": f"98765432{number:02d}",
            "request_key": f"key {number}",
        }
        answers = at_once(crowd, lambda browser, _n, sent=sent: browser.post_form("/customers", sent))
        assert codes(answers) == {303: 8} and len({answer.location for answer in answers}) == 1


def test_eight_ship_one_order_and_it_is_shipped_once(crowd):
    for _ in range(ROUNDS):
        order = make_order()
        url, sent = f"/orders/{order.id}/status", {"status": "Shipped", "seen": "Pending"}
        answers = at_once(crowd, lambda browser, _n, url=url, sent=sent: browser.htmx_post(url, sent))
        assert codes(answers) == {200: 1, 422: 7}
        steps = select(func.count()).where(StatusChange.order_id == order.id, StatusChange.new == "Shipped")
        assert db.session.scalar(steps) == 1
        db.session.rollback()


def test_cancelling_shipping_and_taking_back_at_once_leave_one_story(crowd):
    for _ in range(ROUNDS):
        product = make_product(stock=5)
        order = make_order(None, product, qty=2, status="Shipped")
        steps = ["Cancelled", "Delivered", "back", "Cancelled"] * 2

        def step(browser: Browser, n: int, order=order, steps=steps) -> TestResponse:
            return browser.htmx_post(f"/orders/{order.id}/status", {"status": steps[n], "seen": "Shipped"})

        assert codes(at_once(crowd, step)) == {200: 1, 422: 7}
        status = db.session.get_one(Order, order.id).status
        assert db.session.get_one(Product, product.id).stock == (5 if status == "Cancelled" else 3)
        db.session.rollback()


def test_two_who_have_the_setup_link_open_one_shop(app):
    with write():
        token = new_setup_link()
    browsers = [app.test_client() for _ in range(2)]
    for browser in browsers:
        browser.csrf_token(f"/setup?token={token}")
    who = {"shop_name": "Shop", "name": "Asha", "password": PASSWORD, "token": token}
    answers = at_once(browsers, lambda browser, n: browser.post_form("/setup", who | {"username": f"user{n}"}))
    assert codes(answers) == {303: 1, 422: 1}
    assert db.session.scalar(select(func.count()).select_from(User)) == 1
