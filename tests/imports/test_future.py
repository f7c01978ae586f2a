"""What a file says has been cannot lie in the future; today, at any hour, is fine."""

import pytest
from sqlalchemy import func, select

from cms.db import db
from cms.models import Order
from tests.imports.folders import ORDERS, folder_of, imported, problems
from tests.imports.test_faults import WRONG
from tests.imports.uploads import fresh, make_upload

ROWS = {
    "customers": ("customer_ref,name,created_at,offers_since,archived_at\n", "C1,Asha,{},,\n", "created_at"),
    "orders": (ORDERS, "O9,C1,{},,,P1,1,5,,\n", "ordered_at"),
    "returns": ("order_no,sku,quantity,returned_at\n", "O1,P1,1,{}\n", "returned_at"),
    "payments": ("order_no,amount,paid_at\n", "O1,5,{}\n", "paid_at"),
    "feedback": ("order_no,rating,at\n", "O1,5,{}\n", "at"),
    "complaints": ("order_no,text,opened_at\n", "O1,Broken,{}\n", "opened_at"),
}
MORE = [
    ("orders", ORDERS + "O9,C1,2026-01-05,,,P1,1,5,,2026-03-15\n", "delivered_at"),
    ("customers", ROWS["customers"][0] + "C1,Asha,,2026-03-15,\n", "offers_since"),
    ("customers", ROWS["customers"][0] + "C1,Asha,,,2026-03-15\n", "archived_at"),
    ("products", "sku,name,archived_at\nP1,Lamp,2026-03-15\n", "archived_at"),
    ("returns", "order_no,sku,quantity,returned_at,refunded_on\nO1,P1,1,2026-02-01,2026-03-15\n", "refunded_on"),
    (
        "complaints",
        "order_no,text,status,opened_at,acknowledged_at\nO1,Broken,acknowledged,2026-02-01,2026-03-15\n",
        "acknowledged_at",
    ),
    (
        "complaints",
        "order_no,text,status,opened_at,resolved_at\nO1,Broken,resolved,2026-02-01,2026-03-15\n",
        "resolved_at",
    ),
]


def of_row(table, when):
    header, row, _column = ROWS[table]
    return header + row.format(when)


@pytest.mark.parametrize("when", ["2026-03-15", "2099-12-25", "2026-03-14T18:30:00Z"])
@pytest.mark.parametrize("table", ROWS)
def test_a_row_of_days_to_come_is_refused(app, clock, tmp_path, table, when):
    files = {table: of_row(table, when)} | ({"orders": ""} if table == "customers" else {})
    said = "25 Dec 2099" if when.startswith("2099") else "15 Mar"
    assert problems(imported(folder_of(tmp_path, **files)))[0] == (
        f"{table}.csv", 2, ROWS[table][2], f"{said} lies in the future",
    )  # fmt: skip
    assert not db.session.scalar(select(func.count()).select_from(Order))


@pytest.mark.parametrize("when", ["2026-03-14", "2026-03-14 23:59:59", "2026-03-14T18:29:59Z"])
@pytest.mark.parametrize("table", ROWS)
def test_today_is_fine_at_any_hour(app, clock, tmp_path, table, when):
    files = {table: of_row(table, when)} | ({"orders": ""} if table == "customers" else {})
    assert not problems(imported(folder_of(tmp_path, **files)))


@pytest.mark.parametrize("table, text, column", MORE, ids=[column for _table, _text, column in MORE])
def test_whatever_else_must_have_been_is_refused_too(app, clock, tmp_path, table, text, column):
    files = {table: text} | ({"orders": ""} if table in ("customers", "products") else {})
    found = problems(imported(folder_of(tmp_path, **files)))[0]
    assert found == (f"{table}.csv", 2, column, "15 Mar lies in the future")


def test_a_deadline_may_lie_in_the_future(app, clock, tmp_path):
    text = "order_no,text,opened_at,acknowledge_by,resolve_by\nO1,Broken,2026-03-14,2026-03-16,2026-04-14\n"
    assert not problems(imported(folder_of(tmp_path, complaints=text)))


def test_the_browser_says_it_beside_all_else_that_is_wrong(app, clock):
    upload = make_upload(WRONG["orders"].replace("yesterday", "2099-12-25"), check=True, fills="orders")
    found = [why for _line, column, why in fresh(upload).report["problems"] if column == "ordered_at"]
    assert found == ["25 Dec 2099 lies in the future"]
