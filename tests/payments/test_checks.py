"""What was brought in is counted too, and `flask check` finds money that is not where the books say."""

import pytest
from sqlalchemy import select

from cms.db import db
from cms.models import MethodTotal, Order, Payment
from cms.totals.actions import rebuild
from tests.factories import make_order, make_product, write
from tests.imports.folders import folder_of, imported
from tests.payments.doing import money_of, pay
from tests.recount import assert_totals_right
from tests.test_check import failures, tampered


def test_imported_payments_are_counted_by_day_and_method_and_stay_as_they_are(app, tmp_path):
    head = "order_no,amount,paid_at,method,reference\n"
    rows = "O1,200,2026-01-05,upi,412345678901\nO1,400,2026-01-05,cash,\nO2,10,2026-01-06,credit,\n"
    imported(folder_of(tmp_path, payments=head + rows))
    kept = select(MethodTotal.day, MethodTotal.method, MethodTotal.received_paise).order_by(MethodTotal.day)
    assert sorted((str(day), method, paise) for day, method, paise in db.session.execute(kept)) == [
        ("2026-01-05", "cash", 40_000),
        ("2026-01-05", "upi", 20_000),
        ("2026-01-06", "credit", 1_000),
    ]
    order = db.session.scalars(select(Order).where(Order.ref == "O1")).one()
    assert money_of(order) == (60_000, -4_950, 0)  # paid too much, and nobody decided yet what becomes of it
    assert failures() == []
    assert_totals_right()


@pytest.mark.parametrize(
    "statement, told",
    [
        ("UPDATE method_totals SET received_paise = 5 WHERE method = 'cash'", "received_paise is 5, counted 120000"),
        ("DELETE FROM method_totals WHERE method = 'credit'", "refunded_paise is 0, counted 20000"),
        ("UPDATE customers SET credit_paise = 7", "credit_paise is 7, counted 20000"),
        ("DELETE FROM credit_moves", "credit_paise is 20000, counted 0"),
        ("UPDATE credit_moves SET amount_paise = 30000", "credit moved by 30000, by its payments 20000"),
        ("UPDATE orders SET paid_paise = 1", "paid_paise is 1, counted 100000"),
        ("UPDATE payments SET state = 'refused' WHERE kind = 'payment'", "payments come to -20000"),
        ("UPDATE payments SET paid_on = '2020-01-01' WHERE kind = 'payment'", "has the day 2020-01-01"),
    ],
)
def test_money_moved_behind_the_shops_back_is_found(app, clock, statement, told):
    pay(make_order(None, make_product(price_paise=100_000)), 120_000)
    assert failures() == []
    tampered(statement)
    assert [problem for problem in failures() if told in problem], failures()


def test_a_rebuild_puts_all_totals_of_money_right(app, clock):
    order = make_order(None, make_product(price_paise=100_000))
    pay(order, 120_000)
    tampered("UPDATE customers SET credit_paise = 7")
    tampered("UPDATE method_totals SET received_paise = 5, payments = 9")
    tampered("UPDATE orders SET paid_paise = 1")
    with write():
        rebuild()
    assert money_of(order) == (100_000, 0, 20_000)
    assert_totals_right()
    assert db.session.scalar(select(Payment.id).where(Payment.kind == "refund"))
