"""Kept answers are right in the very next page after any write, also of another process."""

from __future__ import annotations

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from cms import clock as clocks
from cms.activity.actions import record
from cms.db import db, writing
from cms.kept import FEW, MOST, _answers, forget, kept
from cms.models import Activity, Customer
from tests.databases import app_on
from tests.factories import make_customer, make_order, write


@pytest.fixture(autouse=True)
def nothing_kept(app, clock):
    forget()


def customers() -> int:
    """How many there are; `kept` asks only when it must."""
    return kept("customers", clocks.today("Asia/Kolkata"), counted)


asked = []


def counted() -> int:
    asked.append(1)
    return db.session.scalar(select(func.count()).select_from(Customer))


def times(ask) -> int:
    asked.clear()
    ask()
    db.session.rollback()
    return len(asked)


def test_it_is_made_once_and_anew_after_a_write():
    make_customer()
    assert (times(customers), times(customers)) == (1, 0)
    make_customer()
    assert customers() == 2 and times(customers) == 0


def test_it_is_made_anew_on_another_day(clock):
    make_customer()
    assert times(customers) == 1
    clock.forward(days=1)
    assert times(customers) == 1


def test_what_it_depends_on_has_an_answer_of_its_own():
    make_customer()
    today = clocks.today("Asia/Kolkata")
    assert [kept("double", today, lambda n=n: 2 * n, n) for n in (1, 2, 1)] == [2, 4, 2]


def test_another_process_wrote(migrated):
    make_customer()
    assert customers() == 1
    db.session.rollback()
    other = app_on(migrated.url, migrated.instance)
    with other.app_context():
        make_customer("Another")
        db.engine.dispose()
    assert customers() == 2


def test_a_write_that_took_its_number_first_and_landed_last_is_seen(app, database):
    """MariaDB gives out ids before a commit."""
    if database == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    make_customer()
    with Session(db.engine) as late:
        entry = {"at": clocks.now(), "by_name": "x", "verb": "x.y", "thing": "customers", "thing_ref": ""}
        late.execute(insert(Activity).values(**entry))
        make_order(make_customer())  # with a higher number, and stored
        assert (times(customers), times(customers)) == (1, 0)
        late.commit()
    assert times(customers) == 1


def mended() -> int:
    """The same, by counting who was added since."""
    return kept("mended", clocks.today("Asia/Kolkata"), counted, mend=lambda known, since: known + len(since) or None)


def test_it_is_mended_by_what_was_written_since(clock):
    first = make_customer()
    assert (mended(), times(mended)) == (1, 0)
    make_customer()
    make_customer()
    assert times(mended) == 0 and mended() == 3
    clock.forward(days=1)
    assert times(mended) == 1
    with write():
        for _ in range(FEW):
            record(None, "customer.edited", first, customer_id=first.id)
    assert times(mended) == 0 and mended() == 3 + FEW
    with write():
        for _ in range(FEW + 1):
            record(None, "customer.edited", first, customer_id=first.id)
    assert times(mended) == 1 and mended() == 3


def test_inside_a_write_nothing_is_kept():
    with writing():
        customers()
        assert times(customers) == 1
        db.session.rollback()
    assert times(customers) == 1


def test_what_was_asked_for_longest_ago_is_dropped():
    today = clocks.today("Asia/Kolkata")
    for number in range(MOST + 9):
        kept("number", today, lambda number=number: number, number)
    assert len(_answers) == MOST and kept("number", today, lambda: "anew", 0) == "anew"
