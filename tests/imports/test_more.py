"""The optional columns, which exports write: what they may not say, and that files without them stay as they were."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from cms.db import db
from cms.imports.rules import MORE, TABLES, row_key
from cms.models import CreditMove, Customer, Order, OrderLine, Payment, Product, Return, StockMove
from cms.refs import next_ref
from tests.factories import write
from tests.imports.folders import ORDERS, folder_of, imported, one, problems

O1 = "O1,C1,2026-01-05 10:00,Delivered,1,P1,3,100,,"
BACK = "order_no,line_no,sku,quantity,returned_at,return_no,state,refund,refunded_on\n"
PAID = "order_no,amount,paid_at,method,reference,payment_no,kind,state,return_no\n"


def orders(more: str, *rows: str) -> str:
    return ORDERS.rstrip() + "," + more + "\n" + "\n".join(O1 + row for row in rows) + "\n"


def test_columns_that_say_nothing_do_not_change_what_a_row_is_known_by():
    usual = ["O1", "100", "2026-01-05", "cash", ""]
    assert row_key("payments", usual, 0) == row_key("payments", [*usual, *[""] * len(MORE["payments"])], 0)
    assert row_key("payments", usual, 0) != row_key("payments", [*usual, "PAY001", "", "", "", ""], 0)
    assert not any(set(MORE[table]) & set(TABLES[table]) for table in TABLES)


@pytest.mark.parametrize(
    ("more", "row", "column", "why"),
    [
        ("gst_mode", "some", "gst_mode", "some is none of unregistered, composition, regular"),
        ("settled", "perhaps", "settled", "perhaps is none of yes, no"),
        ("cgst,sgst", "5,5", "gst_mode", "Only an order with the gst_mode regular has taxes"),
        ("gst_mode,cgst,sgst", "regular,5,6", "sgst", "cgst and sgst are two equal halves"),
        ("gst_mode,cgst,sgst,igst", "regular,5,5,1", "igst", "A line has either cgst and sgst or igst"),
        ("gst_mode,taxable,igst", "regular,200,10", "taxable", "taxable must be what the line comes to"),
        ("discount", "300.01", "discount", "The discounts are more than the line comes to"),
        ("discount,order_discount", "200,101", "discount", "The discounts are more than the line comes to"),
        ("round_off", "-x", "round_off", "Write the amount like 1,299.50"),
        ("round_off", "--1", "round_off", "An amount cannot be negative"),
    ],
)
def test_what_an_order_may_not_say(app, tmp_path, more, row, column, why):
    ((file, line, where, said),) = problems(imported(folder_of(tmp_path, orders=orders(more, "," + row))))
    assert (file, line, where) == ("orders.csv", 2, column) and said.startswith(why)


def test_rows_of_one_order_agree_on_what_is_of_the_order(app, tmp_path):
    two = orders("note", ",first").rstrip() + "\n" + O1.replace(",1,P1", ",2,P2") + ",second\n"
    ((_, line, column, said),) = problems(imported(folder_of(tmp_path, orders=two)))
    assert (line, column) == (3, "note") and "has note first in line 2, but second here" in said


def test_taxes_on_top_of_the_price_make_the_order_dearer(app, tmp_path):
    text = orders("gst_mode,round_off,order_discount,taxable,igst", ",regular,-0.20,10,290,52.20")
    assert not problems(imported(folder_of(tmp_path, orders=text)))
    order = one(Order)
    assert (order.total_paise, order.tax_paise, order.payable_paise) == (29_000, 5_220, 34_200)
    assert (order.discount_paise, order.round_off_paise, one(OrderLine).taxable_paise) == (1_000, -20, 29_000)


def test_tax_is_in_all_prices_of_an_order_or_on_top_of_all(app, tmp_path):
    within = orders("gst_mode,taxable,igst", ",regular,280,20").rstrip() + "\n"
    both = within + O1.replace(",1,P1", ",2,P2") + ",regular,300,20\n"
    ((_, line, column, said),) = problems(imported(folder_of(tmp_path, orders=both)))
    assert (line, column) == (3, "taxable") and "either in the prices or on top" in said


def test_a_refused_return_leaves_its_units_free(app, tmp_path):
    rows = "O1,1,P1,3,2026-01-06,RET007,refused,0,\nO1,1,P1,3,2026-01-07,RET009,refunded,250,2026-01-09\n"
    assert not problems(imported(folder_of(tmp_path, returns=BACK + rows)))
    assert one(OrderLine, OrderLine.returned_quantity > 0).returned_paise == 25_000
    assert str(one(Return, Return.ref == "RET009").refunded_on) == "2026-01-09"
    with write():
        assert next_ref(Return) == "RET010"


@pytest.mark.parametrize(
    ("rows", "line", "why"),
    [
        ("O1,1,P1,1,2026-01-06,,refunded,1,\n", 2, "return_no is needed"),
        ("O1,1,P1,1,2026-01-06,R1,refunded,1,\n" * 2, 3, "R1 stands in line 2 already"),
        ("O1,1,P1,1,2026-01-06,R1,requested,1,2026-01-07\n", 2, "refunded_on is given, but the return is requested"),
        ("O1,1,P1,1,2026-01-06,R1,lost,1,\n", 2, "lost is none of requested"),
    ],
)
def test_what_a_return_may_not_say(app, tmp_path, rows, line, why):
    ((_, where, _, said),) = problems(imported(folder_of(tmp_path, returns=BACK + rows)))
    assert where == line and said.startswith(why)


def test_store_credit_is_given_and_spent_but_never_more_than_given(app, tmp_path):
    given = "O1,50,2026-01-06,credit,PAY001,PAY002,refund,confirmed,\n"
    spent = "O2,{},2026-01-07,credit,,PAY003,payment,confirmed,\n"
    report = imported(folder_of(tmp_path, payments=PAID + given + spent.format(20).replace("O2", "O1")))
    assert not problems(report) and one(Customer, Customer.ref == "C1").credit_paise == 3_000
    assert db.session.scalar(select(func.count(CreditMove.id))) == 2


def test_credit_that_was_never_given_cannot_be_spent(app, tmp_path):
    spent = "O1,50,2026-01-06,credit,,PAY003,payment,confirmed,\n"
    report = imported(folder_of(tmp_path, payments=PAID + spent))
    assert [why for *_rest, why in problems(report)] == [
        "payments.csv spends more store credit of customer C1 than it gave"
    ]
    assert db.session.scalar(select(func.count(Payment.id))) == 0


def test_a_refused_payment_does_not_hold_its_upi_reference(app, tmp_path):
    paid = "O1,5,2026-01-06,upi,412345678901,{},payment,{},\n"
    rows = paid.format("PAY001", "refused") + paid.format("PAY002", "confirmed")
    assert not problems(imported(folder_of(tmp_path, payments=PAID + rows)))
    assert one(Order, Order.ref == "O1").paid_paise == 500


def test_stock_comes_with_the_move_that_counted_it(app, tmp_path):
    text = "sku,name,price,stock\nP1,Lamp,100,12\nP2,Bell,250.50,0\n"
    assert not problems(imported(folder_of(tmp_path, products=text)))
    assert [one(Product, Product.sku == sku).stock for sku in ("P1", "P2")] == [12, 0]
    assert one(StockMove).quantity == 12


def test_a_mark_before_a_formula_is_taken_away(app, tmp_path):
    text = "customer_ref,name,note\nC1,'=1+1,''=x\nC2,'n' Co,-5\n"
    assert not problems(imported(folder_of(tmp_path, customers=text)))
    asha, ravi = (one(Customer, Customer.ref == ref) for ref in ("C1", "C2"))
    assert (asha.name, asha.note, ravi.name, ravi.note) == ("=1+1", "'=x", "'n' Co", "-5")


def test_a_status_needs_to_be_said_for_its_end(app, tmp_path):
    text = "customer_ref,name,status_until\nC1,Asha,2026-01-01\nC2,Ravi,\n"
    (_, line, column, _), *_follow = problems(imported(folder_of(tmp_path, customers=text)))
    assert (line, column) == (2, "status")
