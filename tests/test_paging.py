from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from cms.customers.queries import ROW, SORTS
from cms.db import db
from cms.models import Customer
from cms.orders.queries import SORTS as ORDER_SORTS
from cms.paging import Page, page_of, read_whole
from tests.factories import make_customer, write

GARBAGE = [
    "", "~", "~~", "x", "5", "-1~", "٣~", "5~=", "5~=x", "99999999999~", "5~=9999-99-99", "5~=" + "9" * 30,
    "5~=-1", "1.5~=2",
    "5~=" + "9" * 5000, "5~=\0", "5~=\ufffd", "~=2026-03-14", "5~=2026-03-14T06:30:00+99:99", "5~=nan",
    "5~=' OR 1=1 --",
]  # fmt: skip


def page(sort: str, size: int, **args: str) -> Page:
    column = SORTS[sort].column.label("sort_value")
    return page_of(select(*ROW, column), SORTS[sort], args, size)


@pytest.fixture
def nine(app) -> list[int]:
    """Nine customers, of whom the fourth part never ordered."""
    ids = [make_customer(f"Asha {number % 3}").id for number in range(9)]
    days = [None, "2026-03-01", "2026-03-02", "2026-03-01"]
    with write():
        for number, id in enumerate(ids):
            day = days[number % 4] and datetime.fromisoformat(days[number % 4]).date()
            row = {"last_order_on": day, "order_count": int(day is not None)}
            db.session.execute(update(Customer).where(Customer.id == id).values(row))
    return ids


@pytest.mark.parametrize("size", [1, 2, 3, 4, 8, 9, 10])
@pytest.mark.parametrize("sort", SORTS)
def test_pages_of_any_size_lead_there_and_back(nine, sort, size):
    found = page(sort, size)
    there = [[row.id for row in found.rows]]
    assert not found.before
    while found.after:
        found = page(sort, size, after=found.after)
        there.append([row.id for row in found.rows])
    assert sorted(id for ids in there for id in ids) == nine and all(map(len, there))
    back = [there[-1]]
    while found.before:
        found = page(sort, size, before=found.before)
        back.insert(0, [row.id for row in found.rows])
    assert back == there


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("name", ["after", "before"])
def test_a_cursor_that_is_none_never_breaks(nine, sort, name):
    for text in GARBAGE:
        assert len(page(sort, 5, **{name: text})) <= 5


def test_a_row_that_came_meanwhile_moves_nothing_on_the_pages_behind(nine):
    first = page("newest", 4)
    make_customer()
    assert [row.id for row in page("newest", 4, after=first.after).rows] == nine[4::-1][:4]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(text=st.text(max_size=40), sort=st.sampled_from(sorted(SORTS)))
def test_no_text_is_a_cursor_that_breaks_the_list(app, text, sort):
    for cursor in (text, f"5~={text}"):
        page(sort, 5, after=cursor)
        page(sort, 5, before=cursor)


@pytest.mark.parametrize("cursor", GARBAGE)
@pytest.mark.parametrize("path", ["/orders", "/customers", "/customers?sort=last_order", "/tracking", "/products"])
def test_a_made_up_cursor_shows_a_page(client, path, cursor):
    for name in ("after", "before"):
        sort = dict(pair.split("=") for pair in path.partition("?")[2].split("&") if pair)
        assert client.get(path.partition("?")[0], query_string=sort | {name: cursor}).status_code == 200


def test_numbers_beyond_the_database_are_refused():
    assert read_whole("-5") == -5
    with pytest.raises(ValueError):
        read_whole(str(2**63))
    with pytest.raises(ValueError):
        ORDER_SORTS["newest"].read("2026-02-30")


@pytest.mark.parametrize("size", [1, 4, 9])
@pytest.mark.parametrize("sort", SORTS)
def test_what_is_found_by_ids_first_is_shown_in_the_same_order(nine, sort, size):
    column = SORTS[sort].column.label("sort_value")
    found, args, pages = select(Customer.id, column), {}, []
    for way in ("after", "before"):
        while True:
            pages.append(page_of(found, SORTS[sort].by_sorting(), args, size, shown=select(*ROW)))
            assert [tuple(row) for row in pages[-1].rows] == [tuple(row) for row in page(sort, size, **args).rows]
            if not (cursor := getattr(pages[-1], way)):
                break
            args = {way: cursor}
    assert len(pages) == 2 * -(-9 // size)
