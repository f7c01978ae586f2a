"""A day's work at hours when it is another day in Greenwich: nothing of today is refused, or lies elsewhere."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from cms.checks.invariants import all_checks
from cms.dates import business_date, financial_year_label, to_local
from cms.db import db
from cms.models import Complaint, Customer, Feedback, Invoice, Order, Payment, Return
from tests.factories import make_customer, make_order, make_product, make_user
from tests.imports.folders import folder_of, imported
from tests.invoices.papers import open_shop
from tests.returns.test_routes import form as desk

HOURS = [
    (datetime(2026, 3, 31, 18, 50), "Asia/Kolkata"),  # 00:20 on the first day of a financial year
    (datetime(2026, 12, 31, 18, 30), "Asia/Kolkata"),  # midnight itself, in a new year
    (datetime(2028, 2, 29, 20, 0), "Asia/Kolkata"),
    (datetime(2026, 7, 15, 5, 0), "America/Los_Angeles"),  # the evening before
    (datetime(2026, 11, 1, 9, 30), "America/Los_Angeles"),  # 01:30 for the second time
]


@pytest.mark.parametrize("now, zone", HOURS)
def test_whatever_is_recorded_is_of_today(app, clock, tmp_path, now, zone):
    clock.now, today = now, business_date(now, zone)
    open_shop(zone=zone)
    client = app.test_client().sign_in(make_user("owner"))
    lamp, meera = make_product("Lamp", 10_000), make_customer("Meera Rao")
    order = make_order(meera, lamp, qty=3, status="Delivered")
    day, about = today.isoformat(), {"order": order.ref, "product": str(lamp.id)}
    paid = {"amount": "100", "method": "cash", "paid_on": day, "request_key": "a"}
    for path, sent in (
        (f"/orders/{order.id}/payments", paid),
        (f"/orders/{order.id}/payments", paid | {"amount": "1", "request_key": "b", "paid_on": f"{today:%d/%m/%Y}"}),
        ("/returns", desk(order, "1", reason="Damaged or defective")),
        (f"/orders/{order.id}/invoice", {}),
        ("/complaints", about | {"text": "It flickers", "priority": "normal", "request_key": "c"}),
        ("/feedback", about | {"rating": "4", "request_key": "d"}),
    ):
        answer = client.post_form(path, sent)
        assert answer.status_code == 303, (path, answer.text)
    meera_now = db.session.get_one(Customer, meera.id)
    standing = {"status": "Inactive", "reason": "Moved away", "until": day, "version": str(meera_now.version)}
    assert client.post_form(f"/customers/{meera.id}/status", standing).status_code == 303
    header = "order_no,customer_ref,ordered_at,status,sku,quantity,unit_price,delivered_at\n"
    at = to_local(now, zone).isoformat(" ", "minutes")
    rows = f"O1,C1,{at},Delivered,P1,1,100,{day}\nO2,C2,{day},Pending,P1,2,100,\n"
    assert not imported(folder_of(tmp_path, orders=header + rows)).problems

    days = (Order.ordered_on, Payment.paid_on, Return.returned_on, Complaint.opened_on, Feedback.given_on)
    for kept in (*days, Invoice.issued_on, Customer.created_on):
        assert set(db.session.scalars(select(kept))) == {today}, kept
    assert f"/{financial_year_label(today)}/" in db.session.scalars(select(Invoice.number)).one()
    for room, shown in (("orders", 3), ("payments", 2), ("returns", 1), ("invoices", 1), ("feedback", 1)):
        listed = client.get(f"/{room}?since={day}&until={day}").text
        assert listed.count('<td class="title') == shown, room
    assert [problem for check in all_checks() for problem in check.failures()] == []
    assert client.get("/").status_code == client.get("/dashboards?range=today&compare=year").status_code == 200
