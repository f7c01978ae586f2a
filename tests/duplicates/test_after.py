"""What follows a merge elsewhere: files that name the old number, and what the lifetime model expected."""

from __future__ import annotations

import re
from urllib.parse import quote

from sqlalchemy import insert, select

from cms import clock
from cms.clv.actions import add_fit
from cms.customers.queries import story_of
from cms.db import db
from cms.models import Activity, ClvFit, Customer, CustomerValue, Order
from cms.privacy.actions import forget
from tests.duplicates.doing import make_pair, merge, take_back
from tests.factories import make_customer, make_order, make_product, write
from tests.imports.folders import ORDERS, folder_of, imported


def test_a_file_that_names_the_old_number_finds_who_was_kept(app, tmp_path):
    one, two = make_pair()
    merge(one, two)
    files = {
        "customers": f"customer_ref,name\n{two.ref},Somebody Else\n",
        "orders": ORDERS + f"O1,{two.ref},2026-01-05 10:00,Delivered,1,P1,3,100,,\n",
    }
    imported(folder_of(tmp_path, **files))
    assert db.session.scalars(select(Order.customer_id)).all() == [one.id]
    assert len(db.session.scalars(select(Customer.id)).all()) == 2


def found_by(client, q: str) -> list[str]:
    """Whom the list of customers, and the search of the whole shop, find."""
    pages = [client.htmx_get(f"{place}?q={quote(q)}").text for place in ("/customers", "/search")]
    found = [set(re.findall(r"/customers/(\d+)(?=\")", page)) for page in pages]
    assert found[0] == found[1], q
    return sorted(found[0])


def test_the_old_number_finds_who_was_kept_wherever_customers_are_looked_for(client):
    one, two = make_pair()
    make_order(one, make_product())
    merge(one, two)
    assert found_by(client, two.ref) == found_by(client, two.ref.lower()) == [str(one.id)]
    for place in ("/orders?q=", "/stats/customers?q=", "/activity?q="):
        assert one.name in client.get(f"{place}{two.ref}").text, place


TYPED = ("98480 22339", "+91 9848022339", "22339", "asha@shop.example", "Rao 9848022339")
"""What the one who goes was known by."""


def test_phone_and_mail_of_who_was_merged_lead_to_who_was_kept(client):
    one, two = make_pair(phone="+919848022339", email="Asha@shop.example")
    entry = merge(one, two)
    assert [found_by(client, q) for q in TYPED] == [[str(one.id)]] * len(TYPED)
    assert client.get("/search?q=9848022339").location == f"/customers/{one.id}"
    assert [found_by(client, q) for q in ("98480 22330", "ash@", "Khan 9848022339")] == [[]] * 3
    take_back(entry)
    assert [found_by(client, q) for q in TYPED] == [[str(two.id)]] * len(TYPED)


def test_a_phone_that_the_kept_one_gave_up_still_finds_them(client):
    one, two = make_pair(phone="+919848022339")
    merge(one, two, phone=two)
    last = make_customer("Asha R")  # whose row stays, being the last
    merge(db.session.get_one(Customer, one.id), last, phone=last)
    assert found_by(client, "98480 22338") == found_by(client, "98480 22339") == [str(last.id)]


def test_an_old_phone_that_somebody_has_by_now_finds_them_alone(client):
    one, two = make_pair(phone="+919848022339")
    merge(one, two)
    other = make_customer("Usha", phone="+919848022339")
    assert found_by(client, "9848022339") == [str(other.id)]
    assert found_by(client, "asha@shop.example") == [str(one.id)]


def test_who_was_forgotten_is_found_by_nothing_that_was_merged(client):
    one, two = make_pair(phone="+919848022339")
    merge(one, two)
    row = db.session.get_one(Customer, one.id)
    with write():
        forget(row, row.version, row.ref, True, None)
    assert [found_by(client, q) for q in TYPED] == [[]] * len(TYPED)


def test_after_undoing_each_has_a_story_of_their_own(client):
    one, two = make_pair()
    with write():  # as after an import, which tells of itself and not of each customer
        db.session.execute(Activity.__table__.delete())
    entry = merge(one, two)
    make_order(db.session.get_one(Customer, one.id), make_product("Lamp", 100, stock=9))
    take_back(entry)
    stories = [[row.verb for row in db.session.execute(story_of(id))] for id in (one.id, two.id)]
    assert stories == [["customer.merge_undone", "order.placed", "customer.merged"], ["customer.brought_back"]]
    said = client.get(f"/customers/{two.id}").text
    assert f"A customer of their own again: not merged with {one.ref} any more" in said


def test_what_was_expected_of_both_is_expected_of_the_kept_one(app):
    one, two = make_pair()
    third = make_customer("Bhavani")
    with write():
        blank = dict.fromkeys(("r", "alpha", "a", "b", "log_likelihood"), 1.0)
        fit = add_fit(blank | {"customers": 2, "repeaters": 0, "calibration": {}}, clock.today("UTC"), None)
        for customer, paise in ((one, 500), (two, 700)):
            row = {"fit_id": fit, "customer_id": customer.id, "expected_orders": 1.5, "alive": 0.5}
            db.session.execute(insert(CustomerValue).values(**row, value_paise=paise))
    assert expected() == {one.id: 500, two.id: 700}
    entry = merge(one, two)
    assert expected() == {one.id: 1200}
    take_back(entry)
    assert expected() == {one.id: 500, two.id: 700}
    entry = merge(two, third)  # the fit is another by the time this is undone
    with write():
        db.session.execute(CustomerValue.__table__.delete())
        db.session.execute(ClvFit.__table__.delete())
    take_back(entry)
    assert expected() == {}


def expected() -> dict[int, int]:
    db.session.rollback()
    return dict(db.session.execute(select(CustomerValue.customer_id, CustomerValue.value_paise)).all())
