from datetime import date, datetime

import pytest
from sqlalchemy import select, update

from cms.db import db
from cms.models import Order
from cms.orders import queries
from cms.orders.filters import OrderFilter
from cms.orders.queries import last_step, orders_matching, steps_of
from tests.factories import make_customer, make_order, make_product, write


def refs(**wishes: str) -> list[str]:
    return [row.ref for row in orders_matching(OrderFilter.from_args(wishes), {}).rows]


@pytest.fixture(params=["few", "many"])
def shop(app, clock, monkeypatch, request):
    """Four orders on three days, of two customers, who are found by their terms (few) or by walking the list (many)."""
    meera = make_customer("Meera Rao", phone="+919876543210", email="meera@example.com")
    other = make_customer("మీరా O'Brien")
    for day, customer, status in (
        (1, meera, "Delivered"),
        (2, meera, "Cancelled"),
        (3, other, "Shipped"),
        (3, meera, "Pending"),
    ):
        clock.now = datetime(2026, 3, day, 6)
        make_order(customer, status=status)
    if request.param == "many":
        monkeypatch.setattr(queries, "FEW", 0)
        monkeypatch.setattr(queries, "BUYERS", 0)
    return meera


@pytest.mark.parametrize("q", ["ORD1", "ord001", "ORD001", "1", "001", "ord-1", "ORD 001", " 1 "])
def test_an_order_is_found_by_its_number_however_it_is_typed(shop, q):
    assert refs(q=q) == ["ORD001"]


def test_an_order_is_found_by_the_number_it_was_imported_with(shop):
    with write():
        db.session.execute(update(Order).where(Order.ref == "ORD002").values(ref="PO 2010/536365-b"))
        db.session.execute(update(Order).where(Order.ref == "ORD004").values(ref="3"))
    assert refs(q="PO 2010/536365-b") == ["PO 2010/536365-b"]
    assert (refs(q="3"), refs(q="ORD3")) == (["3"], ["ORD003"])


@pytest.mark.parametrize(
    "q", ["meera", "RAO mee", "98765 43210", "+91 98765", "3210", "meera@example.com", "cust001", "ao"]
)
def test_the_orders_of_a_customer_are_found_by_name_phone_email_and_number(shop, q):
    assert refs(q=q) == ["ORD004", "ORD002", "ORD001"]


@pytest.mark.parametrize("q", ["%", "_", "\\", "'", "nobody", "ORD999", "\0", "999999999999", "meera xyz"])
def test_what_fits_no_order_finds_none(shop, q):
    assert refs(q=q) == []


@pytest.mark.parametrize(
    "wishes, found",
    [
        ({}, ["ORD004", "ORD003", "ORD002", "ORD001"]),
        ({"sort": "oldest"}, ["ORD001", "ORD002", "ORD003", "ORD004"]),
        ({"status": "Shipped"}, ["ORD003"]),
        ({"status": "Lost"}, ["ORD004", "ORD003", "ORD002", "ORD001"]),
        ({"since": "2026-03-02"}, ["ORD004", "ORD003", "ORD002"]),
        ({"until": "2026-03-02"}, ["ORD002", "ORD001"]),
        ({"since": "02/03/2026", "until": "02-03-2026"}, ["ORD002"]),
        ({"since": "2026-03-03", "until": "2026-03-01"}, []),
        ({"since": "2025-02-30", "until": "9999-12-31"}, ["ORD004", "ORD003", "ORD002", "ORD001"]),
        ({"unpaid": "1"}, ["ORD004", "ORD003", "ORD001"]),
        ({"q": "meera", "status": "Pending"}, ["ORD004"]),
        ({"q": "ORD1", "status": "Pending"}, []),
        ({"customer": "999999999"}, []),
        ({"customer": "٣"}, ["ORD004", "ORD003", "ORD002", "ORD001"]),
    ],
)
def test_the_list_shows_what_was_asked_for(shop, wishes, found):
    assert refs(**wishes) == found


def test_the_list_of_one_customer(shop):
    assert refs(customer=str(shop.id)) == ["ORD004", "ORD002", "ORD001"]


def test_a_filter_reads_back_what_it_writes():
    wishes = {
        "q": "rao",
        "status": "Pending",
        "since": "2026-03-01",
        "until": "2026-03-31",
        "customer": "7",
        "unpaid": "1",
    }
    wanted = OrderFilter.from_args(wishes | {"sort": "oldest"})
    assert OrderFilter.from_args(wanted.as_args()) == wanted
    assert wanted.as_args() == wishes | {"sort": "oldest"}


@pytest.mark.parametrize("q", ["", "asha"])
def test_paging_there_and_back_shows_every_order_once(app, clock, q):
    customer, product = make_customer("Asha"), make_product()
    for number in range(110):
        clock.now = datetime(2026, 3, 1 + number % 3, 6)
        make_order(customer, product)
    for sort in ("newest", "oldest"):
        there, back = walk(OrderFilter(q=q, sort=sort))
        rows = sorted(
            db.session.scalars(select(Order)), key=lambda row: (row.ordered_at, row.id), reverse=sort == "newest"
        )
        assert [id for ids in there for id in ids] == [row.id for row in rows]
        assert back == there


def walk(wanted: OrderFilter) -> tuple[list[list[int]], list[list[int]]]:
    """The ids of all pages: going on to the last one, and back again to the first."""
    page = orders_matching(wanted, {})
    there = [[row.id for row in page.rows]]
    while page.after:
        page = orders_matching(wanted, {"after": page.after})
        there.append([row.id for row in page.rows])
    back = [there[-1]]
    while page.before:
        page = orders_matching(wanted, {"before": page.before})
        back.insert(0, [row.id for row in page.rows])
    return there, back


def test_the_last_step_is_the_last_that_stands(app, clock):
    order = make_order(status="Delivered")
    assert last_step(db.session.execute(steps_of(order.id)).all()).new == "Delivered"
    assert last_step(db.session.execute(steps_of(make_order().id)).all()) is None


def test_the_latest_orders_come_first(app, clock):
    for day in (3, 1, 2):
        clock.now = datetime(2026, 3, day, 6)
        make_order()
    latest = db.session.execute(queries.latest_orders(2))
    assert [row.ordered_on for row in latest] == [date(2026, 3, 3), date(2026, 3, 2)]
