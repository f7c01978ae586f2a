"""Files on their way: as of one moment, in little memory, and nothing left behind when nobody takes them."""

from __future__ import annotations

import tracemalloc
from contextlib import closing
from datetime import date

import pytest
from sqlalchemy import select, update

from cms.db import db
from cms.exports import reading
from cms.exports.rules import Manner
from cms.exports.runner import Export, stream
from cms.exports.tables import TABLES
from cms.models import Activity, Customer
from tests.exports.shops import rows_in
from tests.factories import make_customer, make_order, make_product, write

INDIA = Manner("INR", "Asia/Kolkata", date(2026, 3, 14))


@pytest.fixture
def six(app, clock, monkeypatch):
    """Six customers, read two at a time."""
    monkeypatch.setattr(reading, "AT_ONCE", 2)
    for name in "ABCDEF":
        make_customer(name)
    db.session.remove()
    return app


def customers(format="csv"):
    return Export(TABLES["customers"], format, INDIA)


def trail():
    db.session.rollback()
    return [
        tuple(row)
        for row in db.session.execute(select(Activity.verb, Activity.after).where(Activity.thing == "exports"))
    ]


def out() -> int:
    return db.engine.pool.checkedout()  # type: ignore[attr-defined]


def test_a_file_says_what_was_so_at_one_moment(six):
    with closing(stream(six, customers())) as pieces:
        data = next(pieces) + next(pieces)
        with write():
            db.session.execute(update(Customer).values(name="Changed meanwhile"))
        make_customer("Came meanwhile")
        data += b"".join(pieces)
    assert [row["name"] for row in rows_in(data)] == list("ABCDEF")
    assert {row["name"] for row in rows_in(b"".join(stream(six, customers())))} == {
        "Changed meanwhile",
        "Came meanwhile",
    }


def test_others_write_while_a_file_is_read(six):
    with closing(stream(six, customers("xlsx"))) as pieces:
        next(pieces), next(pieces)
        make_customer("Came meanwhile")
    db.session.rollback()
    assert len(db.session.scalars(select(Customer.id)).all()) == 7


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_who_hangs_up_gives_the_connection_back_and_is_written_down(six, format):
    before = out()
    pieces = stream(six, customers(format))
    next(pieces), next(pieces)
    assert out() == before + 1
    pieces.close()
    assert out() == before
    ((verb, after),) = trail()
    assert verb == "export.broken_off" and after["what"].split()[1].startswith("customer")


def test_who_takes_only_the_head_has_read_nothing(six):
    before, pieces = out(), stream(six, customers())
    next(pieces)
    assert out() == before
    pieces.close()
    stream(six, customers()).close()
    assert trail() == []


def test_a_failure_in_the_middle_breaks_the_file_off_and_frees_all(six, monkeypatch):
    before, real, calls = out(), reading.rows_of, []

    def failing(*args):
        calls.append(args)
        if len(calls) == 3:
            raise RuntimeError("the disk is gone")
        return real(*args)

    monkeypatch.setattr(reading, "rows_of", failing)
    with pytest.raises(RuntimeError):
        b"".join(stream(six, customers()))
    assert out() == before and [verb for verb, _after in trail()] == ["export.broken_off"]


def test_its_size_in_memory_does_not_grow_with_the_table(app, clock, monkeypatch):
    """Ten rows at a time: 2,400 rows take the memory of 800."""
    for n in range(40):
        make_customer(f"Customer {n}", address="x" * 500)
    monkeypatch.setattr(reading, "AT_ONCE", 10)
    real = reading._walk

    def again(table):
        for _ in range(again.times):
            yield from real(table)

    def peak(times, format):
        again.times = times
        for _ in stream(app, customers(format)):  # once to have everything loaded
            pass
        tracemalloc.start()
        for _ in stream(app, customers(format)):
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    monkeypatch.setattr(reading, "_walk", again)
    for format in ("csv", "xlsx"):
        assert peak(60, format) < 1.3 * peak(20, format)


def test_few_orders_are_read_at_once_when_they_have_many_lines(app, clock, monkeypatch):
    """By fours: 1 + 3, 2, then one of 6 that has more alone."""
    monkeypatch.setattr(reading, "MOST_ROWS", 4)
    products = [make_product(f"Thing {n}") for n in range(6)]
    for lines in (1, 3, 2, 6):
        make_order(None, *products[:lines])
    db.session.remove()
    with app.app_context():
        table = TABLES["orders"]
        read = list(reading.batches(table, None, None))
        assert [len(rows) for rows in read] == [4, 2, 6]
        monkeypatch.setattr(reading, "MOST_ROWS", 100)
        assert [row for rows in read for row in rows] == [
            row for rows in reading.batches(table, None, None) for row in rows
        ]
