"""An import is taken back whole, updates too, or not at all: as long as nothing was built on it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from cms.checks.invariants import all_checks
from cms.customers.actions import edit_customer
from cms.db import db
from cms.imports import reverting
from cms.imports.rules import TABLES
from cms.models import (
    Activity,
    Counter,
    Customer,
    CustomerTerm,
    Import,
    Order,
    OrderLine,
    Payment,
    Product,
    SegmentDay,
    StatusChange,
    StockMove,
)
from cms.orders.actions import move_order
from tests.after_sale import make_complaint
from tests.factories import make_customer, make_order, make_product, make_user, write
from tests.imports.folders import REAL, SMALL, folder_of, imported, one
from tests.imports.test_uploads import MIXED
from tests.imports.uploads import last_import, sent, work
from tests.payments.doing import pay
from tests.recount import assert_totals_right

COUNTED = (Customer, CustomerTerm, Product, Order, OrderLine, StatusChange, Payment, StockMove, SegmentDay)


def rows() -> list[int]:
    return [db.session.scalar(select(func.count()).select_from(table)) for table in COUNTED]


def revert(landed: Import | None = None) -> str:
    """Ask for it as the page does and let the worker do it; gives what it said."""
    landed, owner = landed or last_import(), make_user()
    with write():
        job = reverting.begin_revert(db.session.get_one(Import, landed.id), owner)
    work()
    return db.session.get_one(type(job), job.id, populate_existing=True).message


def test_a_folder_goes_whole_and_can_come_again(app):
    before = rows()
    imported(REAL)
    assert revert() == "The import is taken back" and rows() == before
    assert_totals_right()
    assert not [problem for check in all_checks() for problem in check.failures()]
    assert imported(REAL).added == 277
    with pytest.raises(Exception, match="taken back already"):
        reverting.check_revertible(db.session.scalars(select(Import).order_by(Import.id)).first())


def test_updates_say_again_what_they_said(app):
    make_customer("Asha", phone="+919848022337", city="Vizag", segment="Individual")
    make_product("Lamp", price_paise=10_000, stock=5, sku="P1")
    before = [dict(row) for row in db.session.execute(select(Customer.__table__)).mappings()]
    sent(MIXED, mode="both")
    assert revert() == "The import is taken back"
    after = [dict(row) for row in db.session.execute(select(Customer.__table__)).mappings()]
    assert [row | {"version": 1} for row in after] == before and after[0]["version"] == 3
    terms = select(CustomerTerm.customer_id).where(CustomerTerm.term.in_(["vizag", "8022337", "rao"]))
    assert len(db.session.scalars(terms).all()) == 1
    sent("sku,name,price,stock\nP1,Brass lamp,120,9\nP2,Bell,5,3\n", mode="both")
    assert revert() == "The import is taken back"
    lamp = db.session.scalars(select(Product)).one()
    assert (lamp.name, lamp.price_paise, lamp.stock) == ("Lamp", 10_000, 5)
    assert db.session.scalars(select(StockMove.quantity).order_by(StockMove.id)).all() == [5, 4, -4]
    said = db.session.scalars(select(Activity.verb).order_by(Activity.id.desc()).limit(3)).all()
    assert said == ["import.reverted", "product.stock_counted", "product.edited"]
    assert_totals_right()


def test_numbers_are_not_given_again(app):
    sent("name,city\nAsha,Vizag\nUma,Pune\n")
    assert revert() and db.session.scalar(select(Counter.value).where(Counter.name == "CUST")) == 2
    assert make_customer("Ravi").ref == "CUST003"


def ordered():
    make_order(one(Customer, Customer.ref == "C1"))


def sold():
    make_order(make_customer(), one(Product, Product.sku == "P1"))


def paid():
    pay(one(Order, Order.ref == "O2"), 100)


def moved():
    order = one(Order, Order.ref == "O2")
    with write():
        move_order(db.session.get_one(Order, order.id), "Shipped", "Pending", None)


def complained():
    make_complaint(one(Order, Order.ref == "O1"))


def edited():
    customer, owner = one(Customer, Customer.ref == "C2"), make_user()
    with write():
        edit_customer(db.session.get_one(Customer, customer.id), {"city": "Guntur"}, 1, owner)


BUILT = {
    ordered: "an order was placed since for customer Asha Rao (C1)",
    sold: "an order was placed since for product Clay lamp (P1)",
    paid: "a payment was recorded since for ",
    moved: "order O2 was changed since",
    complained: "a complaint was opened since for ",
    edited: "customer Ravi Stores (C2) was changed since",
}


@pytest.mark.parametrize("build", BUILT, ids=lambda build: build.__name__)
def test_what_something_was_built_on_stays_and_says_why(app, tmp_path, build):
    payments = "order_no,amount,paid_at\n"
    imported(folder_of(tmp_path, payments=payments))
    build()
    before = rows()
    said = revert()
    assert (said.startswith("Nothing was taken back: ") and BUILT[build] in said) or "was changed since" in said, said
    assert rows() == before and last_import().reverted_at is None
    assert_totals_right()


def test_an_update_that_was_edited_since_stays(app):
    make_customer("Asha", city="Vizag")
    sent("customer_ref,city\nCUST001,Guntur\n", mode="update")
    asha, owner = one(Customer, Customer.ref == "CUST001"), make_user()
    with write():
        edit_customer(db.session.get_one(Customer, asha.id), {"note": "likes silk"}, asha.version, owner)
    assert revert() == "Nothing was taken back: Asha (CUST001) was changed since"
    assert one(Customer, Customer.ref == "CUST001").city == "Guntur"


def test_an_e_mail_that_another_has_by_now_is_not_given_back(app):
    make_customer("Asha", email="asha@example.com")
    sent("customer_ref,email\nCUST001,rao@example.com\n", mode="update")
    make_customer("Uma", email="asha@example.com")
    assert "Uma (CUST002) has by now what Asha (CUST001) would get back" in revert()


def test_only_an_owner_takes_back_and_the_page_says_what_came_of_it(client, staff):
    sent(SMALL["customers"], "people.csv")
    page = f"/imports/{last_import().id}"
    assert "Take this import back" in client.get(page).text and "Take this import back" not in staff.get(page).text
    assert staff.post_form(page + "/reversal").status_code == 403
    client.post_form(page + "/reversal")
    client.post_form(page + "/reversal")  # a second tap
    assert "Being taken back" in client.get(page).text
    work()
    assert "Taken back" in client.get(page).text and "Import of people.csv taken back" in client.get("/activity").text
    assert "taken back already" in client.post_form(page + "/reversal", follow_redirects=True).text


def test_an_import_of_before_cannot_be_taken_back(client):
    sent(SMALL["customers"])
    with write():
        last_import().spans = None
    page = f"/imports/{last_import().id}"
    assert "from before imports could be taken back" in client.get(page).text


def test_every_table_that_an_import_fills_can_be_named():
    assert set(TABLES) - {"feedback"} <= set(reverting.ONES)
