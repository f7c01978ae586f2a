"""A request whose database goes away under it: done again when that is sure not to do it twice, else told in words."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from cms.db import db
from cms.failover import gone
from cms.models import Customer, Order
from tests.databases import before_queries
from tests.factories import make_customer, make_product

LOST = (2013, "Lost connection to MySQL server during query")


def lose(*_args):
    raise OperationalError("", {}, Exception(*LOST))


class Loss:
    """The connection is lost at a commit: before it reaches the database, or when only its answer is lost."""

    def __init__(self, stored: bool):
        self.stored, self.left = stored, 0

    def __enter__(self):
        self.commit = db.engine.dialect.do_commit
        db.engine.dialect.do_commit = self
        self.left = 1
        return self

    def __exit__(self, *_error):
        db.engine.dialect.do_commit = self.commit

    def __call__(self, connection):
        if self.stored or not self.left:
            self.commit(connection)
        if self.left:
            self.left -= 1
            lose()


@pytest.fixture
def patient(app, monkeypatch):
    monkeypatch.setattr(app, "patience", 5)


def an_order(client, key="") -> dict[str, str]:
    line = {"product": str(make_product(stock=9).id), "quantity": "1", "price": "9", "line_discount": ""}
    client.csrf_token()
    return line | {"customer": str(make_customer().id), "request_key": key}


def test_a_write_whose_connection_is_lost_before_the_commit_is_done_again(client, patient, monkeypatch):
    from cms.customers.actions import add_customer

    tries = []

    def add(*args, **kwargs):
        tries.append(1)
        made = add_customer(*args, **kwargs)
        if len(tries) < 3:
            lose()
        return made

    monkeypatch.setattr("cms.customers.actions.add_customer", add)
    assert client.post_form("/customers", {"name": "Meera", "segment": "Individual"}).status_code == 303
    assert len(tries) == 3 and [made.ref for made in db.session.scalars(select(Customer))] == ["CUST001"]


@pytest.mark.parametrize("stored", [True, False])
def test_an_order_whose_commit_lost_its_answer_is_there_once(client, patient, stored):
    form = an_order(client, key="0123456789abcdef")
    with Loss(stored):
        assert client.post_form("/orders", form).status_code == 303
    assert [order.ref for order in db.session.scalars(select(Order))] == ["ORD001"]


def test_a_write_without_a_key_is_not_done_twice_but_told_to_be_unsure(client, patient):
    form = an_order(client)
    with Loss(stored=True):
        answer = client.post_form("/orders", form)
    assert answer.status_code == 503 and "Look whether it is there" in answer.text
    assert "Nothing was saved" not in answer.text
    assert len(db.session.scalars(select(Order)).all()) == 1


def test_without_patience_a_lost_database_is_told_at_once(client):
    form = an_order(client, key="0123456789abcdef")
    with Loss(stored=False):
        assert client.post_form("/orders", form).status_code == 503
    assert db.session.scalars(select(Order)).all() == []


@pytest.mark.parametrize("path", ["/orders", "/", "/customers"])
def test_a_page_waits_for_the_node_that_takes_over(client, patient, path):
    left = [2]

    def fail(*_args):
        if left[0]:
            left[0] -= 1
            lose()

    with before_queries(fail):
        assert client.get(path).status_code == 200
    assert not left[0]


def test_what_is_lost_and_what_is_not():
    assert gone(OperationalError("", {}, Exception(1047, "WSREP has not yet prepared node for application use")))
    assert gone(Exception(*LOST)) and not gone(Exception(1213, "")) and not gone(Exception())
