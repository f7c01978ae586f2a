"""What comes without orders is counted in, and out again, without counting the whole shop anew."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from cms.db import db
from cms.imports import actions, reverting
from cms.models import Customer, DayTotal, Order
from tests.imports.folders import folder_of, imported, one
from tests.imports.test_reverting import revert
from tests.imports.uploads import sent
from tests.recount import assert_totals_right

FILES = {
    "customers": "customer_ref,name,created_at\nN1,Meera,2026-01-05\nN2,Nila,2026-01-05\nN3,Om,2026-03-01\n",
    "products": "sku,name,price,stock\nN1,Wick,5,12\nN2,Oil,80,\n",
    "returns": "order_no,line_no,sku,quantity,reason,returned_at,return_no,state,refund,refund_tax,refunded_on\n"
    "O1,1,P1,1,Broken,2026-01-08,R1,refunded,100,5,2026-01-08\n"
    "O1,1,P1,1,Broken,2026-01-08,R2,refunded,100,5,2026-01-08\n"
    "O1,2,P2,1,Broken,2026-01-08,R3,requested,250.50,0,\n"
    "O2,1,P1,2,Broken,2026-02-08,R4,refused,180,0,\n"
    "O2,1,P1,1,Broken,2026-02-09,R5,refunded,90,0,2026-02-11\n",
    "payments": "order_no,amount,paid_at,method,payment_no,kind,state\n"
    "O1,100,2026-01-06,cash,M1,payment,confirmed\nO1,30,2026-01-06,cash,M2,refund,confirmed\n"
    "O2,50,2026-01-07,credit,M3,refund,confirmed\nO2,20,2026-01-07,credit,M4,payment,confirmed\n"
    "O2,70,2026-01-08,upi,M5,payment,claimed\n",
    "feedback": "order_no,rating,comment,at\nO1,5,Good,2026-01-09\nO2,5,,2026-01-09\nO2,3,Late,2026-01-10\n",
    "complaints": "order_no,text\nO1,It came late\n",
}


@pytest.fixture
def no_rebuild(monkeypatch):
    def refuse():
        raise AssertionError("the whole shop is counted anew")

    def switch():
        monkeypatch.setattr(actions, "rebuild", refuse)
        monkeypatch.setattr(reverting, "rebuild", refuse)

    return switch


def busy_shop(tmp_path) -> None:
    """On the days of the files something has happened already."""
    returns = "order_no,line_no,sku,quantity,returned_at,return_no\nO1,1,P1,1,2026-01-08,R0\n"
    payments = "order_no,amount,paid_at\nO1,9,2026-01-06\n"
    feedback = "order_no,rating,at\nO1,5,2026-01-09\n"
    imported(folder_of(tmp_path, returns=returns, payments=payments, feedback=feedback))


def days() -> list[tuple]:
    happened = DayTotal.customers + DayTotal.return_count + DayTotal.delivered > 0
    return [tuple(row) for row in db.session.execute(select(*DayTotal.__table__.c).where(happened).order_by("day"))]


@pytest.mark.parametrize("table", FILES)
def test_a_file_without_orders_is_counted_in_and_out(app, tmp_path, no_rebuild, table):
    busy_shop(tmp_path)
    before = days()
    no_rebuild()
    report = sent(FILES[table], f"{table}.csv", fills=table)
    assert report["added"] == FILES[table].count("\n") - 1 and not report["errors"], report
    assert_totals_right()
    assert revert() == "The import is taken back"
    assert_totals_right()
    assert days() == before


def test_what_is_counted_is_what_the_rows_say(app, tmp_path, no_rebuild):
    imported(folder_of(tmp_path))
    no_rebuild()
    sent(FILES["returns"], "returns.csv", fills="returns")
    sent(FILES["payments"], "payments.csv", fills="payments")
    order = one(Order, Order.ref == "O1")
    assert (order.returned_units, order.returned_paise) == (3, 20000)
    assert (order.returned_tax_paise, order.paid_paise) == (1000, 7000)
    assert one(Customer, Customer.ref == "C2").credit_paise == 3000


def test_who_goes_to_another_segment_takes_the_orders_along(app, tmp_path):
    imported(folder_of(tmp_path))
    sent("customer_ref,name,segment\nC1,Asha Rao,Shop\n", "c.csv", fills="customers", mode="update")
    assert_totals_right()
    assert revert() == "The import is taken back"
    assert_totals_right()
