"""Two merge the same pair, and somebody orders while a customer goes: one wins, the other is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from cms.checks.invariants import all_checks
from cms.db import db
from cms.models import Customer, Merge, Order
from tests.duplicates.doing import make_pair, merge, new_lamp
from tests.factories import make_order
from tests.recount import assert_totals_right


@pytest.fixture(autouse=True)
def books_stay_right(app):
    yield
    assert_totals_right()
    assert [told for check in all_checks() for told in check.failures()] == []


def at_once(client, *deeds):
    """The answers of these, each done by a browser of its own at the same moment."""
    browsers = [client.application.test_client().sign_in(client.user) for _ in deeds]
    for browser in browsers:
        browser.csrf_token()
    gate = Barrier(len(deeds))

    def one(number: int):
        with client.application.app_context():
            gate.wait(10)
            return deeds[number](browsers[number])

    db.session.close()
    with ThreadPoolExecutor(len(deeds)) as pool:
        answers = list(pool.map(one, range(len(deeds))))
    assert [answer.text for answer in answers if answer.status_code >= 500] == []
    return [answer.status_code for answer in answers]


def merging(one, two, path=None):
    form = {f"version-{row.id}": row.version for row in (one, two)}
    return lambda browser: browser.post_form(path or f"/duplicates/{one.id}/{two.id}", form)


def test_of_two_who_merge_the_same_pair_one_is_told(client):
    one, two = make_pair()
    make_order(two, new_lamp())
    codes = at_once(client, merging(one, two), merging(one, two, f"/duplicates/{two.id}/{one.id}"))
    assert codes.count(303) == 1
    assert set(codes) - {303} <= {404, 422}
    assert len(db.session.scalars(select(Merge)).all()) == 1


def test_an_order_that_comes_meanwhile_is_the_kept_ones_or_is_refused(client):
    one, two = make_pair()
    lamp = new_lamp()
    make_order(two, lamp)
    form = {"product": str(lamp.id), "quantity": "1", "price": "100", "line_discount": "", "customer": str(two.id)}
    merged, placed = at_once(client, merging(one, two), lambda browser: browser.post_form("/orders", form))
    assert merged == 303
    assert placed in (303, 422)
    db.session.rollback()
    owners = db.session.scalars(select(Order.customer_id)).all()
    assert owners == [one.id] * (2 if placed == 303 else 1)


def test_of_two_who_undo_a_merge_one_is_told(client):
    one, two = make_pair()
    make_order(two, new_lamp())
    entry = merge(one, two)
    at_once(client, *[lambda browser: browser.post_form(f"/activity/{entry}/undo", {"back": "/customers"})] * 2)
    db.session.rollback()
    assert {row.id for row in db.session.scalars(select(Customer))} >= {one.id, two.id}
    assert db.session.scalars(select(Merge)).all() == []


def test_an_edit_and_a_merge_at_once_do_not_both_win(client):
    one, two = make_pair()
    edit = {"phone": "98480 22340", "version": two.version, "seen": ""}
    merged, edited = at_once(
        client,
        merging(one, two),
        lambda browser: browser.htmx_post(f"/customers/{two.id}/cells/phone", edit),
    )
    assert (merged, edited) in ((303, 404), (303, 422), (422, 200))
