"""The page, and that a file holds just what its list shows, for who may take it, and is written down."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import select

from cms.db import db
from cms.exports import reading, runner
from cms.exports.tables import TABLES
from cms.models import Activity, Customer
from tests.exports.shops import fill_with_everything, rows_in, sheets_in
from tests.factories import make_customer, make_order, write

LISTS = [
    ("customers", "customers", "segment=Business", r"CUST\d+(?=</small>)", "customer_ref"),
    ("customers", "customers", "q=co&status=Active", r"CUST\d+(?=</small>)", "customer_ref"),
    ("customers", "customers", "archived=1", r"CUST\d+(?=</small>)", "customer_ref"),
    ("customers", "customers", "rfm=champions&sort=spent", r"CUST\d+(?=</small>)", "customer_ref"),
    ("orders", "order-totals", "status=Pending", r"ORD\d+(?=</a>)", "order_no"),
    ("orders", "order-totals", "since=2026-03-01&sort=oldest", r"ORD\d+(?=</a>)", "order_no"),
    ("orders", "order-totals", "unpaid=1&q=co", r"ORD\d+(?=</a>)", "order_no"),
    ("products", "products", "q=saree&sort=sold", r"PROD\d+(?=</small>)", "sku"),
    ("products", "products", "low=1", r"(?<=quiet\">)[^<]+(?=</small>)", "sku"),
    ("returns", "returns", "state=refunded", r"RET\d+(?=</a>)", "return_no"),
    ("complaints", "complaints", "seen=list", r"CMP\d+(?=</a>)", "complaint_no"),
    ("complaints", "complaints", "tab=resolved", r"CMP\d+(?=</a>)", "complaint_no"),
    ("payments", "payments", "method=cash", r"PAY\d+(?=</small>)", "payment_no"),
    ("payments", "payments", "state=claimed", r"PAY\d+(?=</small>)", "payment_no"),
    ("invoices", "invoices", "since=2026-03-01", r"INV/[\d-]+/\d+(?=</a>)", "invoice_no"),
]


def shown(client, room: str, query: str, ref: str) -> list[str]:
    """The numbers on all pages of a list, in their order."""
    found, url = [], f"/{room}?{query}"
    while url:
        page = client.get(url).text
        table = page[page.index("<tbody") : page.index("</tbody>")] if "<tbody" in page else ""
        found += re.findall(ref, table)
        after = re.search(r'rel="next" href="([^"]+)"', page)
        url = after[1].replace("&amp;", "&") if after else ""
    return found


def said() -> list[tuple[str, dict]]:
    db.session.rollback()
    query = select(Activity.verb, Activity.after).where(Activity.thing == "exports").order_by(Activity.id)
    return [tuple(row) for row in db.session.execute(query)]


@pytest.fixture
def shop(client, clock):
    fill_with_everything()
    return client


def test_a_file_holds_just_what_its_list_shows_in_its_order(shop, monkeypatch):
    monkeypatch.setattr(reading, "AT_ONCE", 7)
    for room, table, query, ref, column in LISTS:
        listed = shown(shop, room, query, ref)
        assert listed, (room, query)
        rows = rows_in(shop.get(f"/exports/{table}.csv?{query}").data)
        assert [row[column].removeprefix("'") for row in rows] == [one.replace("&#39;", "'") for one in listed], query


def test_lines_of_the_orders_of_a_list_and_feedback_and_the_trail(shop):
    rows = rows_in(shop.get("/exports/orders.csv?status=Cancelled").data)
    assert {row["status"] for row in rows} == {"Cancelled"}
    assert list(dict.fromkeys(row["order_no"] for row in rows)) == shown(
        shop, "orders", "status=Cancelled", r"ORD\d+(?=</a>)"
    )
    rated = rows_in(shop.get("/exports/feedback.csv?rating=4").data)
    assert rated and {row["rating"] for row in rated} == {"4"}
    done = rows_in(shop.get("/exports/activity.csv?kind=complaints").data)
    assert done and {row["about"] for row in done} == {"complaints"}


def test_every_table_comes_whole_in_both_formats(shop):
    counts = reading.counts()
    for name, table in TABLES.items():
        rows = rows_in(shop.get(f"/exports/{name}.csv").data)
        sheet = sheets_in(shop.get(f"/exports/{name}.xlsx").data)[table.label]
        grown = len(said()) if name == "activity" else 0  # the exports before it
        assert [text for _style, text in sheet[0]] == table.names
        assert len(rows) == counts[name] + max(grown - 2, 0) and len(sheet) == counts[name] + 1 + max(grown - 1, 0)


def test_the_archived_are_in_the_whole_table_and_not_in_the_list(shop):
    assert any(row["archived_at"] for row in rows_in(shop.get("/exports/customers.csv").data))
    assert not any(row["archived_at"] for row in rows_in(shop.get("/exports/customers.csv?seen=list").data))


def test_a_file_says_what_it_is(client, clock):
    make_customer("अशा = x")
    answer = client.get("/exports/customers.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="customers-2026-03-14.csv"'
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-store" and "Content-Encoding" not in answer.headers
    assert answer.headers["X-Accel-Buffering"] == "no"
    lines = answer.data.decode("utf-8-sig").split("\r\n")
    assert len(lines) == 3 and lines[-1] == "" and "\n" not in answer.text.replace("\r\n", "")
    assert client.get("/exports/customers.xlsx").headers["Content-Disposition"].endswith('-2026-03-14.xlsx"')
    for path in ("/exports/users.csv", "/exports/customers.pdf", "/exports/sessions.csv", "/exports/settings.xlsx"):
        assert client.get(path).status_code == 404


def test_a_clock_in_another_zone_names_the_day_of_the_shop(client, clock):
    clock.now = clock.now.replace(hour=19)
    assert "2026-03-15" in client.get("/exports/products.csv").headers["Content-Disposition"]


def test_the_buttons_post_and_what_was_taken_is_written_down(client, clock):
    make_customer("Meera Rao")
    make_customer("Asha Stores")
    assert len(rows_in(client.post_form("/exports/customers.csv?q=meera").data)) == 1
    client.post_form("/exports/customers.xlsx").data  # noqa: B018
    assert said() == [
        ("export.made", {"what": "1 customer", "format": "CSV", "filter": {"q": "meera"}}),
        ("export.made", {"what": "2 customers", "format": "Excel", "filter": {}}),
    ]
    assert "Exported 2 customers as Excel" in client.get("/activity?kind=exports").text


def test_a_viewer_sees_the_page_but_takes_nothing(viewer):
    make_customer("Meera Rao")
    page = viewer.get("/exports").text
    assert "take its data away" in page and "/exports/customers.csv" not in page
    assert "Export</summary>" not in viewer.get("/customers").text
    for send in (viewer.get, viewer.post_form):
        answer = send("/exports/customers.csv")
        assert answer.status_code == 403 and "Meera" not in answer.text
    assert said() == []


def test_staff_take_files(staff):
    make_customer("Meera Rao")
    assert "Export</summary>" in staff.get("/customers").text
    assert len(rows_in(staff.post_form("/exports/customers.csv").data)) == 1


def test_a_third_at_once_is_asked_to_wait_and_turns_come_back(client):
    for _ in range(runner.MOST_AT_ONCE):
        assert runner.turns.acquire(blocking=False)
    try:
        answer = client.get("/exports/customers.csv")
        assert (answer.status_code, "Other exports are under way" in answer.text) == (429, True)
        assert answer.headers["Retry-After"]
    finally:
        for _ in range(runner.MOST_AT_ONCE):
            runner.turns.release()
    for _ in range(2 * runner.MOST_AT_ONCE):
        assert client.get("/exports/customers.csv").status_code == 200
        assert client.head("/exports/customers.csv").status_code == 200


def test_the_page_counts_and_offers_every_table(client, clock):
    make_order()
    page = client.get("/exports").text
    for name in TABLES:
        assert f'action="/exports/{name}.csv"' in page and f'action="/exports/{name}.xlsx"' in page
    assert "1 order line<" in page and "0 credit notes" in page


def test_a_name_that_is_a_formula_is_not_worked_out(client, clock):
    make_customer("=1+1")
    with write():
        db.session.scalars(select(Customer)).one().created_on = date(2026, 3, 14)
    assert "'=1+1" in client.get("/exports/customers.csv").text
    assert ("inlineStr", "=1+1") in sheets_in(client.get("/exports/customers.xlsx").data)["Customers"][1]
