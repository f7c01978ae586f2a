from datetime import date, datetime

import pytest

from cms.customers import queries as customers
from cms.db import db
from cms.feedback.filters import FeedbackFilter
from cms.feedback.queries import (
    feedback_matching,
    product_of,
    ratings_of_customer,
    spread,
    spread_of,
    spread_of_product,
)
from cms.orders import queries as orders
from tests.after_sale import make_feedback
from tests.factories import make_customer, make_order, make_product


@pytest.fixture(params=["few", "many"])
def said(app, clock, monkeypatch, request):
    """Five ratings on four days, by two customers who are found by search terms (few) or by walking the list (many)."""
    meera, sita = make_customer("Meera Rao", phone="+919876543210"), make_customer("Sita Devi")
    lamp, bowl = make_product("Lamp"), make_product("Bowl")
    for day, customer, product, stars, comment in (
        (1, meera, lamp, 5, "Lovely"),
        (2, sita, lamp, 4, ""),
        (2, sita, bowl, 1, "Broken"),
        (3, meera, None, 3, ""),
        (9, meera, bowl, 5, "Fine"),
    ):
        clock.now = datetime(2026, 3, day, 20)  # half past one the next day in India
        make_feedback(make_order(customer, lamp, bowl), product, stars, comment)
    if request.param == "many":
        monkeypatch.setattr(customers, "FEW", 0)
        monkeypatch.setattr(orders, "FEW_CUSTOMERS", 0)
    return meera, lamp


def found(**wishes):
    wanted = FeedbackFilter.from_args(wishes)
    product = product_of(wanted.product) if wanted.product else None
    return [(row.given_on.day, row.rating) for row in feedback_matching(wanted, product, {}).rows]


ALL = [(10, 5), (4, 3), (3, 1), (3, 4), (2, 5)]


@pytest.mark.parametrize(
    "wishes, days",
    [
        ({}, ALL),
        ({"rating": "5"}, [(10, 5), (2, 5)]),
        ({"rating": "6"}, ALL),
        ({"rating": "٣"}, ALL),
        ({"product": "PROD001"}, [(3, 4), (2, 5)]),
        ({"product": "PROD999"}, []),
        ({"since": "2026-03-03", "until": "2026-03-04"}, [(4, 3), (3, 1), (3, 4)]),
        ({"since": "2026-03-10"}, [(10, 5)]),
        ({"until": "2026-03-02"}, [(2, 5)]),
        ({"since": "2025-02-30", "until": "9999-12-31"}, ALL),
        ({"since": "1970-01-01", "until": "2100-12-31"}, ALL),
        ({"comment": "1"}, [(10, 5), (3, 1), (2, 5)]),
        ({"q": "meera"}, [(10, 5), (4, 3), (2, 5)]),
        ({"q": "43210", "rating": "3"}, [(4, 3)]),
        ({"q": "ORD002"}, [(3, 4)]),
        ({"q": "%"}, []),
        ({"q": "nobody"}, []),
        ({"q": "sita", "product": "PROD001"}, [(3, 4)]),
        ({"customer": "999999999"}, []),
    ],
)
def test_the_list_shows_what_was_asked_for(said, wishes, days):
    assert found(**wishes) == days


def test_the_list_of_one_customer(said):
    assert found(customer=str(said[0].id)) == [(10, 5), (4, 3), (2, 5)]


def test_average_and_spread_are_of_the_days_shown(said):
    today = date(2026, 3, 14)
    assert (spread(None, None, today).count, spread(None, None, today).average) == (5, 3.6)
    some = spread(date(2026, 3, 3), date(2026, 3, 4), today)
    assert (some.count, some.average, some.times[1]) == (3, 2.67, 1)
    assert spread(date(2026, 3, 5), date(2026, 3, 4), today).average is None
    assert spread_of_product(said[1].id).average == 4.5
    assert spread_of_product(said[1].id, date(2026, 3, 3)).times[4] == 1
    assert spread_of(db.session.execute(ratings_of_customer(said[0].id))).average == 4.33


@pytest.mark.parametrize("wishes", [{}, {"rating": "5"}, {"q": "meera"}, {"product": "PROD001"}])
def test_paging_there_and_back_shows_all_once(app, clock, monkeypatch, wishes):
    monkeypatch.setattr("cms.feedback.queries.page_of", small_pages)
    customer, product = make_customer("Meera"), make_product()
    ids = [make_feedback(make_order(customer, product), product, 5).id for _ in range(11)]
    wanted, about = FeedbackFilter.from_args(wishes), product_of("PROD001")
    page = feedback_matching(wanted, about, {})
    there = [[row.id for row in page.rows]]
    while page.after:
        page = feedback_matching(wanted, about, {"after": page.after})
        there.append([row.id for row in page.rows])
    back = [there[-1]]
    while page.before:
        page = feedback_matching(wanted, about, {"before": page.before})
        back.insert(0, [row.id for row in page.rows])
    assert back == there and [id for some in there for id in some] == ids[::-1]


def small_pages(query, sort, args, _size):
    from cms.paging import page_of

    return page_of(query, sort, args, size=4)


def test_a_filter_reads_back_what_it_writes():
    wishes = {"q": "rao", "rating": "2", "product": "PROD001", "customer": "7", "since": "2026-03-01"}
    wanted = FeedbackFilter.from_args(wishes | {"until": "2026-03-31", "comment": "1"})
    assert FeedbackFilter.from_args(wanted.as_args()) == wanted
    assert FeedbackFilter().as_args() == {}
