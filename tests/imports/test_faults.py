"""A row with several wrong cells: all of them are said, and it counts once."""

from __future__ import annotations

import csv
import gzip
import io

import pytest

from cms.imports import queries
from tests.imports.folders import ORDERS
from tests.imports.uploads import fresh, make_upload

WRONG = {
    "customers": "customer_ref,name,email,phone,gender\nC1,,no,12,Robot\nC2,Uma,uma@x.in,,\n",
    "products": "sku,name,price,gst_rate,stock\nP1,Lamp,free,many,few\nP2,Bell,5,,\n",
    "orders": ORDERS + "O1,C9,yesterday,Lost,x,NONE,0,free,much,\n",
    "payments": "order_no,amount,paid_at,method\nO9,0,never,barter\n",
    "returns": "order_no,sku,quantity,returned_at\nO9,P1,0,never\n",
    "feedback": "order_no,rating,at\nO9,6,never\n",
    "complaints": "order_no,customer_ref,sku,text,status,opened_at\nO9,C9,P9,,angry,never\n",
}


@pytest.mark.parametrize(
    "table, faults",
    [
        ("customers", ["email", "gender", "name", "phone"]),
        ("products", ["gst_rate", "price", "stock"]),
        ("orders", ["customer_ref", "discount_percent", "line_no", "ordered_at", "quantity", "sku", "status",
                    "unit_price"]),
        ("payments", ["amount", "method", "order_no", "paid_at"]),
        ("returns", ["order_no", "quantity", "returned_at"]),
        ("feedback", ["at", "order_no", "rating"]),
        ("complaints", ["customer_ref", "opened_at", "order_no", "sku", "status", "text"]),
    ],
)  # fmt: skip
def test_all_that_is_wrong_with_a_row_is_said_at_once(client, table, faults):
    upload = make_upload(WRONG[table], check=True, fills=table)
    report = fresh(upload).report
    assert sorted(column for _line, column, _why in report["problems"]) == faults and report["errors"] == 1
    assert client.get(f"/imports/uploads/{upload}").text.count(">Line 2<") == 1
    [_header, row] = csv.reader(io.StringIO(gzip.decompress(queries.rejected_or_404(upload)).decode("utf-8-sig")))
    assert all(f"{column}: " in row[-1] for column in faults)
