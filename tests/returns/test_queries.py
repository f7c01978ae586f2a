from datetime import datetime

import pytest
from sqlalchemy import select

from cms.db import db
from cms.models import Return
from cms.orders.queries import order_or_404
from cms.returns.actions import refund_one
from cms.returns.filters import ReturnFilter
from cms.returns.queries import open_counts, open_states, returns_matching
from tests.after_sale import make_return
from tests.factories import make_customer, make_order, make_product, the_shop, write
from tests.returns.doing import ask, move, sold


@pytest.fixture
def shop(app, clock):
    """RET001 of Meera on 12 March, refunded; RET002 of Asha on 13 March; RET003 of hers today, refused."""
    clock.now = datetime(2026, 3, 12, 6)
    make_return(sold(5), state="refunded", reason="Wrong item sent")
    asha = make_customer("Asha", phone="+919848022338")
    clock.now = datetime(2026, 3, 13, 19)  # the 14th in India
    order = make_order(asha, make_product("Lamp"), qty=5, status="Delivered")
    make_return(order)
    clock.now = datetime(2026, 3, 14, 19)
    make_return(order, state="refused")
    return order


def refs(**wishes: str) -> list[str]:
    return [row.ref for row in returns_matching(ReturnFilter.from_args(wishes), {}).rows]


def test_the_days_of_refunded_returns_are_those_of_the_refund(app, clock):
    clock.now = datetime(2026, 3, 12, 6)
    order = sold(5)
    one = make_return(order)
    clock.now = datetime(2026, 3, 14, 6)
    with write():
        found = order_or_404(order.id)
        refund_one(found, db.session.get_one(Return, one.id), "requested", "cash", "", the_shop(), None)
    assert refs(state="refunded", since="2026-03-14") == refs(since="2026-03-12", until="2026-03-12") == [one.ref]
    assert refs(state="refunded", until="2026-03-13") == refs(since="2026-03-13") == []


def test_each_filter_finds_its_returns_the_newest_first(shop):
    assert refs() == ["RET003", "RET002", "RET001"]
    product = str(db.session.scalar(select(Return.product_id).where(Return.ref == "RET002")))
    for wishes, found in (
        ({"state": "requested"}, ["RET002"]),
        ({"state": "lost"}, ["RET003", "RET002", "RET001"]),
        ({"reason": "Wrong item sent"}, ["RET001"]),
        ({"product": product}, ["RET003", "RET002"]),
        ({"customer": str(shop.customer_id)}, ["RET003", "RET002"]),
        ({"since": "2026-03-14"}, ["RET003", "RET002"]),
        ({"until": "14/03/2026"}, ["RET002", "RET001"]),
        ({"since": "2026-03-14", "until": "2026-03-14"}, ["RET002"]),
        ({"since": "2026-03-16"}, []),
        ({"q": "RET002"}, ["RET002"]),
        ({"q": "ret 2"}, ["RET002"]),
        ({"q": "ord002"}, ["RET003", "RET002"]),
        ({"q": "ash"}, ["RET003", "RET002"]),
        ({"q": "22338", "state": "refused"}, ["RET003"]),
        ({"q": "as"}, ["RET003", "RET002"]),
        ({"q": "nobody"}, []),
        ({"q": "%"}, []),
    ):
        assert refs(**wishes) == found, wishes


def test_a_filter_reads_back_what_it_writes():
    wishes = {"q": "rao", "state": "requested", "reason": "Other", "product": "7", "customer": "8"}
    wanted = ReturnFilter.from_args(wishes | {"since": "2026-03-01", "until": "31/03/2026"})
    assert ReturnFilter.from_args(wanted.as_args()) == wanted
    assert ReturnFilter.from_args({"product": "x", "since": "soon", "state": "gone"}) == ReturnFilter()


@pytest.mark.parametrize("wishes", [{}, {"q": "meera"}, {"state": "requested"}, {"reason": "Did not like it"}])
def test_paging_there_and_back_shows_every_return_once(app, clock, wishes):
    order = sold(120)
    for number in range(110):
        clock.now = datetime(2026, 3, 15 + number % 3, 6)
        ask(order, 1)
    wanted = ReturnFilter.from_args(wishes)
    rows = db.session.scalars(select(Return)).all()
    newest = [one.id for one in sorted(rows, key=lambda one: (one.returned_at, one.id), reverse=True)]
    page = returns_matching(wanted, {})
    there = [[row.id for row in page.rows]]
    while page.after:
        page = returns_matching(wanted, {"after": page.after})
        there.append([row.id for row in page.rows])
    assert [id for ids in there for id in ids] == newest
    back = [there[-1]]
    while page.before:
        page = returns_matching(wanted, {"before": page.before})
        back.insert(0, [row.id for row in page.rows])
    assert back == there


def test_what_waits_is_counted_by_its_state(app, clock):
    order = sold(5)
    made = [ask(order, 1)[0] for _ in range(3)]
    move(made[0], "approved", "requested")
    move(made[1], "refused", "requested")
    assert open_counts(db.session.execute(open_states())) == {"requested": 1, "approved": 1, "received": 0}
