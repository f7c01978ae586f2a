from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from cms.activity.sentences import sentence
from cms.auth.sessions import token_hash
from cms.customers.queries import story_of
from cms.db import db
from cms.errors import Conflict, RuleError
from cms.feedback import queries
from cms.feedback.actions import answer_link
from cms.figures import sheet
from cms.figures.queries import ratings
from cms.models import Feedback, FeedbackLink, RatingTotal
from cms.totals.actions import rebuild
from tests.after_sale import make_feedback, make_feedback_link
from tests.factories import make_order, make_product, set_shop, the_shop, write
from tests.recount import assert_totals_right

TODAY = date(2026, 3, 14)


@pytest.fixture(autouse=True)
def totals_stay_right(app, clock):
    yield
    assert_totals_right()


def answer(token, **stars):
    """What came of answering a link: stars by the name of the product."""
    with write():
        link = queries.link_of(token_hash(token))
        products = {row.product_name: row.product_id for row in queries.to_rate(link.order_id)}
        return answer_link(link, {products[name]: (number, "") for name, number in stars.items()}, the_shop())


def test_feedback_stands_with_its_order_customer_product_and_day(app, clock):
    clock.now = datetime(2026, 3, 14, 18, 30)  # midnight in India
    lamp = make_product("Lamp")
    order = make_order(None, lamp)
    given_now = make_feedback(order, lamp, 4, "Good")
    assert (given_now.customer_id, given_now.product_name, given_now.given_on) == (
        order.customer_id,
        "Lamp",
        date(2026, 3, 15),
    )
    assert db.session.get(RatingTotal, (date(2026, 3, 15), 4)).ratings == 1
    story = db.session.execute(story_of(order.customer_id)).all()
    assert sentence(story[0].verb, "", story[0].before, story[0].after) == "Rated with 4 of 5 stars: Lamp"


def test_a_product_of_an_order_is_rated_once_and_the_first_stands(app, clock):
    lamp, bowl = make_product("Lamp"), make_product("Bowl")
    order = make_order(None, lamp, bowl)
    make_feedback(order, lamp, 4)
    clock.forward(days=400)
    with pytest.raises(RuleError, match=r"Lamp was rated on 14 Mar 2026 already, with 4 of 5 stars; that stands"):
        make_feedback(order, lamp, 1)
    make_feedback(order, bowl, 2)
    make_feedback(order, None, 3)
    with pytest.raises(RuleError, match="The order as a whole was rated on 18 Apr already"):
        make_feedback(order, None, 5)
    make_feedback(make_order(None, lamp), lamp, 1)


def test_a_product_that_is_not_on_the_order_cannot_be_rated(app):
    with pytest.raises(RuleError, match="one of the products of the order"):
        make_feedback(make_order(), make_product("Another"), 5)


def test_history_with_twins_stays_and_the_first_of_them_is_named(app):
    order = make_order()
    with write():
        for day, stars in ((3, 2), (1, 5)):
            at = datetime(2026, 1, day)
            ids = {"order_id": order.id, "customer_id": order.customer_id, "at": at, "given_on": at.date()}
            db.session.add(Feedback(rating=stars, created_at=at, **ids))
        db.session.flush()
        rebuild()
    with pytest.raises(RuleError, match="on 1 Jan already, with 5 of 5 stars"):
        make_feedback(order, None, 1)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 3), st.booleans()), max_size=8))
def test_the_kept_ratings_are_those_of_a_recount_whatever_comes(app, clock, steps):
    product = make_product()
    for stars, days, by_link in steps:
        clock.forward(days=days)
        order = make_order(None, product)
        if by_link:
            answer(make_feedback_link(order), **{"Clay lamp": stars})
        else:
            make_feedback(order, product, stars)
    assert_totals_right()
    with write():
        before = db.session.execute(select(*RatingTotal.__table__.c).where(RatingTotal.ratings > 0)).all()
        rebuild()
        assert sorted(before) == sorted(db.session.execute(select(*RatingTotal.__table__.c)).all())


def test_the_figures_are_the_kept_ratings_up_to_their_day(app, clock):
    for stars, day in ((5, 1), (4, 2), (4, 2), (1, 5)):
        clock.now = datetime(2026, 3, day, 6)
        make_feedback(make_order(), None, stars)
    assert ratings(date(2026, 3, 4)) == {1: 0, 2: 0, 3: 0, 4: 2, 5: 1}
    assert ratings(date(2026, 3, 9), date(2026, 3, 2)) == {1: 1, 2: 0, 3: 0, 4: 2, 5: 0}
    told = sheet.figures(date(2026, 3, 4), sheet.shop())["feedback"]
    assert (told["count"], told["average"], told["by_rating"]["4"]) == (3, 4.33, 2)


def test_a_total_changed_behind_the_shops_back_is_found(app):
    make_feedback(make_order(), None, 5)
    with write():
        db.session.execute(update(RatingTotal).values(ratings=7))
    result = app.test_cli_runner().invoke(args=["check"])
    assert result.exit_code == 1 and "7 ratings of 5 stars, counted 1" in result.stdout
    with write():
        rebuild()


def test_a_link_keeps_only_the_hash_of_its_token_and_lasts_as_the_settings_say(app, clock):
    set_shop(feedback_days=7)
    token = make_feedback_link(make_order())
    link = db.session.scalars(select(FeedbackLink)).one()
    assert link.token_hash == token_hash(token) != token and len(token) >= 43
    assert (link.expires_at - clock.now, link.used_at) == (timedelta(days=7), None)


def test_a_new_link_ends_the_older_one(app, clock):
    order = make_order(None, make_product("Lamp"))
    old = make_feedback_link(order)
    clock.forward(minutes=1)
    new = make_feedback_link(order)
    with pytest.raises(Conflict):
        answer(old, Lamp=5)
    assert answer(new, Lamp=5)[0].link_id == db.session.scalars(select(FeedbackLink.id)).all()[1]


def test_a_link_is_answered_once_and_not_after_its_time(app, clock):
    lamp, bowl = make_product("Lamp"), make_product("Bowl")
    order = make_order(None, lamp, bowl)
    token = make_feedback_link(order)
    assert [one.rating for one in answer(token, Lamp=5)] == [5]
    with pytest.raises(Conflict):
        answer(token, Bowl=4)
    token = make_feedback_link(order)
    clock.forward(days=30)
    with pytest.raises(Conflict):
        answer(token, Bowl=4)
    db.session.rollback()
    assert db.session.scalars(select(Feedback.rating)).all() == [5]


def test_nobody_is_asked_when_there_is_nothing_to_rate(app):
    lamp = make_product("Lamp")
    with pytest.raises(RuleError, match="A cancelled order"):
        make_feedback_link(make_order(None, lamp, status="Cancelled"))
    order = make_order(None, lamp)
    make_feedback(order, lamp, 5)
    with pytest.raises(RuleError, match="rated already"):
        make_feedback_link(order)


def test_a_link_asks_about_the_first_ten_products_that_are_not_rated(app):
    products = [make_product(f"Lamp {number}") for number in range(12)]
    order = make_order(None, *products)
    make_feedback(order, products[0], 5)
    assert [row.product_name for row in queries.to_rate(order.id)] == [f"Lamp {number}" for number in range(1, 10)]
