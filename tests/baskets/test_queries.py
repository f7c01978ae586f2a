"""The orders of a product, page by page, are those of a plain look at all lines."""

from datetime import datetime, timedelta
from itertools import chain

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from cms.baskets import queries as baskets
from cms.db import db
from cms.models import Order, OrderLine
from cms.orders import queries
from cms.orders.filters import OrderFilter
from cms.orders.queries import orders_matching
from tests.factories import make_customer, make_order, make_product, write

FIRST = datetime(2026, 3, 1, 6)
SIZE = 3


@pytest.fixture
def sold(app) -> tuple[list[int], int, int]:
    """The ids of ten orders, and of two products."""
    buyer, lamp, bowl = make_customer(), make_product("Lamp"), make_product("Bowl")
    return [make_order(buyer, bowl).id for _ in range(10)], lamp.id, bowl.id


def fill(ids: list[int], lamp: int, bowl: int, plan: list[tuple[int, int, bool]]) -> None:
    """Each order at its hour, with so many lines of the lamp, cancelled or not."""
    with write():
        columns = [column for column in OrderLine.__table__.c if column.name != "id"]
        line = db.session.execute(select(*columns).where(OrderLine.order_id == ids[0])).first()
        db.session.execute(delete(OrderLine).where(OrderLine.product_id == lamp))
        for id, (hour, lines, cancelled) in zip(ids, plan, strict=True):
            at = FIRST + timedelta(hours=hour)
            values = {"ordered_at": at, "status": "Cancelled" if cancelled else "Pending"}
            db.session.execute(update(Order).where(Order.id == id).values(values))
            for number in range(lines):
                row = {"order_id": id, "line_no": 2 + number, "product_id": lamp}
                db.session.execute(insert(OrderLine).values({**line._mapping, **row}))


def walked(wanted: OrderFilter) -> tuple[list[int], list[int]]:
    """The ids of all pages, going on and coming back."""
    page = orders_matching(wanted, {}, SIZE)
    there = [[row.id for row in page.rows]]
    while page.after:
        page = orders_matching(wanted, {"after": page.after}, SIZE)
        there.append([row.id for row in page.rows])
    back = [there[-1]]
    while page.before:
        page = orders_matching(wanted, {"before": page.before}, SIZE)
        back.insert(0, [row.id for row in page.rows])
    return list(chain(*there)), list(chain(*back))


def plainly(wanted: OrderFilter) -> list[int]:
    query = select(Order.id, Order.ordered_at).join(OrderLine).where(OrderLine.product_id == int(wanted.product))
    rows = set(db.session.execute(query.where(Order.status != "Cancelled") if wanted.sales else query))
    return [id for id, _at in sorted(rows, key=lambda row: (row[1], row[0]), reverse=wanted.sort == "newest")]


HOURS = st.one_of(st.integers(0, 3), st.integers(0, 40))
ORDERS = st.tuples(HOURS, st.integers(0, 2), st.booleans())
QUICK = [Phase.explicit, Phase.generate]  # each example fills tables: no shrinking
SALES = st.sampled_from(["", "1"])


@pytest.mark.parametrize("few, sort", [(0, "newest"), (0, "oldest"), (4, "newest"), (2000, "oldest")])
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), phases=QUICK)
@given(plan=st.lists(ORDERS, min_size=10, max_size=10), late=st.none() | st.integers(0, 9), sales=SALES)
def test_whatever_the_times_the_pages_are_those_of_a_plain_look(sold, monkeypatch, few, sort, plan, late, sales):
    monkeypatch.setattr(baskets, "FEW_ORDERS", few)
    ids, lamp, bowl = sold
    if late is not None:  # in the order of time, but for one that was entered late
        plan = sorted(plan)
        plan.append(plan.pop(late))
    fill(ids, lamp, bowl, plan)
    wanted = OrderFilter(product=str(lamp), sales=sales, sort=sort)
    there, again = walked(wanted)
    assert there == again == plainly(wanted)


@pytest.mark.parametrize("late", [0, 1])
def test_orders_are_walked_only_where_an_order_of_the_product_stands_out_of_its_time(sold, monkeypatch, late):
    ids, lamp, bowl = sold
    plan = [(hour, 1, False) for hour in range(10)]
    if late:
        plan[0] = (30, 1, False)  # the first order is the latest of all
    fill(ids, lamp, bowl, plan)
    monkeypatch.setattr(baskets, "FEW_ORDERS", 0)
    walks = []
    monkeypatch.setattr(queries, "page_of", lambda *args: walks.append(args))
    page = orders_matching(OrderFilter(product=str(lamp), sales="1"), {}, SIZE)
    assert len(walks) == late
    assert late or [row.id for row in page.rows] == ids[:-4:-1]


@pytest.mark.parametrize("few", [0, 2000])
def test_other_wishes_narrow_the_orders_of_a_product(sold, monkeypatch, few):
    monkeypatch.setattr(baskets, "FEW_ORDERS", few)
    ids, lamp, bowl = sold
    fill(ids, lamp, bowl, [(hour, hour % 3, hour % 5 == 0) for hour in range(10)])
    shown = orders_matching(OrderFilter(product=str(lamp), status="Cancelled"), {})
    assert [row.id for row in shown.rows] == [ids[hour] for hour in (5,)]
    both = orders_matching(OrderFilter(product=str(lamp), also=str(bowl)), {})
    assert [row.id for row in both.rows] == []  # each of them says that it has one line


@pytest.mark.parametrize("sort", ["newest", "oldest"])
@pytest.mark.parametrize("way", ["after", "before"])
def test_a_cursor_that_is_none_never_breaks(sold, monkeypatch, way, sort):
    monkeypatch.setattr(baskets, "FEW_ORDERS", 0)
    ids, lamp, bowl = sold
    fill(ids, lamp, bowl, [(hour, 1, False) for hour in range(10)])
    for text in ("5~", "0~", f"{ids[4]}~", "x", "5~=x", f"{ids[4]}~=1900-01-01T00:00:00", "9999999999~=2999-01-01"):
        page = orders_matching(OrderFilter(product=str(lamp), sort=sort), {way: text}, SIZE)
        assert {row.id for row in page.rows} <= set(ids), text
