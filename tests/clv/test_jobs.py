"""Fitting in the background: asked for, due by itself, whole or not shown; and the pages of it."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from cms.clv import actions, queries
from cms.clv.jobs import due
from cms.db import db
from cms.demo.actions import Size, fill_shop
from cms.errors import RuleError
from cms.jobs import runner
from cms.models import Activity, ClvFit, Customer, CustomerValue, Job
from tests.databases import count_queries
from tests.endpoints import made_once
from tests.factories import make_customer, make_order, make_product, make_user, write

LAST = date(2026, 3, 14)


@pytest.fixture
def demo(app, clock, migrated):
    made_once(migrated, fill)


def fill() -> dict:
    with write():
        fill_shop(Size(150, 900, 7), LAST, None)
    return {}


def fitted() -> ClvFit:
    with write():
        actions.ask_for_fit(None)
    assert runner.run_next()
    return queries.latest_fit()


def test_a_fit_is_stored_with_a_value_for_everyone_who_ordered(demo):
    fit = fitted()
    buyers = db.session.scalar(select(func.count()).where(Customer.order_count > 0))
    rows = db.session.scalars(select(CustomerValue).where(CustomerValue.fit_id == fit.id)).all()
    assert len(rows) == fit.customers == buyers and fit.repeaters > 30
    assert all(0 <= row.alive <= 1 and row.expected_orders >= 0 and row.value_paise >= 0 for row in rows)
    assert fit.calibration["actual"] > 0
    job = db.session.scalars(select(Job)).one()
    assert (job.state, job.message) == ("done", f"Worked out for {buyers} customers")
    assert db.session.scalars(select(Activity.verb).order_by(Activity.id.desc())).first() == "clv.fitted"


def test_the_next_fit_takes_the_place_of_the_one_before(demo, clock):
    first = fitted().id
    clock.forward(days=2)
    second = fitted().id
    assert second > first
    assert set(db.session.scalars(select(CustomerValue.fit_id))) == {second}
    assert db.session.get(ClvFit, first) is not None  # its parameters stay


def test_a_fit_that_is_not_whole_is_not_shown(demo):
    with write():
        actions.add_fit(
            {"customers": 1, "repeaters": 1, "calibration": {}, **dict.fromkeys(("r", "alpha", "a", "b"), 1.0)}
            | {"log_likelihood": -1.0},
            LAST,
            None,
        )
    assert queries.latest_fit() is None


def test_it_is_due_once_a_day_and_only_where_enough_came_again(demo, clock):
    assert due() == "clv.fit 2026-03-14"
    runner.put_aside_what_is_due()
    runner.put_aside_what_is_due()
    assert db.session.scalar(select(func.count()).select_from(Job)) == 1
    assert runner.run_next() and not runner.run_next()
    assert due() is None
    clock.forward(hours=25)
    assert due() == "clv.fit 2026-03-15"


def test_nothing_is_due_in_a_small_shop(app, clock):
    make_order()
    assert due() is None
    runner.put_aside_what_is_due()
    assert not runner.run_next()
    with pytest.raises(RuleError, match="at least 100 customers"), write():
        actions.ask_for_fit(None)


def test_asking_twice_is_asking_once(demo):
    with write():
        first = actions.ask_for_fit(None).id
    with write():
        assert actions.ask_for_fit(None).id == first


def test_an_owner_asks_and_sees_what_came_of_it(client, demo):
    assert "Not worked out yet" in client.get("/clv/expected").text
    answer = client.post_form("/clv/expected")
    assert (answer.status_code, answer.location) == (303, "/clv/expected")
    page = client.get("/clv/expected").text
    assert "Waiting for its turn" in page and "Work out anew" not in page
    assert runner.run_next()
    page = client.get("/clv/expected").text
    assert "Next 12 months" in page and "How well it foretells" in page and "Work out anew" in page
    best = db.session.execute(
        select(Customer.name).join(CustomerValue).order_by(CustomerValue.value_paise.desc()).limit(1)
    ).scalar_one()
    assert best in page
    told = re.search(r"it expected ([\d,]+) days with orders and there were ([\d,]+): (.*?)\.", page)
    expected, actual = (int(told[nth].replace(",", "")) for nth in (1, 2))
    assert ("fewer" in told[3]) == (actual < 0.9 * expected) and ("more" in told[3]) == (actual > 1.1 * expected)


def test_staff_may_look_but_not_ask(app, demo):
    staff = app.test_client().sign_in(make_user("staff", "ravi"))
    assert "Work out anew" not in staff.get("/clv/expected").text
    assert staff.post_form("/clv/expected").status_code == 403


def test_the_simple_value_is_listed_with_its_parts(client, clock):
    product = make_product(price_paise=10_000)
    regular = make_customer("<b>Regular</b>")
    make_order(regular, product, qty=3)
    clock.forward(days=60)
    make_order(regular, product, qty=1)
    make_order(make_customer("Once"), product, qty=1)
    make_order(make_customer("Gone"), product, qty=50, status="Cancelled")
    page = client.get("/clv").text
    assert "&lt;b&gt;Regular" in page and "<b>Regular" not in page and "Gone" not in page
    assert "₹1,200.00" in page and "₹200.00" in page  # 400 in two months, times 6; the average order
    assert page.index("Regular") < page.index("Once") and "₹600.00" in page
    assert "Too early to tell" not in page
    hasty = make_customer("Hasty")
    make_order(hasty, product, qty=1)
    clock.forward(days=1)
    make_order(hasty, product, qty=1)
    assert client.get("/clv").text.count("Too early to tell") == 1  # twice in two days is no pace
    assert "so far there are 3 and 2" in client.get("/clv/expected").text


def test_a_list_of_values_costs_as_much_for_many(client, demo):
    fitted()
    for path in ("/clv", "/clv/expected"):
        client.get(path)
        with count_queries() as few:
            assert client.get(path).text.count('<a href="/customers/') == 50
        assert len(few) <= 6, few
        after = client.get(path).text.partition("after=")[2].partition('"')[0]
        assert client.get(f"{path}?after={after}").text.count('<a href="/customers/') == 50


def test_an_old_fit_says_so(demo, clock):
    fit = fitted()
    clock.forward(days=3)
    assert fit.fitted_on == LAST and due() == f"clv.fit {LAST + timedelta(3)}"
