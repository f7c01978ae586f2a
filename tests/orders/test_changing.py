"""An order is changed after it was placed: what it says, what it has taken, whose it is, and all that counts it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from cms.activity.sentences import sentence
from cms.auth.sessions import token_hash
from cms.customers.actions import archive_customer
from cms.customers.queries import customer_or_404
from cms.db import db
from cms.errors import RuleError
from cms.feedback.queries import link_of
from cms.models import (
    Activity,
    Complaint,
    Customer,
    Feedback,
    Notification,
    Order,
    OrderLine,
    Payment,
    Product,
)
from cms.orders.actions import Item, move_order
from cms.products.actions import archive_product, count_stock, edit_product
from cms.products.queries import product_or_404
from cms.totals.actions import rebuild
from tests.after_sale import make_complaint, make_feedback, make_feedback_link, make_message
from tests.factories import make_customer, make_order, make_product, write
from tests.invoices.papers import open_shop
from tests.moving import change, now
from tests.payments.doing import pay, spend

pytestmark = pytest.mark.usefixtures("all_is_right")


def lines(order: Order) -> list[tuple[str, int, int]]:
    query = select(OrderLine.product_name, OrderLine.quantity, OrderLine.total_paise)
    return [
        tuple(row)
        for row in db.session.execute(query.where(OrderLine.order_id == order.id).order_by(OrderLine.line_no))
    ]


def stock(product: Product) -> int | None:
    return db.session.scalar(select(Product.stock).where(Product.id == product.id))


def said(order: Order, verb: str = "order.changed") -> list[str]:
    rows = db.session.scalars(select(Activity).where(Activity.verb == verb).order_by(Activity.id))
    return [sentence(row.verb, row.thing_ref, row.before, row.after, today=row.at.date()) for row in rows]


def test_other_lines_take_and_give_back_stock_and_come_to_something_else(app):
    kurta, lamp, bowl = (make_product(name, 59_000, 10) for name in ("Cotton kurta", "Lamp", "Bowl"))
    order = make_order(None, Item(kurta.id, 2, 59_000), Item(lamp.id, 4, 1_000))
    with write():
        items = [Item(kurta.id, 3, 59_000), Item(lamp.id, 1, 1_000, 1_000), Item(bowl.id, 2, 500)]
        assert change(order, items=items, discount_paise=100)
    assert [stock(one) for one in (kurta, lamp, bowl)] == [7, 9, 8]
    assert sum(total for _name, _units, total in lines(order)) == now(order).total_paise == 177_000 + 900 + 1_000 - 100
    assert [units for _name, units, _total in lines(order)] == [3, 1, 2]
    assert said(order) == [
        "ORD001 changed: 2 Cotton kurta, 4 Lamp at ₹10.00 to 3 Cotton kurta, 1 Lamp at ₹10.00 less 10 %, 2 Bowl, "
        "total (was ₹1,220.00) to ₹1,788.00, discount (was ₹0.00) to ₹1.00"
    ]


def test_a_whole_product_that_goes_is_given_back(app):
    kurta, lamp = make_product("Kurta", stock=5), make_product("Lamp", stock=5)
    order = make_order(None, Item(kurta.id, 2, 100), Item(lamp.id, 3, 100))
    with write():
        change(order, items=[Item(kurta.id, 2, 100)])
    assert (stock(kurta), stock(lamp)) == (3, 5)
    assert said(order)[0].startswith("ORD001 changed: took out 3 Lamp, total")


def test_more_products_than_go_into_one_statement_move_as_few_do(app, monkeypatch):
    monkeypatch.setattr("cms.products.actions.BATCH", 2)
    goods = [make_product(name, 100, 5) for name in "ABCDE"]
    order = make_order(None, *(Item(one.id, 2, 100) for one in goods[:4]))
    with write():
        assert change(
            order, items=[Item(one.id, units, 100) for one, units in zip(goods, (1, 2, 3, 4, 5), strict=True)]
        )
    assert [stock(one) for one in goods] == [4, 3, 2, 1, 0]
    with pytest.raises(RuleError, match="Only 1 of D left"), write():
        change(order, items=[Item(one.id, 6, 100) for one in goods[3:]])
    assert [stock(one) for one in goods] == [4, 3, 2, 1, 0]


def test_what_is_not_there_cannot_be_added_and_nothing_is_changed(app):
    kurta = make_product("Kurta", stock=3)
    order = make_order(None, Item(kurta.id, 2, 100))
    with pytest.raises(RuleError, match="Only 1 of Kurta left"), write():
        change(order, items=[Item(kurta.id, 4, 100)])
    assert (stock(kurta), lines(order)) == (1, [("Kurta", 2, 200)])


def test_what_was_sold_before_stock_was_counted_gives_nothing_back(app):
    kurta = make_product("Kurta")
    order = make_order(None, Item(kurta.id, 5, 100))
    with write():
        found = product_or_404(kurta.id)
        count_stock(found, 10, found.version, None)
    with write():
        change(order, items=[Item(kurta.id, 2, 100)])
    assert stock(kurta) == 10
    with write():
        change(order, items=[Item(kurta.id, 4, 100)])
    assert stock(kurta) == 8


def test_goods_that_are_no_longer_for_sale_stay_or_get_fewer_but_not_more(app):
    lamp = make_product("Lamp", 100, stock=9)
    order = make_order(None, lamp, qty=3)
    with write():
        found = product_or_404(lamp.id)
        archive_product(found, True, found.version, None)
    with pytest.raises(RuleError, match="no longer for sale"), write():
        change(order, items=[Item(lamp.id, 4, 100)])
    with write():
        change(order, items=[Item(lamp.id, 2, 90)])
    assert (stock(lamp), lines(order)) == (7, [("Lamp", 2, 180)])


def test_an_order_keeps_at_least_one_line(app):
    order = make_order()
    with pytest.raises(RuleError, match="at least one item"), write():
        change(order, items=[])


def test_only_another_day_leaves_lines_and_tax_to_the_paisa(app, clock):
    open_shop()
    lamp = make_product("Lamp", 9_999, gst_rate_bp=1_800)
    order = make_order(None, lamp, qty=3, discount_paise=7)
    was = [tuple(row) for row in db.session.execute(select(*OrderLine.__table__.c))]
    with write():
        found = product_or_404(lamp.id)
        edit_product(found, {"gst_rate_bp": 500}, found.version, None)
    clock.forward(days=9)
    day = order.ordered_on - timedelta(40)
    with write():
        change(order, day=day)
    found = now(order)
    assert (found.ordered_on, found.ordered_at) == (day, order.ordered_at - timedelta(40))
    assert [tuple(row) for row in db.session.execute(select(*OrderLine.__table__.c))] == was
    assert "changed: day (was" in said(order)[0]


@pytest.mark.parametrize("status, days", [("Pending", 0), ("Shipped", 4), ("Delivered", 4)])
def test_a_day_to_come_and_one_after_what_followed_are_refused(app, clock, status, days):
    order = make_order()
    clock.forward(days=3)
    pay(order, 100)
    clock.forward(days=1)
    if status != "Pending":
        with write():
            found = db.session.get_one(Order, order.id)
            move_order(found, "Shipped", "Pending", None)
    clock.forward(days=5)
    with pytest.raises(RuleError, match="day to come"), write():
        change(order, day=order.ordered_on + timedelta(10))
    with pytest.raises(RuleError, match="paid for on"), write():
        change(order, day=order.ordered_on + timedelta(4))
    with write():
        change(order, day=order.ordered_on + timedelta(3))


def test_an_order_that_went_out_is_not_later_than_that(app, clock):
    order = make_order(status="Delivered")
    clock.forward(days=5)
    with pytest.raises(RuleError, match=r"It was (shipped|delivered) on"), write():
        change(order, day=order.ordered_on + timedelta(1))


def test_another_customer_gets_the_order_with_its_money_complaints_and_story(app, clock):
    open_shop()
    old, new = (
        make_customer("Ravi", state="Telangana", email="ravi@example.com"),
        make_customer("Meera", state="Karnataka"),
    )
    lamp = make_product("Lamp", 11_800, gst_rate_bp=1_800, hsn="6912")
    order = make_order(old, lamp, status="Delivered")
    pay(order, 5_000)
    make_complaint(order)
    make_feedback(order, None, 5, "Good")
    token = make_feedback_link(order)
    message = make_message(old, channel="email", order_id=order.id)
    with write():
        change(order, new.id)
    found = now(order)
    assert (found.customer_id, found.place_of_supply) == (new.id, "Karnataka")
    line = db.session.execute(select(*OrderLine.__table__.c)).one()
    assert line.igst_paise and not line.cgst_paise
    for table in (Payment, Complaint, Feedback):
        assert set(db.session.scalars(select(table.customer_id))) == {new.id}
    left = db.session.get_one(Notification, message.id)
    assert (left.customer_id, left.order_id, left.state) == (old.id, None, "failed")
    assert [row.order_count for row in db.session.scalars(select(Customer).order_by(Customer.id))] == [0, 1]
    assert said(order) == [f"ORD001 changed: customer (was {old.ref}) to {new.ref}"]
    assert said(order, "order.given_over") == [f"ORD001 is an order of {new.ref} now"]
    of_old = select(Activity.verb).where(Activity.customer_id == old.id, Activity.thing == "orders")
    assert set(db.session.scalars(of_old)) == {"order.given_over"}
    of_new = set(db.session.scalars(select(Activity.verb).where(Activity.customer_id == new.id)))
    assert {"order.placed", "order.changed", "payment.recorded"} <= of_new
    db.session.rollback()
    link = link_of(token_hash(token))
    assert link is not None and link.expires_at <= clock.now


def test_store_credit_goes_with_the_order_as_far_as_it_is_there(app):
    old, new = make_customer("Ravi"), make_customer("Meera")
    order = make_order(old, make_product(price_paise=10_000))
    pay(order, 12_000)
    with write():
        change(order, new.id)
    credit = {row.id: row.credit_paise for row in db.session.scalars(select(Customer))}
    assert credit == {old.id: 0, new.id: 2_000}
    other = make_order(new, make_product(price_paise=10_000))
    spend(other, 2_000)
    with pytest.raises(RuleError, match="spent since"), write():
        change(order, old.id)
    with pytest.raises(RuleError, match="has not that much"), write():
        change(other, old.id)


def test_an_archived_customer_is_not_given_an_order(app):
    order, other = make_order(), make_customer("Meera")
    with write():
        archive_customer(customer_or_404(other.id), True, other.version, None)
    with pytest.raises(RuleError, match="Meera is archived"), write():
        change(order, other.id)


def test_an_amount_off_a_line_that_a_file_brought_is_not_lost(app):
    order = make_order(None, make_product("Lamp", 10_000), qty=2)
    with write():
        db.session.execute(OrderLine.__table__.update().values(discount_paise=333, total_paise=20_000 - 333))
        rebuild()
    with write():
        change(order, items=[Item(db.session.scalar(select(Product.id)), 3, 10_000)])
    assert now(order).total_paise == 30_000 - 333
