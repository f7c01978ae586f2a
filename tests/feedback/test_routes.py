import re
from html import unescape

import pytest
from sqlalchemy import func, select

from cms.db import db
from cms.models import Feedback
from tests.after_sale import make_feedback
from tests.databases import count_queries
from tests.factories import make_customer, make_order, make_product
from tests.recount import assert_totals_right


@pytest.fixture(autouse=True)
def totals_stay_right(app, clock):
    yield
    assert_totals_right()


def typed(**more):
    return {"order": "ORD001", "product": "", "rating": "4", "comment": "Good"} | more


def given():
    return db.session.scalars(select(Feedback).order_by(Feedback.id)).all()


def figures(text):
    return dict(re.findall(r'data-figure="(feedback[\w.]+)">([^<]*)<', text))


def test_the_number_of_an_order_fills_in_customer_and_product(client):
    lamp = make_product("Clay lamp")
    make_order(make_customer("Meera Rao"), lamp)
    page = client.get("/feedback/new?order=ord1").text
    assert "Meera Rao" in page and f'selected value="{lamp.id}">Clay lamp' in page
    part = client.htmx_post("/feedback/draft", typed(order="1", product="")).text
    assert "Meera Rao" in part and "<html" not in part
    assert "There is no order ORD9" in client.htmx_post("/feedback/draft", typed(order="ORD9")).text


def test_feedback_is_saved_and_a_low_one_offers_a_complaint(client):
    lamp = make_product("Lamp")
    make_order(None, lamp)
    answer = client.post_form("/feedback", typed(product=str(lamp.id), rating="2", comment="Broke <b>at once</b>"))
    page = client.get(answer.location).text
    assert "Broke &lt;b&gt;at once" in page and "2 of 5, poor" in page
    offered = re.search(r'href="(/complaints/new\?feedback=\d+)"', page)[1]
    assert "Broke &lt;b&gt;at once" in client.get(offered).text
    fine = client.post_form("/feedback", typed(rating="3"))
    assert "/complaints/new?feedback" not in client.get(fine.location).text


@pytest.mark.parametrize(
    "wrong, told",
    [
        ({"order": ""}, "Order number is needed"),
        ({"order": "ORD999"}, "There is no order ORD999"),
        ({"rating": ""}, "Rating is needed"),
        ({"rating": "0"}, "Choose 1 to 5 stars"),
        ({"rating": "6"}, "Choose 1 to 5 stars"),
        ({"rating": "good"}, "Choose 1 to 5 stars"),
        ({"rating": "٣"}, "Choose 1 to 5 stars"),
        ({"comment": "x" * 5000}, "Keep the comment within 4,000 characters"),
        ({"comment": "nul\0"}, "invisible character"),
        ({"product": "999"}, "Choose one of the list"),
        ({"product": "x"}, "Choose one of the list"),
    ],
)
def test_bad_input_is_told_and_what_was_typed_stays(client, wrong, told):
    make_order()
    answer = client.post_form("/feedback", typed(comment="Torn <b>box</b>") | wrong)
    assert answer.status_code == 422 and told in unescape(answer.text)
    assert "comment" in wrong or "Torn &lt;b&gt;box" in answer.text
    assert "rating" in wrong or re.search(r'value="4" checked', answer.text)
    assert given() == []


def test_the_second_rating_of_a_product_is_refused_and_the_first_named(client):
    make_order()
    assert client.post_form("/feedback", typed(request_key="a")).status_code == 303
    assert client.post_form("/feedback", typed(request_key="a")).location == f"/feedback/{given()[0].id}"
    refused = client.post_form("/feedback", typed(request_key="b", rating="1"))
    assert refused.status_code == 422 and "rated on 14 Mar already, with 4 of 5 stars" in refused.text
    assert [one.rating for one in given()] == [4]


def test_another_orders_product_cannot_be_rated(client):
    make_order()
    other = make_product("Another")
    make_order(None, other)
    assert client.post_form("/feedback", typed(product=str(other.id))).status_code == 422 and given() == []


def test_the_list_shows_average_and_spread_of_the_days_and_leads_on(client, clock):
    lamp = make_product("Lamp")
    for stars in (5, 4, 4):
        make_feedback(make_order(None, lamp), lamp, stars, "Lovely <i>lamp</i>")
        clock.forward(minutes=1)
    page = client.get("/feedback").text
    shown = figures(page)
    assert (shown["feedback.average"], shown["feedback.count"], shown["feedback.by_rating.4"]) == ("4.33", "3", "2")
    assert "Lovely &lt;i&gt;lamp" in page and 'href="/feedback?rating=4"' in page
    assert client.get("/feedback?rating=4").text.count('id="feedback-') == 2
    assert "feedback.average" not in figures(client.get("/feedback?since=2026-03-15").text)
    product = client.get("/feedback?product=PROD001").text
    assert "ratings of Lamp" in product and 'data-figure="product.rating">4.33' in product
    assert "no product of this code" in client.get("/feedback?product=x").text
    assert client.get("/figures/feedback.average").text.count('href="/feedback"') >= 1


def test_pages_of_order_customer_and_product_show_the_stars(client):
    lamp = make_product("Lamp")
    order = make_order(None, lamp)
    make_feedback(order, lamp, 4)
    assert "4 of 5 stars" in client.get(f"/orders/{order.id}").text
    assert "4.00 ★ in 1 rating" in client.get(f"/customers/{order.customer_id}").text
    page = client.get(f"/products/{lamp.id}").text
    assert "4.00 ★" in page and 'href="/feedback?product=PROD001"' in page


def test_the_list_asks_as_often_for_many_ratings_as_for_few(client):
    counted = []
    for more in (2, 20):
        for _ in range(more):
            order = make_order()
            make_feedback(order, None, 5, "Fine")
        for path in ("/feedback", f"/orders/{order.id}", f"/customers/{order.customer_id}"):
            client.get(path)
            with count_queries() as queries:
                client.get(path)
            counted.append(len(queries))
    assert counted[:3] == counted[3:]
    assert db.session.scalar(select(func.count()).select_from(Feedback)) == 22
