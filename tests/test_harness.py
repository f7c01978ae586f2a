"""The tools of the tests keep their own promises."""

from sqlalchemy import func, select

from cms.db import db
from cms.models import Counter, Customer, Order, Product, Segment
from tests.databases import count_queries
from tests.factories import make_customer, make_order, the_shop


def test_every_test_begins_with_empty_tables(app):
    make_order(status="Delivered")
    app_again = db.session.scalar(select(func.count()).select_from(Order))
    assert app_again == 1


def test_what_the_migrations_left_is_there(app):
    counts = [db.session.scalar(select(func.count()).select_from(table)) for table in (Customer, Product, Order)]
    assert counts == [0, 0, 0]
    assert set(db.session.scalars(select(Segment.name))) == {"Individual", "Business", "Enterprise"}
    assert set(db.session.scalars(select(Counter.value))) == {0}
    assert the_shop().name == "My shop"


def test_queries_are_counted(app):
    with count_queries() as queries:
        db.session.scalars(select(Customer)).all()
        db.session.scalars(select(Product)).all()
    assert len(queries) == 2


def test_a_frozen_clock_stands(app, clock):
    first = make_customer()
    clock.forward(hours=1)
    assert (make_customer("Ravi").created_at - first.created_at).total_seconds() == 3600
