"""Goods and units on their way: asked for, received, replaced, refused."""

from datetime import date

import pytest
from sqlalchemy import select

from cms.checks.invariants import all_checks
from cms.db import db
from cms.errors import Conflict, RuleError
from cms.models import Order, StockMove
from cms.orders.actions import move_order
from cms.orders.queries import order_or_404
from cms.products.queries import product_or_404
from cms.returns.queries import return_or_404
from tests.factories import make_order, write
from tests.recount import assert_totals_right
from tests.returns.doing import ask, move, order_now, refund, refunds, sold, stock_of, take_back


@pytest.fixture(autouse=True)
def books_stay_right(app, clock):
    yield
    assert_totals_right()
    assert [line for check in all_checks() for line in check.failures()] == []
    db.session.rollback()


def moves() -> list[tuple[str, int]]:
    query = select(StockMove.reason, StockMove.quantity).order_by(StockMove.id)
    return [(row.reason, row.quantity) for row in db.session.execute(query)]


@pytest.mark.parametrize("sellable, left", [(True, 7), (False, 5)])
def test_goods_that_can_be_sold_again_go_back_on_the_shelf(app, sellable, left):
    order = sold(5, stock=10)
    take_back(order, 2, sellable=sellable)
    assert stock_of(order) == left
    assert moves()[2:] == ([("returned", 2)] if sellable else [])


def test_stock_comes_back_when_the_goods_do_and_only_once(app):
    order = sold(5, stock=5)
    one = ask(order, 2)[0]
    move(one, "approved", "requested")
    assert stock_of(order) == 0
    move(one, "received", "approved")
    assert stock_of(order) == 2
    refund(one, "received")
    assert stock_of(order) == 2 and return_or_404(one.id).refunded_on == date(2026, 3, 14)


def test_whoever_receives_the_goods_decides_whether_they_can_be_sold(app):
    order = sold(5, stock=5)
    one = ask(order, 2)[0]
    move(one, "received", "requested", sellable=False)
    refund(one, "received")
    assert stock_of(order) == 0 and not return_or_404(one.id).restocked


def test_a_replacement_goes_out_again_and_no_money_moves(app):
    order = sold(5, stock=8, paid=True)
    one = take_back(order, 2, mode="replacement", sellable=False)[0]
    assert (one.refund_paise, refunds(), stock_of(order), moves()[-1]) == (0, [], 1, ("replaced", -2))
    assert order_now(order).due_paise == 0


def test_without_goods_there_is_no_replacement(app):
    order = sold(5, stock=6)
    with pytest.raises(RuleError, match="Cotton saree: only 1 left to send as a replacement"):
        take_back(order, 2, mode="replacement", sellable=False)
    assert order_now(order).returned_units == 0


def test_a_request_reserves_its_units_and_a_refusal_frees_them(app):
    order = sold(5, stock=9)
    one = ask(order, 4)[0]
    assert (order_now(order).returned_units, order_now(order).returned_paise) == (4, 0)
    with pytest.raises(RuleError, match="Only 1 of 5 left"):
        take_back(order, 2)
    move(one, "refused", "requested", "Worn")
    assert (order_now(order).returned_units, return_or_404(one.id).decision) == (0, "Worn")
    take_back(order, 5)


def test_received_goods_of_a_refused_return_leave_the_shelf_again_unless_they_were_sold(app):
    order = sold(2, stock=2)
    one = ask(order, 1)[0]
    move(one, "received", "requested")
    other = make_order(None, product_or_404(order_now(order).lines[0].product_id))
    with pytest.raises(RuleError, match="sold since"):
        move(one, "refused", "received")
    with write():
        move_order(order_or_404(other.id), "Cancelled", "Pending", None)
    move(one, "refused", "received")
    assert stock_of(order) == 0


def test_a_refusal_says_why(app):
    one = ask(sold(), 1)[0]
    with pytest.raises(RuleError, match="Say why"):
        move(one, "refused", "requested", words="")


def test_who_saw_an_older_state_is_told(app):
    one = ask(sold(), 1)[0]
    move(one, "approved", "requested")
    with pytest.raises(Conflict, match="RET001 is approved by now"):
        move(one, "refused", "requested")
    refund(one, "approved")
    with pytest.raises(Conflict, match="is refunded by now"):
        refund(one, "approved")
    assert order_now(db.session.get_one(Order, one.order_id)).returned_paise == 10_000
