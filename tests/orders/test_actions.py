from datetime import date, datetime

import pytest
from sqlalchemy import func, select

from cms.customers.queries import customer_or_404
from cms.db import db
from cms.errors import Conflict, RuleError
from cms.models import Activity, DayTotal, Order, OrderLine, Product, StatusChange, StockMove
from cms.orders.actions import Item, move_order, move_orders, take_back
from cms.orders.queries import order_or_404, orders_by_id
from cms.orders.rules import MOVES, STATUSES
from cms.products.actions import archive_product, count_stock
from cms.products.queries import product_or_404
from tests.factories import make_customer, make_order, make_product, make_user, write
from tests.recount import assert_totals_right

TODAY = date(2026, 3, 14)


@pytest.fixture(autouse=True)
def totals_stay_right(app, clock):
    yield
    assert_totals_right()


def move(order: Order, new: str, seen: str | None = None, by=None) -> None:
    with write():
        move_order(order_or_404(order.id), new, seen or order_or_404(order.id).status, by)


def back(order: Order, minutes: int = 60, seen: str | None = None) -> None:
    with write():
        found = order_or_404(order.id)
        take_back(found, seen or found.status, minutes, None)


def set_stock(product: Product, units: int | None) -> None:
    with write():
        found = product_or_404(product.id)
        count_stock(found, units, found.version, None)


def stock(product: Product) -> int | None:
    return db.session.scalar(select(Product.stock).where(Product.id == product.id))


def count(table) -> int:
    return db.session.scalar(select(func.count()).select_from(table))


def test_placing_takes_stock_and_counts_for_the_customer_the_product_and_the_day(app):
    customer, product = make_customer(), make_product(price_paise=1000, stock=10)
    order = make_order(customer, product, qty=3)
    assert (order.ref, order.status, order.total_paise, order.payable_paise) == ("ORD001", "Pending", 3000, 3000)
    buyer, sold = customer_or_404(customer.id), product_or_404(product.id)
    assert (buyer.order_count, buyer.gross_paise, buyer.last_order_on) == (1, 3000, TODAY)
    assert (sold.stock, sold.sold_units, sold.sold_paise) == (7, 3, 3000)
    day = db.session.get_one(DayTotal, TODAY)
    assert (day.pending, day.line_count, day.units, day.gross_paise) == (1, 1, 3, 3000)


def test_an_order_late_in_the_evening_counts_on_the_day_of_the_shop(app, clock):
    clock.now = datetime(2026, 3, 14, 18, 30)  # midnight in India
    assert make_order().ordered_on == date(2026, 3, 15)


def test_discounts_of_lines_and_order_add_up_to_the_last_paisa(app):
    lamp, bowl = make_product(price_paise=9999), make_product(price_paise=333)
    order = make_order(None, Item(lamp.id, 1, 9999, 1250), Item(bowl.id, 7, 333), discount_paise=1000)
    lines = order_or_404(order.id).lines
    assert [line.discount_paise for line in lines] == [1250, 0]
    assert sum(line.order_discount_paise for line in lines) == 1000
    assert order.total_paise == sum(line.total_paise for line in lines) == 9999 - 1250 + 2331 - 1000


def test_a_line_keeps_name_and_price_as_sold_and_the_price_may_be_another(app):
    product = make_product("Clay lamp", price_paise=49_900)
    order = make_order(None, Item(product.id, 2, 40_000))
    with write():
        product_or_404(product.id).name = "Brass lamp"
    line = order_or_404(order.id).lines[0]
    assert (line.product_name, line.sku, line.unit_price_paise) == ("Clay lamp", product.sku, 40_000)


def test_one_product_on_several_lines_is_taken_once_for_all(app):
    product = make_product(stock=5)
    items = [Item(product.id, 2, 100), Item(product.id, 3, 90)]
    make_order(None, *items)
    assert stock(product) == 0
    with pytest.raises(RuleError, match="sold out"):
        make_order(None, *items)


def test_an_order_leaves_its_trace(app):
    user = make_user()
    order = make_order(by=user)
    step = db.session.scalars(select(StatusChange)).one()
    assert (step.order_id, step.old, step.new, step.by_id) == (order.id, None, "Pending", user.id)
    entry = db.session.scalars(select(Activity).where(Activity.verb == "order.placed")).one()
    assert (entry.by_name, entry.order_id, entry.customer_id) == (user.name, order.id, order.customer_id)


def test_the_same_request_key_makes_one_order(app):
    customer, product = make_customer(), make_product(stock=5)
    ids = {make_order(customer, product, request_key="key").id for _ in range(2)}
    assert len(ids) == 1 and stock(product) == 4


@pytest.mark.parametrize("left, said", [(0, "Clay lamp is sold out"), (2, "Only 2 of Clay lamp left")])
def test_more_than_there_is_cannot_be_sold_and_nothing_is_left_behind(app, left, said):
    other, product = make_product(stock=9), make_product("Clay lamp", stock=left)
    with pytest.raises(RuleError, match=said):
        make_order(None, other, product, qty=3)
    assert (stock(other), stock(product), count(Order), count(OrderLine)) == (9, left, 0, 0)


def test_what_is_not_tracked_never_runs_out(app):
    product = make_product(stock=None)
    make_order(None, product, qty=1_000_000)
    assert stock(product) is None and count(StockMove) == 0


def test_an_unknown_or_archived_product_cannot_be_sold(app):
    product = make_product("Clay lamp")
    with write():
        archive_product(product_or_404(product.id), True, product.version, None)
    with pytest.raises(RuleError, match="Clay lamp is no longer for sale"):
        make_order(None, product)
    with pytest.raises(RuleError, match="does not exist"):
        make_order(None, Item(999_999, 1, 100))


@pytest.mark.parametrize("old", STATUSES)
@pytest.mark.parametrize("new", [*STATUSES, "Lost", ""])
def test_an_order_goes_only_where_it_may(app, old, new):
    order = make_order(status=old)
    if new in MOVES[old]:
        move(order, new)
    else:
        with pytest.raises(RuleError):
            move(order, new)
    assert order_or_404(order.id).status == (new if new in MOVES[old] else old)


def test_each_move_is_on_record_with_who_and_when(app, clock):
    user, order = make_user(), make_order()
    clock.forward(hours=2)
    move(order, "Shipped", by=user)
    step = db.session.scalars(select(StatusChange).order_by(StatusChange.id.desc())).first()
    assert (step.old, step.new, step.at, step.by_id) == ("Pending", "Shipped", clock.now, user.id)
    assert order_or_404(order.id).version == order.version + 1


def test_who_saw_an_older_status_is_told_the_one_it_has_now(app):
    order = make_order(status="Shipped")
    with pytest.raises(Conflict, match="ORD001 is shipped by now"):
        move(order, "Shipped", seen="Pending")


def test_a_cancelled_order_gives_its_stock_back_and_counts_no_longer(app):
    customer, product = make_customer(), make_product(stock=10)
    make_order(customer, product, qty=3, status="Cancelled")
    buyer, sold = customer_or_404(customer.id), product_or_404(product.id)
    assert (buyer.order_count, buyer.gross_paise, buyer.last_order_on) == (0, 0, None)
    assert (sold.stock, sold.sold_units) == (10, 0)
    assert db.session.get_one(DayTotal, TODAY).cancelled == 1


def test_after_a_cancellation_the_last_order_is_the_one_before(app, clock):
    customer = make_customer()
    make_order(customer)
    clock.forward(days=10)
    make_order(customer, status="Cancelled")
    assert customer_or_404(customer.id).last_order_on == TODAY


def test_a_delivery_has_its_time_until_it_is_taken_back(app, clock):
    order = make_order(status="Delivered")
    assert order_or_404(order.id).delivered_at == clock.now
    back(order)
    assert (order_or_404(order.id).status, order_or_404(order.id).delivered_at) == ("Shipped", None)


def test_steps_are_taken_back_one_by_one_until_only_the_placing_is_left(app):
    order = make_order(status="Delivered")
    for before in ("Shipped", "Pending"):
        back(order)
        assert order_or_404(order.id).status == before
    with pytest.raises(RuleError, match="no step to take back"):
        back(order)


@pytest.mark.parametrize("minutes, may", [(60, True), (61, False)])
def test_a_step_can_be_taken_back_for_an_hour(app, clock, minutes, may):
    order = make_order(status="Shipped")
    clock.forward(minutes=minutes)
    if may:
        back(order)
    else:
        with pytest.raises(RuleError, match="within 60 minutes"):
            back(order)
    assert order_or_404(order.id).status == ("Pending" if may else "Shipped")


def test_a_cancellation_taken_back_takes_the_stock_again(app):
    product = make_product(stock=10)
    order = make_order(None, product, qty=3, status="Cancelled")
    back(order)
    assert (stock(product), order_or_404(order.id).status) == (7, "Pending")
    move(order, "Cancelled")
    assert stock(product) == 10


def test_stock_that_was_not_tracked_for_a_while_is_given_back_once(app):
    product = make_product(stock=10)
    order = make_order(make_customer(), product, qty=2)
    set_stock(product, None)
    move(order, "Cancelled")
    set_stock(product, 10)
    back(order)
    assert stock(product) == 8
    move(order, "Cancelled")
    assert stock(product) == 10


def test_a_cancellation_stays_when_the_stock_was_sold_meanwhile(app):
    plenty, scarce = make_product(stock=9), make_product("Clay lamp", stock=3)
    order = make_order(None, plenty, scarce, qty=2, status="Cancelled")
    make_order(None, scarce, qty=2)
    with pytest.raises(RuleError, match="Only 1 of Clay lamp left"):
        back(order)
    assert (stock(plenty), stock(scarce), order_or_404(order.id).status) == (9, 1, "Cancelled")


def test_taking_back_what_someone_else_took_back_is_told(app):
    order = make_order(status="Shipped")
    back(order)
    with pytest.raises(Conflict, match="is pending by now"):
        back(order, seen="Shipped")


def test_of_several_orders_those_that_can_go_go_and_the_others_say_why(app):
    orders = [make_order(status=status) for status in ("Pending", "Delivered", "Pending")]
    with write():
        found = [(order, order.status) for order in orders_by_id({order.id for order in orders})]
        moved, refused = move_orders(found, "Shipped", None)
    assert [order.ref for order in moved] == ["ORD001", "ORD003"]
    assert len(refused) == 1 and refused[0].startswith("ORD002: ")
