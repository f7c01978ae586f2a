"""Taking back: what was done goes back through the same door, once, and only while nothing was built on it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from cms.activity import queries
from cms.activity.undo import undo
from cms.customers import actions as customers
from cms.db import db
from cms.errors import RuleError
from cms.models import Activity, Customer, Order, Product, StockMove
from cms.orders.actions import move_order, take_back
from cms.products import actions as products
from tests.factories import make_customer, make_order, make_product, make_user, write
from tests.recount import assert_totals_right


@pytest.fixture(autouse=True)
def books(app, clock):
    yield
    assert_totals_right()


def entry(verb: str):
    """The latest entry of this kind."""
    db.session.rollback()
    found = db.session.scalar(select(Activity.id).where(Activity.verb == verb).order_by(Activity.id.desc()))
    return queries.entry_or_404(found)


def take(what, by=None) -> None:
    with write():
        undo(what, 60, by)


def refused(what) -> str:
    with pytest.raises(RuleError) as error, write():
        undo(what, 60, None)
    return error.value.message


def now(table: type, row):
    db.session.rollback()
    return db.session.get_one(table, row.id, populate_existing=True)


def edit(customer, by=None, **values) -> None:
    with write():
        found = db.session.get_one(Customer, customer.id)
        customers.edit_customer(found, values, found.version, by)


def edit_product(product, **values) -> None:
    with write():
        found = db.session.get_one(Product, product.id)
        products.edit_product(found, values, found.version, None)


def count(product, stock) -> None:
    with write():
        found = db.session.get_one(Product, product.id)
        products.count_stock(found, stock, found.version, None)


def test_an_edit_goes_back_whole_with_its_keys_and_is_written_down(app):
    ravi = make_user("staff", "ravi")
    customer = make_customer("Meera Rao", phone="+919848022338", segment="Individual", gender="Female")
    edit(customer, phone="+919876543210", segment="Business", name="Meera & Co")
    done = entry("customer.edited")
    take(done, ravi)
    back = now(Customer, customer)
    assert (back.phone, back.phone_key, back.segment, back.gender) == (
        "+919848022338", "+919848022338", "Individual", "Female",
    )  # fmt: skip
    assert back.name_key == "meera rao" and back.version == 3
    again = entry("customer.edited")
    assert (again.undoes_id, again.by_name, again.after["phone"]) == (done.id, "Ravi", "+919848022338")
    assert queries.entry_or_404(done.id).undone_by == "Ravi"


def test_nothing_is_taken_back_twice_and_an_undo_is_not_undone(app):
    customer = make_customer(phone="+919848022338")
    edit(customer, phone="+919876543210")
    done = entry("customer.edited")
    take(done, make_user("staff", "ravi"))
    assert refused(done) == "Ravi has taken this back already"
    assert "change it by hand" in refused(entry("customer.edited"))
    assert now(Customer, customer).phone == "+919848022338"


def test_an_edit_stands_once_a_field_of_it_was_changed_again(app):
    customer = make_customer(city="Guntur")
    edit(customer, city="Nellore", note="Likes blue")
    first = entry("customer.edited")
    edit(customer, note="Likes red")
    assert "changed again since" in refused(first)
    take(entry("customer.edited"))
    take(first)  # it says again what the first edit gave it
    assert (now(Customer, customer).city, now(Customer, customer).note) == ("Guntur", "")


def test_a_neighbouring_field_does_not_stand_in_the_way(app):
    customer = make_customer(city="Guntur")
    edit(customer, city="Nellore")
    first = entry("customer.edited")
    edit(customer, note="Likes blue")
    take(first)
    assert (now(Customer, customer).city, now(Customer, customer).note) == ("Guntur", "Likes blue")


def test_a_phone_that_someone_else_has_by_now_does_not_come_back(app):
    customer = make_customer("Meera", phone="+919848022338")
    edit(customer, phone="")
    done = entry("customer.edited")
    make_customer("Sita", phone="+919848022338")
    assert "Sita (CUST002) already has the phone" in refused(done)


def test_a_price_and_a_code_go_back_and_orders_keep_theirs(app):
    product = make_product("Lamp", 49_900, sku="LAMP", gst_rate_bp=500)
    edit_product(product, price_paise=59_900, sku="LAMP-2", gst_rate_bp=1800)
    order = make_order(None, now(Product, product))
    take(entry("product.edited"))
    back = now(Product, product)
    assert (back.price_paise, back.sku, back.gst_rate_bp) == (49_900, "LAMP", 500)
    assert "lamp-2" not in back.search_text and now(Order, order).total_paise == 59_900


@pytest.mark.parametrize("before, after", [(5, 8), (5, 0), (None, 4), (4, None)])
def test_a_count_goes_back_with_its_moves(app, before, after):
    product = make_product(stock=before)
    count(product, after)
    take(entry("product.stock_counted"))
    assert now(Product, product).stock == before
    if before is not None:
        assert sum(db.session.scalars(select(StockMove.quantity))) == before


def test_a_count_stands_once_something_was_sold_on_it(app):
    product = make_product(stock=5)
    count(product, 9)
    done = entry("product.stock_counted")
    make_order(None, product)
    assert "changed again since" in refused(done) and now(Product, product).stock == 8


def test_archiving_and_restoring_go_back(app):
    customer, product = make_customer(), make_product()
    with write():
        customers.archive_customer(db.session.get_one(Customer, customer.id), True, 1, None)
        products.archive_product(db.session.get_one(Product, product.id), True, 1, None)
    archived = entry("customer.archived")
    for verb in ("customer.archived", "product.archived"):
        take(entry(verb))
    assert now(Customer, customer).archived_at is None and now(Product, product).archived_at is None
    assert "taken this back" in refused(archived)
    with write():
        customers.archive_customer(db.session.get_one(Customer, customer.id), True, 3, None)
        customers.archive_customer(db.session.get_one(Customer, customer.id), False, 4, None)
    take(entry("customer.restored"))
    assert now(Customer, customer).archived_at is not None


def test_a_status_by_hand_goes_back_to_what_was_set_before(app, clock):
    customer, today = make_customer(), clock.now.date()
    with write():
        found = db.session.get_one(Customer, customer.id)
        customers.set_standing(found, "Active", "promised", today + timedelta(9), 1, today, None)
        customers.set_standing(found, "Inactive", "moved away", None, 2, today, None)
    take(entry("customer.standing_set"))
    back = now(Customer, customer)
    assert (back.override_status, back.override_reason) == ("Active", "promised")
    assert back.override_until == today + timedelta(9)
    first = db.session.scalar(select(Activity.id).where(Activity.verb == "customer.standing_set").order_by(Activity.id))
    take(queries.entry_or_404(first))
    assert now(Customer, customer).override_status is None and now(Customer, customer).override_until is None


def test_the_last_step_of_an_order_goes_back_and_no_other(app):
    order = make_order(None, make_product(stock=5), qty=2, status="Shipped")
    shipped = entry("order.moved")
    with write():
        move_order(db.session.get_one(Order, order.id), "Delivered", "Shipped", None)
    assert "only its last step" in refused(shipped)
    take(entry("order.moved"))
    take(shipped)
    assert now(Order, order).status == "Pending"
    assert "taken this back" in refused(shipped)


def test_a_cancellation_takes_its_stock_again(app):
    product = make_product(stock=5)
    order = make_order(None, product, qty=2, status="Cancelled")
    take(entry("order.moved"))
    assert (now(Order, order).status, now(Product, product).stock) == ("Pending", 3)


def test_a_step_taken_back_on_the_page_of_the_order_counts_as_undone(app):
    order = make_order(status="Shipped")
    shipped = entry("order.moved")
    ravi = make_user("staff", "ravi")
    with write():
        take_back(db.session.get_one(Order, order.id), "Shipped", 60, ravi)
    assert queries.entry_or_404(shipped.id).undone_by == "Ravi"
    assert "Ravi has taken this back" in refused(shipped)
    with write():
        move_order(db.session.get_one(Order, order.id), "Shipped", "Pending", None)
    assert entry("order.moved").undone_at is None


def test_a_step_from_before_the_trail_is_taken_back_without_an_entry(app):
    order = make_order(status="Shipped")
    with write():
        db.session.execute(update(Activity).where(Activity.verb == "order.moved").values(order_id=None))
        take_back(db.session.get_one(Order, order.id), "Shipped", 60, None)
    assert entry("order.step_taken_back").undoes_id is None


def test_a_step_is_taken_back_in_its_time_only(app, clock):
    order = make_order(status="Shipped")
    clock.forward(minutes=61)
    assert "within 60 minutes" in refused(entry("order.moved")) and now(Order, order).status == "Shipped"


@pytest.mark.parametrize("verb", ["customer.added", "product.added", "order.placed", "order.step_taken_back", "x.y"])
def test_whatever_else_was_done_is_told_how_to_change(app, verb):
    make_order()
    with write():
        db.session.execute(update(Activity).where(Activity.verb == "order.placed").values(verb=verb))
    assert len(refused(entry(verb)).split()) > 5
