"""What comes over, with its numbers, names, days and amounts; and that the figures are those of the old tables."""

from datetime import date, datetime

import pytest
from sqlalchemy import func, select

from cms.db import db
from cms.models import (
    Activity,
    Complaint,
    Customer,
    Feedback,
    Import,
    Order,
    OrderLine,
    Product,
    Return,
    StatusChange,
)
from cms.refs import next_ref
from tests.factories import set_shop, write
from tests.imports.folders import one
from tests.original.moves import dump_of, figures, looks, many, moved
from tests.original.old import TIDY, connected, fill
from tests.original.styles import STYLES


@pytest.fixture
def old(mariadb):
    """Gives the address of a database of the original with these rows."""

    def make(rows):
        address = mariadb.schema("old_shop")
        fill(address, rows)
        return address

    return make


def asked(address, query):
    with connected(address) as cursor:
        cursor.execute(query)
        return cursor.fetchall()


@pytest.fixture(params=["dump", "live"])
def tidy(app, clock, old, tmp_path, request):
    """The tidy shop, moved in from a dump and from its database."""
    return moved(dump_of(tmp_path, TIDY) if request.param == "dump" else old(TIDY))


def test_everything_comes_over_and_the_report_adds_up(tidy):
    rows = {name: (count.rows, count.kept, count.left) for name, count in tidy.tables.items()}
    assert rows == {name: (len(TIDY[name]), len(TIDY[name]), 0) for name in TIDY}
    assert {name: count.made for name, count in tidy.tables.items() if count.made} == {"products": 2}
    assert tidy.as_text().endswith("Moved in: 20 rows.")


def test_numbers_stay_and_the_series_go_on_behind_them(tidy):
    assert set(db.session.scalars(select(Customer.ref))) == {"CUST001", "CUST002", "CUST017"}
    assert set(db.session.scalars(select(Complaint.ref))) == {"CMP001", "CMP007"}
    assert set(db.session.scalars(select(Feedback.id))) == {4, 9}
    db.session.rollback()
    with write():
        nexts = [next_ref(table) for table in (Customer, Order, Product, Return, Complaint)]
    assert nexts == ["CUST018", "ORD1001", "PROD007", "RET003", "CMP008"]


def test_customers_come_with_what_was_known_of_them(tidy):
    asha, ravi, meera = (one(Customer, Customer.ref == ref) for ref in ("CUST001", "CUST002", "CUST017"))
    assert (asha.phone, asha.email, asha.gender, asha.note) == (
        "+919876543210", "asha@example.com", "Female", "Loyalty points in the original application: 120"
    )  # fmt: skip
    assert (asha.created_at, asha.created_on) == (datetime(2025, 1, 5, 20), date(2025, 1, 6))
    assert (ravi.phone, ravi.gender, ravi.segment, ravi.note) == ("041-4617817381", None, "Business", "")
    assert (meera.name, meera.email, meera.phone) == ('मीरा "Mee" O\'Neil', "", "")
    assert ("CUST002", "The phone cannot be dialled; kept as it was") in looks(tidy, "customers")


def test_an_order_keeps_its_products_name_as_sold(tidy):
    lines = select(Order.ref, OrderLine.product_name, OrderLine.sku, OrderLine.unit_price_paise).join(OrderLine.order)
    assert [tuple(row) for row in db.session.execute(lines.order_by(Order.id))] == [
        ("ORD001", "Clay lamp", "PROD001", 49900),
        ("ORD002", "clay  LAMP", "PROD001", 45050),
        ("ORD003", "Brass-bell", "PROD004", 129999),
        ("ORD004", "Copper jug", "PROD005", 25000),
        ("ORD1000", "Sand clock", "PROD006", 9999),
    ]
    jug = one(Product, Product.sku == "PROD005")
    assert (jug.name, jug.price_paise, jug.archived_at) == ("Copper jug", 25000, None)
    assert {row[0] for row in looks(tidy, "products")} == {"PROD004", "PROD005", "PROD006"}


def test_a_status_that_was_never_set_is_pending(tidy):
    order = one(Order, Order.ref == "ORD003")
    assert (order.status, order.ordered_on, order.settled_before) == ("Pending", date(2026, 3, 1), True)
    assert one(StatusChange, StatusChange.order_id == order.id).new == "Pending"


def test_a_return_counts_on_its_own_day_in_the_shop(tidy):
    lamp, bell = (one(Return, Return.ref == ref) for ref in ("RET001", "RET002"))
    # 19:30 UTC, as the dump has timestamps, is the next day in India.
    assert (lamp.returned_on, lamp.refunded_on, lamp.refund_paise) == (date(2025, 6, 6), date(2025, 6, 6), 49900)
    assert (bell.quantity, bell.state, bell.reason) == (2, "refunded", "Too loud; 'ting' all night \\o/")


def test_complaints_are_open_and_find_customer_and_order(tidy):
    late, silent = (one(Complaint, Complaint.ref == ref) for ref in ("CMP001", "CMP007"))
    assert (late.state, late.order_id is None, silent.order_id) == ("open", False, None)
    assert (silent.text, silent.customer_id) == ("Nobody calls back 🙁", one(Customer, Customer.ref == "CUST017").id)


def test_the_old_complaints_may_come_as_resolved(app, clock, tmp_path):
    moved(dump_of(tmp_path, TIDY), resolved=True)
    assert set(db.session.scalars(select(Complaint.state))) == {"resolved"}


def test_the_move_is_one_entry_in_the_trail_beside_the_users(tidy):
    assert sorted(db.session.scalars(select(Activity.verb))) == ["import.landed", "user.added", "user.added"]
    landed = one(Import)
    assert landed.counts["orders (original)"] == {"rows": 5, "added": 5} and len(landed.digest) == 64


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("live", [False, True])
def test_figures_are_those_of_plain_sql_over_the_old_tables(app, clock, old, tmp_path, live, seed):
    rows = many(seed)
    address = old(rows)
    report = moved(address if live else dump_of(tmp_path, rows))
    counts = "o.delivery_status IS NULL OR o.delivery_status <> 'Cancelled'"
    price = "CAST(o.order_amount AS DECIMAL(20,2))"
    sold = asked(
        address, f"SELECT COUNT(*), SUM(quantity), SUM(quantity * {price}) FROM orders o WHERE {counts}"
    )[0]  # fmt: skip
    back = asked(
        address,
        f"SELECT COUNT(*), SUM(return_quantity), SUM(return_quantity * {price}) FROM returns r"
        " JOIN orders o ON o.order_id = r.order_id",
    )[0]
    months = asked(
        address,
        f"SELECT DATE_FORMAT(order_date, '%Y-%m') m, SUM(quantity * {price}) FROM orders o WHERE ({counts})"
        " GROUP BY m ORDER BY m",
    )
    found = figures()
    assert found["customers"]["total"] == asked(address, "SELECT COUNT(*) FROM customers")[0][0]
    assert (found["orders"]["total"], found["orders"]["units"], found["money"]["gross"]) == (
        sold[0], int(sold[1]), str(sold[2])
    )  # fmt: skip
    assert (found["returns"]["rows"], found["returns"]["units"], found["money"]["returned"]) == (
        back[0], int(back[1]), str(back[2])
    )  # fmt: skip
    assert found["money"]["net"] == str(sold[2] - back[2])
    assert {row["month"]: row["gross"] for row in found["sales_by_month"] if row["orders"]} == {
        month: str(gross) for month, gross in months
    }
    assert found["products"]["sold"] == 5 and report.tables["products"].made == 1
    cancelled = asked(address, "SELECT COUNT(*) FROM orders WHERE delivery_status = 'Cancelled'")[0][0]
    assert found["orders"]["cancelled"] == cancelled


def test_every_hand_of_dump_and_the_database_make_the_same_shop(app, migrated, clock, old, tmp_path):
    shops = []
    for source in [old(TIDY), *STYLES]:
        migrated.empty()
        moved(source if "://" in source else dump_of(tmp_path, TIDY, STYLES[source]))
        shops.append((figures(), one(Import).counts))
    assert len(shops) == 6 and all(shop == shops[0] for shop in shops)


def test_amounts_are_rounded_in_the_shops_own_currency(app, clock, tmp_path):
    set_shop(currency="JPY")
    moved(dump_of(tmp_path, TIDY))
    assert one(Product, Product.sku == "PROD004").price_paise == 1300
    assert db.session.scalar(select(func.count(Order.id))) == 5
