"""Whom words lead to is whom a plain look at all customers finds, whichever way is taken."""

import pytest
from sqlalchemy import select

from cms.db import db
from cms.models import Customer
from cms.sought import queries
from cms.sought.queries import Sought
from cms.text import query_words
from tests.databases import count_queries
from tests.duplicates.doing import merge
from tests.factories import make_customer

WORDS = ["arora", "foods", "pvt", "ltd"]
SOUGHT = ["arora foods pvt ltd", "foods pvt", "arora", "number3 arora", "pvt ltd foods", "aro", "ltd zz", "desai joshi"]


@pytest.fixture
def traders(app) -> None:
    for name in ("Arora", "Desai", "Joshi"):
        make_customer(f"{name} Foods Pvt Ltd", email=f"{name.lower()}@example.com")
    for number in range(5):
        make_customer(f"Arora Number{number}")


def plainly(q: str) -> set[int]:
    rows = db.session.execute(select(Customer.id, Customer.search_text))
    return {id for id, text in rows if all(word in text for word in query_words(q))}


def found(q: str, few: int) -> set[int]:
    sought = Sought(query_words(q))
    query, ids = select(Customer.id), sought.ids(few)
    return set(db.session.scalars(sought.narrow(query if ids is None else query.where(Customer.id.in_(ids)))))


@pytest.mark.parametrize("few", [0, 1, 2, 4, 2000])
def test_every_way_to_them_finds_the_same(traders, monkeypatch, few):
    plain = {q: plainly(q) for q in SOUGHT}
    for near, many, latest in ((6000, 12_000, 30), (3, 12_000, 30), (0, 12_000, 30), (0, 3, 30), (0, 0, 30), (0, 0, 2)):
        for name, value in (("NEAR", near), ("MANY", many), ("LATEST", latest)):
            monkeypatch.setattr(queries, name, value)
        assert {q: found(q, few) for q in SOUGHT} == plain, (near, many, latest)


def test_words_that_stand_in_the_same_names_are_told_apart_by_the_other_words(traders, monkeypatch):
    assert len(Sought(WORDS).ids(2)) == 1
    assert Sought(["foods", "pvt"]).ids(2) is None
    monkeypatch.setattr(queries, "NEAR", 0)
    joint = Sought(WORDS).ids(2)
    assert len(set(db.session.scalars(joint))) == 1 and Sought(["foods", "pvt"]).ids(2) is None


def test_words_that_most_have_are_not_looked_into(traders, monkeypatch):
    assert Sought(["arora", "foods"]).ids(6) is not None
    monkeypatch.setattr(queries, "LATEST", 5)
    with count_queries() as asked:
        assert Sought(["number", "arora"]).ids(6) is None  # the last five all have both
        assert Sought(["arora", "foods"]).ids(6) is not None
    assert len(asked) == 2


def test_what_a_merge_took_along_is_asked_for_once_a_search(app):
    meera = make_customer("Meera Rao", phone="+919876543210", email="meera@example.com")
    gone = make_customer("Mira", phone="+919812345678")
    make_customer("Somebody else")
    merge(meera, gone)
    sought = Sought(["9812345678"])
    with count_queries() as asked:
        ids, query = sought.ids(9), sought.narrow(select(Customer.id))
    assert len(asked) == 1 and list(ids) == [meera.id]
    assert list(db.session.scalars(query)) == [meera.id]
