"""What charts keep until something is written that may change it is what a count would say after every step."""

from __future__ import annotations

from datetime import date, timedelta

from cms import kept
from cms.activity.words import WORDS
from cms.dashboards import queries
from cms.db import db
from cms.figures.filters import as_kept
from cms.stats.rules import BESIDES, ELSEWHERE
from tests.factories import make_customer, make_order
from tests.returns.doing import sold, take_back
from tests.stats.test_mending import ShopWalk
from tests.stats.test_walk import day_of

STEPS, SEED = 40, 5
ACTIVE_DAYS = 3


def assert_right(today: date) -> None:
    basis = as_kept(today)
    for name in ("segment", "gender"):
        assert queries.customers_by(basis, name) == queries._by(basis, name)
    assert queries.active_and_inactive(basis, ACTIVE_DAYS) == queries._standing(basis, ACTIVE_DAYS)
    for since in (today, today - timedelta(20), date(1970, 1, 1)):
        assert queries.why_returned(since, today) == queries._why(since, today)
    db.session.rollback()


def test_after_every_step_they_are_as_if_counted_anew(app, clock):
    kept.forget()
    walk = ShopWalk(SEED, clock)
    for nth in range(STEPS):
        walk.step()
        assert_right(day_of(clock))
        if nth % 8 == 0:
            take_back(sold(), 1, words="Torn at the border")
            assert_right(day_of(clock))
    assert queries.why_returned(date(1970, 1, 1), day_of(clock))[0].total() == STEPS // 8


def test_an_order_leaves_segments_alone_and_a_customer_does_not(app, clock, monkeypatch):
    kept.forget()
    asked, count = [], queries._by
    monkeypatch.setattr(queries, "_by", lambda *args: asked.append(args) or count(*args))

    def individuals() -> int:
        found = queries.customers_by(as_kept(day_of(clock)), "segment")["Individual"]
        db.session.rollback()
        return found

    customer = make_customer()
    assert (individuals(), len(asked)) == (1, 1)
    make_order(customer)
    assert (individuals(), len(asked)) == (1, 1)
    make_customer("Another")
    assert (individuals(), len(asked)) == (2, 2)


def test_the_rooms_that_leave_a_chart_alone_are_of_the_trail():
    rooms = {verb.partition(".")[0] for verb in WORDS}
    assert rooms >= queries.ORDERS | BESIDES | ELSEWHERE
