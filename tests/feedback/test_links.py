"""The private link by which a customer answers, as the shop and the customer see it."""

import re
from html import unescape

import pytest
from sqlalchemy import select

from cms.db import db
from cms.models import Feedback, FeedbackLink, Order, OrderLine
from tests.after_sale import make_feedback, make_feedback_link
from tests.factories import make_customer, make_order, make_product, make_user, set_shop
from tests.recount import assert_totals_right

HREF = re.compile(r'id="feedback-href" value="http://localhost(/f/[\w-]{43})"')


@pytest.fixture(autouse=True)
def totals_stay_right(app, clock):
    yield
    assert_totals_right()


def given():
    return db.session.scalars(select(Feedback).order_by(Feedback.id)).all()


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


def test_a_request_sent_twice_shows_the_same_link_twice(client):
    order = make_order(make_customer(phone="+919876543210"))
    page = client.get(f"/orders/{order.id}").text
    key = re.search(r'feedback/link".*?name="request_key" value="(\w+)"', page, re.S)[1]
    paths = [
        HREF.search(client.htmx_post(f"/orders/{order.id}/feedback/link", {"request_key": key}).text)[1] for _ in "12"
    ]
    assert paths[0] == paths[1] and client.get(paths[0]).status_code == 200
    assert client.get("/activity?kind=orders").text.count("Asked for feedback") == 1
    other = HREF.search(client.htmx_post(f"/orders/{order.id}/feedback/link", {"request_key": key + "x"}).text)[1]
    assert other != paths[0] and client.get(paths[0]).status_code == 410
    again = client.htmx_post(f"/orders/{order.id}/feedback/link", {"request_key": key})
    assert again.status_code == 422 and "That link has ended" in again.text


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
    return db.session.scalars(select(Order).join(OrderLine).where(OrderLine.product_id == product.id)).one()


def test_a_page_without_a_referrer_can_send_its_form_over_https(stranger, asked):
    https = {"base_url": "https://localhost"}
    page = stranger.get(asked[0], **https)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    sent = {"csrf_token": token, f"rating-{asked[2].id}": "5"}
    assert stranger.post(asked[0], data=sent, **https).status_code == 200
