"""returns.csv"""

import pytest
from sqlalchemy import select

from cms.db import db
from cms.models import Order, Return
from tests.imports.folders import ORDERS, folder_of, imported, one, problems
from tests.recount import assert_totals_right

RETURNS = "order_no,line_no,sku,quantity,reason,returned_at,refund_unit_price,credit_note_no\n"


def test_returns_take_their_share_of_the_line_unless_told_otherwise(app, tmp_path):
    rows = "O1,,P1,1,Cracked,2026-01-07,,\nO1,1,P1,2,,2026-01-08,101,CN7\n"
    imported(folder_of(tmp_path, returns=RETURNS + rows))
    found = db.session.execute(select(Return.ref, Return.refund_paise, Return.reason, Return.credit_note_ref)).all()
    assert [tuple(row) for row in found] == [("RET001", 10_000, "Cracked", ""), ("RET002", 20_200, "Not stated", "CN7")]
    assert one(Order, Order.ref == "O1").returned_paise == 30_200
    assert_totals_right()


def test_a_return_without_a_line_is_shared_among_the_lines_of_its_sku(app, tmp_path):
    rows = "O1,C1,2026-01-05,,,P1,2,5,,\nO1,C1,2026-01-05,,,P1,2,7,,\n"
    returns = RETURNS + "O1,,P1,3,,2026-01-07,,\n"
    folder = folder_of(tmp_path, orders=ORDERS + rows, returns=returns)
    assert imported(folder).files["returns.csv"].added == 1
    assert sorted(db.session.scalars(select(Return.refund_paise))) == [700, 1000]
    assert imported(folder).added == 0
    assert_totals_right()


@pytest.mark.parametrize(
    "row, column, why",
    [
        ("O9,,P1,1,,2026-01-07,,", "order_no", "There is no order O9"),
        ("O1,1,P1,4,,2026-01-07,,", "quantity", "Only 3 of P1 in order O1 are left to come back, not 4"),
        ("O1,2,P1,1,,2026-01-07,,", "sku", "Line 2 of order O1 has no product P1"),
        ("O1,,P1,1,,2026-01-04,,", "returned_at", "returned_at is before the day of the order"),
        ("O3,,P1,1,,2026-01-07,,", "order_no", "Order O3 is cancelled; nothing of it can come back"),
    ],
)
def test_a_return_that_cannot_be_is_refused(app, tmp_path, row, column, why):
    orders = ORDERS + "O1,C1,2026-01-05,,1,P1,3,5,,\nO3,C1,2026-01-05,Cancelled,1,P1,3,5,,\n"
    report = imported(folder_of(tmp_path, orders=orders, returns=RETURNS + row + "\n"))
    assert problems(report) == [("returns.csv", 2, column, why)]
