"""orders.csv and payments.csv"""

import pytest
from sqlalchemy import select

from cms.db import db
from cms.models import Order, OrderLine, Payment
from tests.imports.folders import ORDERS, folder_of, imported, one, problems
from tests.recount import assert_totals_right


@pytest.mark.parametrize(
    "row, column, why",
    [
        ("O9,C9,2026-01-05,,,P1,1,5,,", "customer_ref", "There is no customer C9"),
        ("O9,C1,2026-02-30,,,P1,1,5,,", "ordered_at", "2026-02-30 is not a day in the calendar"),
        (
            "O9,C1,2026-01-05,lost,,P1,1,5,,",
            "status",
            "lost is no status; use Pending, Shipped, Delivered or Cancelled",
        ),
        ("O9,C1,2026-01-05,,0,P1,1,5,,", "line_no", "line_no must be a whole number from 1 to 10,000, not 0"),
        ("O9,C1,2026-01-05,,,P9,1,5,,", "sku", "There is no product P9"),
        ("O9,C1,2026-01-05,,,P1,0,5,,", "quantity", "quantity must be a whole number from 1 to 1,000,000, not 0"),
        ("O9,C1,2026-01-05,,,P1,1,five,,", "unit_price", "Write the amount like 1,299.50"),
        ("O9,C1,2026-01-05,,,P1,1,,,", "unit_price", "unit_price is needed"),
        ("O9,C1,2026-01-05,,,P1,1,5,120,", "discount_percent", "A percentage cannot be more than 100"),
        ("O9,C1,2026-01-05,,,P1,1,5,,2026-01-04", "delivered_at", "delivered_at is before the day of the order"),
        (
            "O9,C1,2026-01-05,Shipped,,P1,1,5,,2026-01-06",
            "delivered_at",
            "delivered_at is given, but the order is Shipped",
        ),
        (",C1,2026-01-05,,,P1,1,5,,", "order_no", "order_no is needed"),
    ],
)
def test_a_bad_order_row_is_named_with_its_line_and_column(app, tmp_path, row, column, why):
    report = imported(folder_of(tmp_path, orders=ORDERS + "O1,C1,2026-01-05,,,P1,1,5,,\n" + row + "\n"))
    assert problems(report) == [("orders.csv", 3, column, why)]


def test_rows_of_one_order_need_not_follow_one_another(app, tmp_path):
    rows = "O1,C1,2026-01-05,,,P1,1,5,,\nO2,C2,2026-01-05,,,P1,1,5,,\nO1,C1,2026-01-05 00:00,pending,,P1,2,5,10,\n"
    assert not imported(folder_of(tmp_path, orders=ORDERS + rows)).problems
    lines = db.session.execute(select(OrderLine.line_no, OrderLine.total_paise).join(Order).where(Order.ref == "O1"))
    assert [tuple(line) for line in lines.all()] == [(1, 500), (2, 900)]


def test_rows_of_one_order_must_agree(app, tmp_path):
    rows = "O1,C1,2026-01-05,,,P1,1,5,,\nO1,C2,2026-01-05,,,P1,1,5,,\n"
    report = imported(folder_of(tmp_path, orders=ORDERS + rows))
    assert problems(report) == [
        ("orders.csv", 3, "customer_ref", "Order O1 has customer_ref C1 in line 2, but C2 here")
    ]


def test_a_line_number_stands_once_in_an_order(app, tmp_path):
    rows = "O1,C1,2026-01-05,,1,P1,1,5,,\nO1,C1,2026-01-05,,1,P2,1,5,,\n"
    assert problems(imported(folder_of(tmp_path, orders=ORDERS + rows)))[0][1:3] == (3, "line_no")


def test_an_order_that_is_there_takes_no_further_lines(app, tmp_path):
    imported(folder_of(tmp_path, orders=ORDERS + "O1,C1,2026-01-05,,1,P1,1,5,,\n"))
    report = imported(
        folder_of(tmp_path, orders=ORDERS + "O1,C1,2026-01-05,,1,P1,1,5,,\nO1,C1,2026-01-05,,2,P1,1,5,,\n")
    )
    assert [problem[1:3] for problem in problems(report)] == [(3, "line_no")]


def test_a_price_with_more_decimals_is_rounded_half_up_and_told(app, tmp_path):
    report = imported(folder_of(tmp_path, orders=ORDERS + "O1,C1,2026-01-05,,,P1,2,0.125,,\n"))
    assert "orders.csv: 1 values of unit_price were rounded (line 2: 0.125)" in report.notices
    assert one(OrderLine).total_paise == 26


def test_orders_without_a_payments_file_are_settled(app, tmp_path):
    imported(folder_of(tmp_path))
    assert {order.due_paise for order in db.session.scalars(select(Order))} == {0}


def test_payments_pay_their_orders(app, tmp_path):
    rows = "order_no,amount,paid_at,method,reference\nO1,200,2026-01-05,UPI,412345678901\nO1,200,2026-01-05,cash,\n"
    imported(folder_of(tmp_path, payments=rows + "O1,100,2026-01-05,cash,\nO1,100,2026-01-05,cash,\n"))
    assert one(Order, Order.ref == "O1").due_paise == -4_950
    assert one(Order, Order.ref == "O2").due_paise == 18_000
    assert one(Payment, Payment.utr.is_not(None)).utr == "412345678901"
    assert_totals_right()


def test_a_upi_reference_pays_once(app, tmp_path):
    head, paid = "order_no,amount,paid_at,method,reference\n", "20,2026-01-05,upi,412345678901\n"
    report = imported(folder_of(tmp_path, payments=f"{head}O1,{paid}O2,{paid}"))
    assert problems(report)[0][1:3] == (3, "reference")
