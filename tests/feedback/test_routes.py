import re
from html import unescape

import pytest
from sqlalchemy import func, select

from cms.db import db
from cms.models import Feedback, FeedbackLink
from tests.databases import count_queries
from tests.factories import (
    make_customer,
    make_feedback,
    make_feedback_link,
    make_order,
    make_product,
    make_user,
    set_shop,
)
from tests.recount import assert_totals_right

HREF = re.compile(r'id="feedback-href" value="http://localhost(/f/[\w-]{43})"')


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


def test_a_link_is_shown_once_with_what_it_takes_to_send_it(client):
    order = make_order(make_customer("Meera & Co", phone="+919876543210"))
    part = client.htmx_post(f"/orders/{order.id}/feedback/link")
    path = HREF.search(part.text)[1]
    assert f'data-copy="http://localhost{path}"' in part.text
    share = unescape(re.search(r'href="(https://wa.me/[^"]+)"', part.text)[1])
    assert share.startswith("https://wa.me/919876543210?text=Hello%20Meera%20%26%20Co") and path[3:] in share
    again = client.get(f"/orders/{order.id}").text
    assert path[3:] not in again and "A link was sent before; it can be answered until 13 Apr" in again
    page = client.post_form(f"/orders/{order.id}/feedback/link")
    assert page.status_code == 200 and "<html" in page.text and HREF.search(page.text)
    assert client.get(path).status_code == 410


def test_a_refused_link_says_why(client):
    order = make_order(status="Cancelled")
    answer = client.htmx_post(f"/orders/{order.id}/feedback/link")
    assert answer.status_code == 422 and "A cancelled order cannot be rated" in answer.text


@pytest.fixture
def asked(app):
    """A shop, an order of two products, and the address of its private link."""
    make_user()
    set_shop(name="Lakshmi Lamps")
    lamp, bowl = make_product("Lamp <b>red</b>"), make_product("Bowl")
    order = make_order(make_customer("Meera Rao", phone="+919876543210", email="meera@example.com"), lamp, bowl)
    return "/f/" + make_feedback_link(order), lamp, bowl


def test_a_stranger_with_the_link_sees_the_products_and_nothing_of_the_customer(stranger, asked):
    page = stranger.get(asked[0])
    assert page.status_code == 200
    assert "Lakshmi Lamps" in page.text and "Lamp &lt;b&gt;red" in page.text and "Bowl" in page.text
    for secret in ("Meera", "98765", "meera@", "ORD001", "499", "Lake Road", "/orders"):
        assert secret not in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer" and "noindex" in page.headers["X-Robots-Tag"]
    assert page.headers["Cache-Control"] == "private, no-store" and 'content="noindex' in page.text


def test_an_answer_is_taken_once(stranger, client, asked):
    path, lamp, bowl = asked
    answer = {f"rating-{bowl.id}": "2", f"comment-{bowl.id}": "Chipped <script>", f"rating-{lamp.id}": ""}
    done = stranger.post_form(path, answer, page=path)
    assert done.status_code == 200 and "Thank you" in done.text
    assert [(one.product_id, one.rating, one.comment, bool(one.link_id)) for one in given()] == [
        (bowl.id, 2, "Chipped <script>", True)
    ]
    for again in (stranger.get(path), stranger.post_form(path, answer, page="/login")):
        assert again.status_code == 410 and "has been answered already" in again.text and "Bowl" not in again.text
    assert len(given()) == 1
    page = client.get("/feedback").text
    assert "Chipped &lt;script&gt;" in page and "by link" in page
    assert "The customer, by link" in client.get(f"/customers/{given()[0].customer_id}").text


@pytest.mark.parametrize(
    "posted, told",
    [
        ({}, "Tap the stars of at least one product"),
        ({"rating-{lamp}": "6"}, "Choose 1 to 5 stars"),
        ({"rating-{lamp}": "x"}, "Choose 1 to 5 stars"),
        ({"rating-{lamp}": "5", "comment-{lamp}": "y" * 5000}, "Keep the comment within 4,000 characters"),
        ({"comment-{lamp}": "<b>no stars</b>"}, "Give stars too, or empty the comment"),
        ({"rating-999": "5", "rating-x": "5", "rating": "5", "product": "1"}, "Tap the stars of at least one product"),
    ],
)
def test_a_bad_answer_is_told_kept_and_does_not_use_the_link_up(stranger, asked, posted, told):
    path, lamp, bowl = asked
    sent = {name.format(lamp=lamp.id): value for name, value in posted.items()}
    answer = stranger.post_form(path, sent, page=path)
    assert answer.status_code == 422 and told in answer.text and "<b>no" not in answer.text
    assert given() == [] and db.session.scalar(select(FeedbackLink.used_at)) is None
    assert stranger.post_form(path, {f"rating-{bowl.id}": "5"}, page=path).status_code == 200


def test_another_orders_product_is_not_looked_at(stranger, asked):
    other = make_product("Another")
    make_order(None, other)
    answer = stranger.post_form(asked[0], {f"rating-{other.id}": "5"}, page=asked[0])
    assert answer.status_code == 422 and given() == []


@pytest.mark.parametrize("how", ["short", "altered", "longer", "empty-ish", "upper"])
def test_an_altered_link_is_answered_kindly_and_tells_nothing(stranger, asked, how):
    token = asked[0][3:]
    changed = {
        "short": token[:-1],
        "altered": token[:-1] + ("A" if token[-1] != "A" else "B"),
        "longer": token + "x" * 5000,
        "empty-ish": "%00",
        "upper": token.swapcase(),
    }[how]
    for answer in (stranger.get(f"/f/{changed}"), stranger.post_form(f"/f/{changed}", {"x": "y"}, page="/login")):
        assert answer.status_code == 404 and "This link does not work" in answer.text
        assert "Lamp" not in answer.text.replace("Lakshmi Lamps", "") and "Meera" not in answer.text
    assert given() == []


def test_a_link_whose_time_is_over_says_so(stranger, asked, clock):
    clock.forward(days=30)
    for answer in (stranger.get(asked[0]), stranger.post_form(asked[0], {}, page="/login")):
        assert answer.status_code == 410 and "This link has ended" in answer.text


def test_a_link_to_what_the_shop_has_rated_meanwhile_says_thank_you(stranger, asked):
    path, lamp, bowl = asked
    order = make_order_of(lamp)
    make_feedback(order, lamp, 5)
    page = stranger.get(path).text
    assert "Bowl" in page and "Lamp &lt;" not in page
    make_feedback(order, bowl, 4)
    assert stranger.get(path).status_code == 410 and "rated already" in stranger.get(path).text
    assert stranger.post_form(path, {f"rating-{bowl.id}": "1"}, page="/login").status_code == 410


def make_order_of(product):
    from cms.models import Order, OrderLine

    return db.session.scalars(select(Order).join(OrderLine).where(OrderLine.product_id == product.id)).one()


def test_a_page_without_a_referrer_can_send_its_form_over_https(stranger, asked):
    https = {"base_url": "https://localhost"}
    page = stranger.get(asked[0], **https)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    sent = {"csrf_token": token, f"rating-{asked[2].id}": "5"}
    assert stranger.post(asked[0], data=sent, **https).status_code == 200


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
