from datetime import date

import pytest
from sqlalchemy import func, select

from cms.checks.invariants import all_checks
from cms.customers.queries import customer_or_404
from cms.db import db
from cms.errors import RuleError
from cms.models import Activity, DayTotal, OrderLine, Payment, Return
from cms.orders.actions import Item, move_order
from cms.orders.actions import take_back as undo_step
from cms.orders.queries import order_or_404
from cms.products.queries import product_or_404
from cms.returns import actions
from tests.factories import make_order, make_product, make_user, set_shop, the_shop, write
from tests.recount import assert_totals_right
from tests.returns.doing import ask, items, move, order_now, pay, refund, refunds, sold, take_back, terms


@pytest.fixture(autouse=True)
def books_stay_right(app, clock):
    yield
    assert_totals_right()
    assert [line for check in all_checks() for line in check.failures()] == []
    db.session.rollback()


def test_a_refund_counts_for_the_line_the_order_the_customer_the_product_and_its_own_day(app, clock):
    order = sold(5, 10_001, discount_paise=3)
    clock.forward(days=2)
    one = take_back(order, 2)[0]
    now = order_now(order)
    assert (one.ref, one.state, one.refund_paise) == ("RET001", "refunded", (50_002 * 2) // 5)
    assert (now.returned_units, now.returned_paise, now.lines[0].returned_quantity) == (2, one.refund_paise, 2)
    assert customer_or_404(order.customer_id).returned_paise == one.refund_paise
    product = product_or_404(now.lines[0].product_id)
    assert (product.returned_units, product.returned_paise) == (2, one.refund_paise)
    day = db.session.get_one(DayTotal, date(2026, 3, 16))
    assert (day.return_count, day.returned_units, day.returned_paise) == (1, 2, one.refund_paise)


def test_all_refunds_of_a_line_add_up_to_its_last_paisa(app):
    order = sold(7, 1_429, paid=True)
    parts = [take_back(order, n)[0].refund_paise for n in (1, 3, 1, 2)]
    assert sum(parts) == 7 * 1_429 and sum(paise for _, paise in refunds()) == 7 * 1_429
    assert order_now(order).due_paise == 0


def test_a_refused_request_in_between_takes_no_paisa_along(app):
    order = sold(3, 3_333, discount_paise=2)
    one, two = ask(order, 1)[0], ask(order, 1)[0]
    move(one, "refused", "requested")
    refund(two, "requested")
    take_back(order, 1)
    take_back(order, 1)
    paise = db.session.scalars(select(Return.refund_paise).where(Return.state == "refunded")).all()
    assert sum(paise) == order.total_paise


def test_tax_on_top_goes_back_with_the_goods_and_adds_up_too(app):
    order = sold(3, 10_000)
    with write():
        found = order_or_404(order.id)
        found.gst_mode = "regular"
        found.tax_paise, found.payable_paise = 5_401, found.total_paise + 5_401
        found.lines[0].igst_paise, found.lines[0].taxable_paise = 5_401, found.total_paise
    pay(order)
    shares = [take_back(order, 1)[0].tax_paise for _ in range(3)]
    assert shares == [1800, 1800, 1801]
    now = order_now(order)
    assert (now.returned_tax_paise, now.due_paise, now.paid_paise) == (5_401, 0, 0)


def test_tax_inside_the_price_is_no_tax_on_top(app):
    order = sold(2)
    with write():
        found = order_or_404(order.id)
        found.gst_mode, line = "regular", found.lines[0]
        line.igst_paise, line.taxable_paise = 900, line.total_paise - 900
    assert take_back(order, 2)[0].tax_paise == 0


@pytest.mark.parametrize("mode", ["upi", "cash", "other"])
def test_what_was_paid_goes_back_the_way_it_was_chosen(app, mode):
    order = sold(5, paid=True)
    one = take_back(order, 2, mode=mode)[0]
    assert refunds() == [(mode, 20_000)]
    assert db.session.scalar(select(Payment.return_id).where(Payment.kind == "refund")) == one.id
    assert order_now(order).due_paise == 0


def test_store_credit_is_kept_for_the_customer(app):
    order = sold(5, paid=True)
    take_back(order, 2, mode="credit")
    assert customer_or_404(order.customer_id).credit_paise == 20_000


def test_where_nothing_was_paid_only_what_is_due_falls(app):
    order = sold(5)
    take_back(order, 2)
    assert (refunds(), order_now(order).due_paise) == ([], 30_000)


def test_where_part_was_paid_only_what_is_too_much_goes_back(app):
    order = sold(5)
    pay(order, 40_000)
    take_back(order, 3)
    assert (refunds(), order_now(order).due_paise) == ([("cash", 20_000)], 0)


def test_of_an_order_from_before_all_of_the_refund_goes_back(app):
    order = sold(5)
    with write():
        order_or_404(order.id).settled_before = True
    take_back(order, 5)
    assert refunds() == [("cash", 50_000)]


def test_several_lines_come_back_as_one_act_all_or_none(app):
    lamp, bowl = make_product("Lamp", 1000, stock=9), make_product("Bowl", 500)
    order = make_order(None, Item(lamp.id, 3, 1000), Item(bowl.id, 2, 500), Item(lamp.id, 1, 900), status="Delivered")
    pay(order)
    with pytest.raises(RuleError) as refused:
        take_back(order, 3, 3)
    bad = order_now(order).lines[1]
    assert refused.value.field == f"line-{bad.id}" and db.session.scalar(select(func.count(Return.id))) == 0
    made = take_back(order, 3, 2, 1, key="key")
    assert [one.request_key for one in made] == ["key", "key-2", "key-3"]
    assert refunds() == [("cash", 4_900)] and product_or_404(lamp.id).stock == 9


def test_the_same_form_finds_all_that_it_made(app):
    order = sold(5, paid=True)
    first, again = take_back(order, 2, key="key"), take_back(order, 2, key="key")
    assert [one.id for one in first] == [one.id for one in again] and len(refunds()) == 1


@pytest.mark.parametrize("status", ["Pending", "Shipped", "Cancelled"])
def test_only_what_was_delivered_comes_back(app, status):
    with pytest.raises(RuleError):
        take_back(sold(status=status), 1)


def test_what_is_not_of_this_order_or_list_is_refused(app):
    order, other = sold(), sold()
    foreign = items(other, 1)
    with pytest.raises(RuleError, match="does not belong to ORD001"), write():
        actions.take_back(order_or_404(order.id), foreign, terms(), the_shop(), None)
    for bad in ({"reason": "Martians"}, {"mode": "gold"}):
        with pytest.raises(RuleError, match="Choose"):
            take_back(order, 1, **bad)
    with pytest.raises(RuleError, match="Type how many"):
        take_back(order)


def test_after_the_last_day_defects_and_owners_may_still(app, clock):
    order = sold(5)
    clock.forward(days=10)
    take_back(order, 1)
    clock.forward(days=1)
    with pytest.raises(RuleError, match="until 24 Mar"):
        take_back(order, 1, late="Please")
    assert "not bound" in take_back(order, 1, reason="Damaged or defective")[0].late_reason
    assert take_back(order, 1, owner=True, late="Good customer")[0].late_reason == "Good customer"


def test_the_days_may_be_counted_from_the_delivery(app, clock):
    set_shop(return_from="delivery", return_days=1)
    order = sold(5, status="Shipped")
    clock.forward(days=5)
    with write():
        move_order(order_or_404(order.id), "Delivered", "Shipped", None)
    clock.forward(days=1)
    take_back(order, 1)
    clock.forward(days=1)
    with pytest.raises(RuleError, match="until 20 Mar"):
        take_back(order, 1)


def test_an_order_of_which_something_came_back_stays_delivered(app):
    order = sold()
    one = ask(order, 1)[0]
    with pytest.raises(RuleError, match="the delivery stands"), write():
        undo_step(order_or_404(order.id), "Delivered", 60, None)
    move(one, "refused", "requested")
    with write():
        undo_step(order_or_404(order.id), "Delivered", 60, None)


def test_a_return_leaves_its_trace(app):
    user = make_user()
    take_back(sold(), 2, by=user)
    found = db.session.execute(select(Activity.verb, Activity.by_name, Activity.thing_ref).order_by(Activity.id)).all()
    assert [tuple(row) for row in found][-2:] == [
        ("return.requested", user.name, "RET001"),
        ("return.refunded", user.name, "RET001"),
    ]


def test_a_line_keeps_what_came_back(app):
    order = sold(5)
    take_back(order, 2)
    line = db.session.scalars(select(OrderLine)).one()
    assert (line.returned_quantity, line.returned_paise, order.id) == (2, 20_000, line.order_id)
