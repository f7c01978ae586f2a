"""Rows as no rule of today would let them in: each is kept as far as it can be, and listed."""

import csv
from datetime import date

import pytest
from sqlalchemy import select

from cms.db import db
from cms.models import Complaint, Customer, Feedback, Order, OrderLine, Product, Return, User
from cms.refs import next_ref
from tests.factories import write
from tests.imports.folders import one
from tests.original.moves import dump_of, figures, looks, moved
from tests.original.old import ODD, TIDY, fill


@pytest.fixture(params=["dump", "live"])
def odd(app, clock, mariadb, tmp_path, request):
    """The odd shop, moved in from a dump and from its database."""
    path = tmp_path / "list.csv"
    if request.param == "dump":
        return moved(dump_of(tmp_path, ODD), list_path=path)
    address = mariadb.schema("old_shop")
    fill(address, ODD)
    return moved(address, list_path=path)


def order(ref):
    return one(Order, Order.ref == ref)


def back(ref):
    return one(Return, Return.ref == ref)


def test_each_row_is_kept_or_listed_as_left_out(odd):
    rows = {name: (count.rows, count.kept + count.left, count.left) for name, count in odd.tables.items()}
    left = {"returns": 1, "feedback": 2}
    assert rows == {name: (len(ODD[name]), len(ODD[name]), left.get(name, 0)) for name in ODD}
    listed = {(row["table"], row["id"], row["what"]) for row in odd.looks if not row["kept"]}
    assert listed == {
        ("returns", "RET003", "There is no such order"),
        ("feedback", "1", "The rating is not 1 to 5 stars"),
        ("feedback", "2", "There is no such order"),
    }


def test_the_list_has_every_look_with_all_the_row_said(odd):
    with open(odd.list_path, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(odd.looks) == sum(group.count for group in odd.groups)
    ghost = next(row for row in rows if row["id"] == "RET003")
    assert (
        ghost["kept"] == "no" and "order_id: ORD404" in ghost["the old row"] and "reason: Why" in ghost["the old row"]
    )


def test_a_second_of_one_e_mail_or_phone_keeps_them_in_the_note(odd):
    second = one(Customer, Customer.ref == "CUST002")
    assert (second.name, second.email, second.phone, second.gender) == ("CUST002", "", "", None)
    assert second.note == (
        "E-mail in the original application: ASHA@example.com (also of CUST001)\n"
        "Phone in the original application: +91 98765 43210 (also of CUST001)"
    )


def test_texts_that_cannot_be_kept_whole_are_kept_as_far_as_they_can(odd):
    third, ink = one(Customer, Customer.ref == "CUST003"), one(Customer, Customer.ref == "CUST005")
    assert len(third.name) == 119 and third.name.startswith("Long Long") and third.phone == ""
    assert third.note.splitlines() == [
        "E-mail in the original application: not a mail",
        f"Phone in the original application: {'12345' * 10}",
    ]
    assert (ink.name, ink.phone, ink.segment) == ("InkWell", "12345", "Individual")


def test_who_is_only_named_by_orders_is_made_so_that_no_sale_is_lost(odd):
    assert odd.tables["customers"].made == 3
    ghost = one(Customer, Customer.ref == "CUST099")
    assert ghost.name == "Unknown customer CUST099" and order("ORD002").customer_id == ghost.id
    nobody = db.session.get_one(Customer, order("ORD003").customer_id)
    assert nobody.ref == "CUST405" and ("CUST405", MADE) in looks(odd, "customers")
    assert one(Complaint, Complaint.ref == "CMP001").customer_id == one(Customer, Customer.ref == "CUST404").id
    db.session.rollback()
    with write():
        assert next_ref(Customer) == "CUST406"


MADE = "The table customers lacks a customer that orders or complaints name; made here"


def test_a_customer_is_found_whatever_the_case_of_the_number(odd):
    assert order("ORD001").customer_id == one(Customer, Customer.ref == "CUST001").id
    assert back("RET005").order_id == order("ORD007").id


def test_amounts_are_read_as_written_and_what_is_none_is_nothing(odd):
    prices = select(Order.ref, OrderLine.unit_price_paise, OrderLine.quantity).join(OrderLine.order).order_by(Order.id)
    assert [tuple(row) for row in db.session.execute(prices)] == [
        ("ORD001", 129950, 2), ("ORD002", 0, 1), ("ORD003", 0, 1), ("ORD004", 0, 1), ("ORD005", 2000, 1),
        ("ORD006", 1000, 2), ("ORD007", 10000, 2),
    ]  # fmt: skip
    bad = {row for row, what in looks(odd, "orders") if what.startswith("order_amount is no amount")}
    assert bad == {"ORD002", "ORD003", "ORD004"}


def test_an_order_that_cannot_count_is_kept_as_cancelled(odd):
    found = order("ORD004")
    assert (found.status, found.note) == ("Cancelled", "In the original application its quantity was 0")
    assert [order(ref).status for ref in ("ORD001", "ORD002", "ORD005", "ORD007")] == [
        "Delivered", "Pending", "Pending", "Pending"
    ]  # fmt: skip
    assert ("ORD002", "delivery_status is none of the four; it counts as Pending") in looks(odd, "orders")


def test_what_was_never_chosen_is_one_product_that_is_off_sale(odd):
    select_product = db.session.scalars(select(Product).where(Product.archived_at.is_not(None))).one()
    names = select(OrderLine.product_name).where(OrderLine.product_id == select_product.id).order_by(OrderLine.id)
    assert select_product.sku == "PROD004" and list(db.session.scalars(names)) == ["Select", select_product.name]


def test_of_two_products_of_one_name_the_one_spelt_just_so_is_meant(odd):
    assert db.session.scalar(select(OrderLine.sku).join(OrderLine.order).where(Order.ref == "ORD001")) == "PROD001"


def test_no_more_comes_back_than_was_sold(odd):
    first, again = back("RET001"), back("RET002")
    assert (first.state, first.quantity, first.refund_paise, first.reason) == ("refunded", 2, 259900, "Not stated")
    assert (again.state, again.refund_paise, again.decision) == ("refused", 0, "All of it had come back before")
    cancelled = back("RET004")
    assert (cancelled.state, cancelled.decision) == ("refused", "Its order was cancelled")


def test_a_return_that_does_not_say_how_many_waits_for_somebody(odd):
    found = back("RET005")
    assert (found.state, found.quantity, found.refunded_on) == ("requested", 1, None)
    assert found.returned_on == date(2026, 3, 3) and found.words == "x" * 300 and found.reason == "x" * 80


def test_a_return_without_a_number_gets_one_behind_the_others(odd):
    assert back("RET007").order_id == order("ORD005").id


def test_complaints_keep_what_they_have(odd):
    ghost, empty, nobody = (one(Complaint, Complaint.ref == f"CMP00{n}") for n in (1, 2, 3))
    assert (ghost.order_id, ghost.product_name, ghost.opened_on) == (None, "Ghost", date(2026, 3, 14))
    assert (empty.text, empty.customer_id) == ("Nothing was written", order("ORD001").customer_id)
    assert nobody.text == "Nobody" and nobody.customer_id == order("ORD003").customer_id


def test_feedback_keeps_its_number_unless_another_has_it(odd):
    found = db.session.execute(select(Feedback.id, Feedback.rating, Feedback.comment).order_by(Feedback.id)).all()
    assert [tuple(row) for row in found] == [(3, 4, "Mixed up"), (4, 1, "Same number"), (5, 3, "")]


def test_points_stand_in_the_note(odd):
    assert "Loyalty points in the original application: 5 + 7" in one(Customer, Customer.ref == "CUST001").note


def test_a_username_becomes_one_that_can_be_typed(odd):
    users = {user.username: user.name for user in db.session.scalars(select(User))}
    assert users == {"admin": "admin", "admin.": "ADMIN.", "a.b.com": "a@b.com"}


def test_what_the_original_counted_otherwise_is_listed(odd):
    whats = {what for row, what in looks(odd, "customers") if row == "CUST001"}
    assert whats == {
        "It was Inactive, by its orders it is Active; the orders count",
        "total_orders is not the number of orders there are; the orders count",
    }


def test_what_is_dated_in_the_future_counts_from_the_move_and_is_listed(odd):
    assert order("ORD005").ordered_on == date(2026, 3, 14)
    assert ("ORD005", "order_date lies in the future; it counts from the move") in looks(odd, "orders")
    assert figures()["orders"]["total"] == 5


def test_a_table_whose_rows_come_twice_is_kept_once(app, clock, tmp_path):
    twice = {name: rows * 2 for name, rows in TIDY.items()}
    report = moved(dump_of(tmp_path, twice))
    left = {name: count.left for name, count in report.tables.items()}
    assert left == {
        "customers": 3, "products": 2, "orders": 5, "returns": 2, "complaints": 2, "feedback": 0, "users": 2,
        "loyalty_points": 0,
    }  # fmt: skip
    assert all(count.rows == count.kept + count.left for count in report.tables.values())


def test_a_phone_that_cannot_be_dialled_is_shown_and_gets_no_messages(odd, client):
    ink = one(Customer, Customer.ref == "CUST005")
    assert "12345" in client.get(f"/customers/{ink.id}").text
    page = client.get(f"/notifications/new?customer={ink.id}").text
    assert "wa.me/12345" not in page
    sent = {"customer": str(ink.id), "channel": "whatsapp", "body": "Hello", "request_key": "k" * 32}
    assert "has no phone number" in client.post_form("/notifications", sent).text


def test_a_customer_whose_phone_is_odd_can_be_edited_otherwise(odd, client):
    ink = one(Customer, Customer.ref == "CUST005")
    typed = {"name": "Ink Well", "phone": "12345", "segment": "Individual", "version": "1", "city": "Pune"}
    assert client.post_form(f"/customers/{ink.id}", typed).status_code == 303
    assert client.post_form(f"/customers/{ink.id}", typed | {"phone": "12346", "version": "2"}).status_code == 422
    found = one(Customer, Customer.ref == "CUST005")
    assert (found.name, found.phone, found.city) == ("Ink Well", "12345", "Pune")


def test_numbers_beyond_what_can_be_kept_do_not_take_those_of_others(app, clock, tmp_path):
    answers = [(2**31 - 1, *ODD["feedback"][4][1:]), (1, *ODD["feedback"][4][1:]), (None, *ODD["feedback"][4][1:])]
    moved(dump_of(tmp_path, ODD | {"feedback": answers}))
    assert sorted(db.session.scalars(select(Feedback.id))) == [1, 2, 3]
