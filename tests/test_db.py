"""The promises that both databases keep, and what people see when the database is gone."""

from __future__ import annotations

import sys

import pytest
from sqlalchemy import create_engine, select, text, update
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError

from cms.customers.queries import customer_or_404
from cms.db import claim, db, engines, lock, lost_race, reading, writing
from cms.errors import Conflict
from cms.models import Customer, Order
from tests.databases import before_queries
from tests.factories import make_customer, make_order, make_product, write


def gone(*_args):
    raise OperationalError("SELECT 1", {}, Exception("(2003, \"Can't connect to MySQL server on '10.0.0.1'\")"))


@pytest.fixture
def broken():
    """The database goes away in the middle of it all."""
    with before_queries(gone):
        yield


@pytest.mark.parametrize("path", ["/", "/orders", "/customers", "/login", "/setup?token=x", "/account"])
def test_without_its_database_a_page_says_in_words_that_nothing_was_saved(client, broken, path):
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert "The database cannot be reached. Nothing was saved" in answer.text and "<html" in answer.text
    assert "10.0.0.1" not in answer.text and "Traceback" not in answer.text and "SELECT" not in answer.text


def test_without_its_database_htmx_gets_a_message_and_nothing_to_swap(client, broken):
    answer = client.htmx_get("/customers")
    assert (answer.status_code, answer.text) == (503, "")
    assert "cannot be reached" in answer.headers["HX-Trigger"]


def test_a_form_sent_into_a_broken_database_saves_nothing_and_the_next_one_works(client):
    sent = {"name": "Meera", "segment": "Individual"}
    client.csrf_token()
    with before_queries(gone):
        assert client.post_form("/customers", sent).status_code == 503
    assert client.post_form("/customers", sent).status_code == 303
    assert [customer.ref for customer in db.session.scalars(select(Customer))] == ["CUST001"]


@pytest.mark.parametrize("after", [1, 3, 6, 10, 12])
def test_a_database_that_goes_away_while_an_order_is_placed_leaves_no_half_of_it(client, after):
    customer, product = make_customer(), make_product(stock=5)
    sent = {
        "product": str(product.id),
        "quantity": "1",
        "price": "9",
        "line_discount": "",
        "customer": str(customer.id),
    }
    client.csrf_token()
    left = [after]

    def later(*args):
        left[0] -= 1
        if left[0] < 0:
            gone(*args)

    with before_queries(later):
        assert client.post_form("/orders", sent).status_code == 503
    assert db.session.scalars(select(Order)).all() == []
    assert client.post_form("/orders", sent).status_code == 303


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_both_ways_in_which_a_driver_loses_its_connection_are_told_alike(client, monkeypatch, error):
    def lose(*_args):
        raise error("SELECT 1", {}, Exception(0, ""))

    monkeypatch.setattr("cms.orders.queries.orders_matching", lose)
    assert client.get("/orders").status_code == 503


def test_what_nobody_foresaw_is_told_without_its_inside(client, monkeypatch):
    monkeypatch.setattr("cms.orders.queries.orders_matching", lambda *_args: 1 / 0)
    page, part = client.get("/orders"), client.htmx_get("/orders")
    assert page.status_code == part.status_code == 500 and part.text == ""
    assert "Something went wrong on our side. Nothing was saved." in page.text
    assert "Reference" in page.text and "division" not in page.text


def test_what_the_database_gave_up_is_tried_again_whole(client, monkeypatch):
    tries = []

    def place(*args, **kwargs):
        tries.append(1)
        if len(tries) < 3:
            make_no_sense = Exception(1213, "Deadlock found when trying to get lock")
            raise OperationalError("UPDATE", {}, make_no_sense)
        return add(*args, **kwargs)

    from cms.customers.actions import add_customer as add

    monkeypatch.setattr("cms.customers.actions.add_customer", place)
    assert client.post_form("/customers", {"name": "Meera", "segment": "Individual"}).status_code == 303
    assert len(tries) == 3 and len(db.session.scalars(select(Customer)).all()) == 1


def test_only_lost_races_are_tried_again():
    assert lost_race(OperationalError("", {}, Exception(1213, "")))
    assert lost_race(OperationalError("", {}, Exception(1305, "SAVEPOINT sa_savepoint_1 does not exist")))
    assert not lost_race(OperationalError("", {}, Exception(2003, "")))
    assert not lost_race(OperationalError("", {}, Exception("database is locked")))
    assert not lost_race(IntegrityError("", {}, Exception(1213, "")))


def test_a_claim_lets_one_edit_of_a_version_through(app):
    customer = make_customer(city="Guntur")
    with write():
        claim(customer_or_404(customer.id), customer.version)
    with pytest.raises(Conflict) as told, write():
        claim(customer_or_404(customer.id), customer.version, ("city",))
    assert told.value.current == {"city": "Guntur"}


def test_a_lock_shows_the_row_as_it_is_now(app):
    customer = make_customer()
    with writing():
        found = customer_or_404(customer.id)
        db.session.execute(text("UPDATE customers SET city = 'Nellore'"))
        assert found.city == ""
        lock(found)
        assert found.city == "Nellore"


def test_what_is_refused_inside_writing_is_undone(app):
    with pytest.raises(ZeroDivisionError), write():
        db.session.execute(text("UPDATE counters SET value = 77"))
        raise ZeroDivisionError
    assert make_customer().ref == "CUST001"


def test_a_customer_needs_a_segment_that_there_is_and_a_name(app):
    make_customer()
    for wrong in ("segment = 'Martians'", "name_key = ''"):
        with pytest.raises((IntegrityError, OperationalError)), write():
            db.session.execute(text(f"UPDATE customers SET {wrong}"))


def test_the_relations_of_an_order_are_loaded_on_purpose_or_not_at_all(app):
    order = make_order()
    with pytest.raises(Exception, match=r"lazy='raise'"):
        _ = db.session.get_one(Order, order.id).lines


def test_what_only_reads_cannot_write_on_mysql(app, database):
    customer = make_customer("Meera")
    change = update(Customer).values(name="Asha").execution_options(synchronize_session=False)
    with reading():
        assert db.session.scalar(select(Customer.name).where(Customer.id == customer.id)) == "Meera"
        if database == "mariadb":
            with pytest.raises(OperationalError, match="READ ONLY"):
                db.session.execute(change)
        with writing():
            db.session.execute(change)
            db.session.commit()
        assert db.session.scalar(select(Customer.name)) == "Asha"


@pytest.mark.parametrize("mode", [reading, writing])
def test_a_connection_that_died_unused_is_made_anew(app, database, monkeypatch, mode):
    if database == "sqlite":
        pytest.skip("SQLite's connections do not die")
    monkeypatch.setattr(sys.modules["cms.db"], "QUIET_FOR", 0)
    db.session.remove()
    for engine in engines():  # else the next in the pool is taken, and the dead one is left for another test
        engine.dispose()
    with mode():
        mine = db.session.scalar(text("SELECT connection_id()"))
        db.session.remove()
        with create_engine(db.engine.url).connect() as other:
            other.execute(text(f"KILL {mine}"))
        assert db.session.scalar(text("SELECT connection_id()")) != mine
