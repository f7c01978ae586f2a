from datetime import date, timedelta
from itertools import product

import pytest
from sqlalchemy import select, update

from cms.customers.filters import CustomerFilter, is_active
from cms.customers.rules import standing
from cms.db import db
from cms.models import Customer
from tests.factories import make_customer, write

TODAY = date(2026, 3, 14)
LAST = [None, *(TODAY - timedelta(days) for days in (-1, 0, 89, 90, 91, 4000))]
BY_HAND = [(None, None)]
BY_HAND += product(("Active", "Inactive"), (None, *(TODAY + timedelta(days) for days in (-1, 0, 1))))


def test_the_list_and_the_rule_agree_on_who_is_active_in_every_case(app):
    cases = list(product(LAST, BY_HAND))
    ids = [make_customer().id for _ in cases]
    with write():
        for id, (last, (status, until)) in zip(ids, cases, strict=True):
            row = {"last_order_on": last, "order_count": int(last is not None)}
            row |= {"override_status": status, "override_until": until}
            db.session.execute(update(Customer).where(Customer.id == id).values(row))
    told = {
        id: standing(last, status, until, "", TODAY, 90).status == "Active"
        for id, (last, (status, until)) in zip(ids, cases, strict=True)
    }
    active = is_active(TODAY, 90)
    assert dict(db.session.execute(select(Customer.id, active)).all()) == told
    assert set(db.session.scalars(select(Customer.id).where(active))) == {id for id in told if told[id]}
    assert set(db.session.scalars(select(Customer.id).where(~active))) == {id for id in told if not told[id]}


def test_a_filter_reads_back_what_it_writes():
    wanted = CustomerFilter(q="mee rao", segment="Business", status="Active", archived="1", sort="spent")
    assert CustomerFilter.from_args(wanted.as_args()) == wanted
    assert CustomerFilter().as_args() == {}


@pytest.mark.parametrize(
    "name, value", [("status", "Asleep"), ("sort", "id; DROP"), ("archived", "yes"), ("page", "2")]
)
def test_what_no_filter_knows_means_its_default(name, value):
    assert CustomerFilter.from_args({name: value}) == CustomerFilter()


def test_a_link_changes_one_wish_and_keeps_the_others():
    wanted = CustomerFilter(q="rao", segment="Business")
    assert wanted.as_args(segment="") == {"q": "rao"}


def test_endless_words_are_cut():
    wanted = CustomerFilter.from_args({"q": "x" * 10_000, "segment": "y" * 10_000})
    assert (len(wanted.q), len(wanted.segment)) == (200, 60)
