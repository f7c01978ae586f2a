"""Many with one link, many at one product: one answer stands."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from cms.db import db
from cms.models import Feedback
from tests.after_sale import make_feedback_link
from tests.factories import make_order, make_product
from tests.recount import assert_totals_right
from tests.test_races import ROUNDS, at_once, codes, crowd  # noqa: F401  (a fixture)


@pytest.fixture(autouse=True)
def totals_stay_right(app):
    yield
    assert_totals_right()


def test_eight_answer_one_link_and_one_answer_stands(app, crowd):  # noqa: F811
    strangers = [app.test_client() for _ in crowd]
    for _ in range(ROUNDS):
        lamp, bowl = make_product("Lamp"), make_product("Bowl")
        path = "/f/" + make_feedback_link(order := make_order(None, lamp, bowl))
        for browser in strangers:
            browser.csrf_token(path)
        products = [lamp.id, bowl.id] * 4

        def answer(browser, n, path=path, products=products):
            return browser.post_form(path, {f"rating-{products[n]}": str(n % 5 + 1)})

        assert codes(at_once(strangers, answer)) == {200: 1, 410: 7}
        assert len(db.session.scalars(select(Feedback.id).where(Feedback.order_id == order.id)).all()) == 1
        db.session.rollback()


def test_eight_rate_one_product_and_the_first_stands(crowd):  # noqa: F811
    for _ in range(ROUNDS):
        lamp = make_product("Lamp")
        sent = {"order": make_order(None, lamp).ref, "product": str(lamp.id), "comment": ""}
        answers = at_once(
            crowd, lambda browser, n, sent=sent: browser.post_form("/feedback", sent | {"rating": str(n % 5 + 1)})
        )
        assert codes(answers) == {303: 1, 422: 7}
        assert all("was rated on" in answer.text for answer in answers if answer.status_code == 422)


def test_the_shop_and_the_customer_at_the_same_moment_rate_a_product_once(app, crowd):  # noqa: F811
    for number in range(ROUNDS):
        lamp = make_product("Lamp")
        path = "/f/" + make_feedback_link(order := make_order(None, lamp))
        pair = [app.test_client(), crowd[0]]
        pair[0].csrf_token(path)
        sent = {"order": order.ref, "product": str(lamp.id), "rating": "3", "comment": "", "request_key": str(number)}

        def rate(browser, n, path=path, sent=sent, lamp=lamp):
            return browser.post_form(*((path, {f"rating-{lamp.id}": "5"}) if n == 0 else ("/feedback", sent)))

        customer, shop = (answer.status_code for answer in at_once(pair, rate))
        assert (customer, shop) in ((200, 422), (410, 303))
        assert len(db.session.scalars(select(Feedback.id).where(Feedback.order_id == order.id)).all()) == 1
        db.session.rollback()
