"""The list of pairs, comparing them, merging and telling apart, as people do it."""

from __future__ import annotations

import pytest

from cms.customers.actions import add_customer
from cms.db import db
from cms.duplicates.queries import alike
from cms.models import Apart, Customer
from tests.databases import count_queries
from tests.duplicates.doing import apart, make_pair, merge, take_back
from tests.factories import make_customer, write


def pairs(kind: str, after: str = "") -> list[tuple[int, int]]:
    db.session.rollback()
    return [(one.id, other.id) for one, other in alike(kind, after).pairs]


@pytest.mark.parametrize(
    "kind, one, other",
    [
        ("phone_tail", {"phone": "+919848022338"}, {"phone": "0091-9848022338"}),
        ("mailbox", {"email": "asha.rao@gmail.com"}, {"email": "asharao+shop@gmail.com"}),
        ("name_place", {"city": "Guntur", "phone": "+919848022338"}, {"city": "GUNTUR", "phone": "+919848022339"}),
        ("name_place", {"postcode": "522001"}, {"postcode": "522001"}),
        ("name_alike", {"city": "Guntur", "phone": "+919848022338"}, {}),
    ],
)
def test_a_pair_is_found_by_what_they_have_in_common(app, kind, one, other):
    first, second = make_customer("Lakshmi Rao", **one), make_customer("Laxmi Rao", **other)
    make_customer("Usha Rao", city="Ongole", phone="+919848022331")
    found = pairs(kind)
    assert [tuple(sorted(pair)) for pair in found] == [(first.id, second.id)]


def test_one_who_lives_elsewhere_and_has_a_phone_is_another(app):
    make_customer("Lakshmi Rao", city="Guntur", phone="+919848022338")
    make_customer("Laxmi Rao", city="Ongole", phone="+919848022339")
    assert [pairs(kind) for kind in ("phone_tail", "mailbox", "name_place", "name_alike")] == [[], [], [], []]


def test_told_apart_they_are_not_offered_again_until_that_is_taken_back(app):
    one, two = make_pair()
    assert pairs("name_place") == [(one.id, two.id)]
    entry = apart(two, one)
    assert pairs("name_place") == []
    take_back(entry)
    assert pairs("name_place") == [(one.id, two.id)]


def test_pages_follow_one_another_and_none_is_lost(app):
    with write():
        for number in range(70):
            for _ in range(2):
                values = {"name": f"{chr(97 + number // 26)}{chr(97 + number % 26)}b", "city": "Guntur"}
                add_customer(values | {"segment": "Individual", "email": "", "phone": ""}, "Asia/Kolkata", None)
    seen, after = [], ""
    while True:
        page = alike("name_place", after)
        seen += [(one.id, other.id) for one, other in page.pairs]
        after = page.after
        if not after:
            break
    assert len(seen) == len(set(seen)) >= 70


def test_a_merge_by_the_page(client):
    one, two = make_pair()
    page = client.get(f"/duplicates/{one.id}/{two.id}")
    assert page.status_code == 200
    form = {
        f"version-{one.id}": one.version,
        f"version-{two.id}": two.version,
        "keep-name": two.id,
        "keep-email": two.id,
    }
    answer = client.post_form(f"/duplicates/{one.id}/{two.id}", form)
    assert (answer.status_code, answer.location) == (303, f"/customers/{one.id}")
    kept = db.session.get_one(Customer, one.id)
    assert (kept.name, kept.email, kept.phone) == ("Aasha Rao", "asha@shop.example", "+919848022338")
    assert "Undo" in client.get("/duplicates").text


def test_what_contradicts_is_told_with_everything_chosen_still_there(client):
    _one, two = make_pair(state="Karnataka")
    other = make_customer("Asha Rao", gstin="27AAPFU0939F1ZV", state="Maharashtra", city="Pune")
    form = {f"version-{row.id}": row.version for row in (two, other)}
    form |= {"keep-gstin": other.id, "keep-place": two.id, "keep-name": other.id}
    answer = client.post_form(f"/duplicates/{two.id}/{other.id}", form)
    assert answer.status_code == 422
    assert "registered in Maharashtra" in answer.text
    assert f'name="keep-name" value="{other.id}" checked' in answer.text


def test_a_second_merge_of_the_same_two_is_told(client):
    one, two = make_pair()
    merge(one, two)
    answer = client.post_form(f"/duplicates/{one.id}/{two.id}", {})
    assert answer.status_code == 404
    assert "was merged into" in answer.text


def test_not_the_same_is_remembered(client):
    one, two = make_pair()
    assert client.post_form(f"/duplicates/{two.id}/{one.id}/apart").status_code == 303
    assert [(row.low_id, row.high_id) for row in db.session.query(Apart)] == [(one.id, two.id)]
    assert "they are not the same" in client.get(f"/duplicates/{one.id}/{two.id}").text


def test_a_customer_with_itself_is_no_pair(client):
    one, _two = make_pair()
    assert client.get(f"/duplicates/{one.id}/{one.id}").status_code == 404


def test_the_list_takes_a_fixed_number_of_queries(client):
    make_pair()
    with count_queries() as few:
        client.get("/duplicates?kind=name_place")
    for _ in range(5):
        make_customer("Aasha Rao", city="Guntur")
    with count_queries() as many:
        client.get("/duplicates?kind=name_place")
    assert len(many) == len(few)


def test_the_other_one_can_be_looked_for(client):
    one, two = make_pair()
    make_customer("Bhavani", phone="+919848000001")
    page = client.get(f"/duplicates/{one.id}?q=bhav").text
    assert "Bhavani" in page
    assert f"/duplicates/{one.id}/{two.id}" in page
