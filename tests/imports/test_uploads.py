"""From a file to the shop through the browser: matched, foretold exactly, landed, remembered."""

from __future__ import annotations

import csv
import gzip
import io
import threading

import pytest
from sqlalchemy import func, select

from cms.db import db
from cms.exports.rules import Manner
from cms.exports.runner import Export
from cms.exports.tables import TABLES
from cms.imports import queries
from cms.models import Activity, Counter, Customer, CustomerTerm, Import, Order, Product, StockMove, UploadPiece
from tests.factories import make_customer, make_product, set_shop
from tests.imports.folders import ORDERS, SMALL, one
from tests.imports.uploads import SHOPIFY, fresh, job_of, land, make_upload, match, send, sent, work, workbook
from tests.recount import assert_totals_right

MIXED = (
    "customer_ref,name,email,phone,city,note\n"
    "CUST001,Asha Rao,,98480 22338,Guntur,\n"
    ",Somebody,meera@example.com,,Pune,called\n"
    ",Ravi,,98480 22339,,\n"
    ",Uma,,,Chennai,\n"
)


def counts(report) -> tuple[int, ...]:
    return tuple(report[name] for name in ("added", "updated", "known", "errors"))


@pytest.fixture
def people(app):
    """Asha by number, Meera by e-mail, Ravi by phone."""
    make_customer("Asha", phone="+919848022337", city="Vizag")
    make_customer("Meera", email="Meera@Example.com", city="Pune")
    make_customer("Ravi Stores", phone="+919848022339", note="pays late")


@pytest.mark.parametrize("mode, expected", [("create", (1, 0, 3, 0)), ("both", (1, 3, 0, 0)), ("update", (0, 3, 1, 0))])
def test_rows_are_known_by_number_e_mail_or_phone(people, mode, expected):
    assert counts(sent(MIXED, mode=mode)) == expected
    assert_totals_right()
    asha, meera, ravi = (one(Customer, Customer.ref == f"CUST00{n}") for n in (1, 2, 3))
    if mode == "create":
        assert (asha.name, meera.name, ravi.version) == ("Asha", "Meera", 1)
    else:
        assert (asha.name, asha.phone, asha.city, asha.version) == ("Asha Rao", "+919848022338", "Guntur", 2)
        assert (meera.name, meera.email, meera.note) == ("Somebody", "Meera@Example.com", "called")
        assert (ravi.name, ravi.note) == ("Ravi", "pays late")  # a blank cell says nothing
        found = select(CustomerTerm.customer_id).where(CustomerTerm.term == "somebody")
        assert db.session.scalars(found).all() == [meera.id]
        assert db.session.scalar(select(func.count()).where(CustomerTerm.term == "stores")) == 0
        said = db.session.scalars(select(Activity).where(Activity.verb == "customer.edited")).all()
        assert [entry.before for entry in said if entry.customer_id == asha.id] == [
            {"city": "Vizag", "name": "Asha", "phone": "+919848022337"}
        ]
    if mode != "update":
        assert one(Customer, Customer.name == "Uma").ref == "CUST004"


def test_the_same_file_again_changes_nothing(people):
    sent(MIXED, mode="both")
    before = db.session.scalars(select(Customer.version).order_by(Customer.id)).all()
    assert counts(sent(MIXED, mode="both")) == (0, 0, 4, 0)
    assert counts(sent(MIXED, mode="create")) == (0, 0, 4, 0)
    assert db.session.scalars(select(Customer.version).order_by(Customer.id)).all() == before


def test_what_another_has_is_refused_by_name_and_line(people):
    rows = (
        "customer_ref,name,email,phone\nCUST001,Asha,meera@example.com,\nCUST003,,,98480 22337\n"
        "CUST001,Asha,,\nC9,New,new@example.com,\nC10,Newer,new@example.com,\nC11,Bad,not an e-mail,\n"
    )
    upload = make_upload(rows, check=True, mode="both")
    assert [(line, name, why.split(" already")[0]) for line, name, why in fresh(upload).report["problems"]] == [
        (2, "email", "Meera (CUST002)"),
        (3, "phone", "Asha (CUST001)"),
        (4, None, "Asha (CUST001) stands in line 2"),
        (6, "email", "New (C9)"),
        (7, "email", fresh(upload).report["problems"][-1][2]),
    ]


def test_a_shopify_file_is_recognised_and_what_is_left_out_can_be_put_right(app):
    upload = make_upload(SHOPIFY, "customers_export.csv", check=True)
    kept = fresh(upload)
    assert (kept.source, kept.fills, counts(kept.report)) == ("shopify", "customers", (2, 0, 0, 1))
    assert land(upload)
    asha, meera = db.session.scalars(select(Customer).order_by(Customer.id)).all()
    assert (asha.name, asha.phone, asha.address) == ("Asha Rao", "+919848022338", "12 Temple Road, Near the bank")
    assert (asha.state, asha.country, asha.postcode, asha.note) == ("Andhra Pradesh", "India", "522002", "Likes silk")
    assert (meera.name, meera.email, meera.phone) == ("Meera Stores", "stores@example.com", "+919822012345")
    left = gzip.decompress(queries.rejected_or_404(upload)).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(left)))
    assert len(rows) == 2 and rows[1][1] == "Ravi" and rows[1][-1].startswith("email: ")
    assert counts(sent(left.replace("ravi@example", "ravi@example.com"))) == (1, 0, 0, 0)
    assert one(Customer, Customer.name == "Ravi Kumar").state == "Tamil Nadu"


def test_a_text_like_a_formula_comes_as_it_was_meant_from_the_rows_left_out_too(app):
    """The mark of an export was doubled there, and one of the two came in with the name."""
    upload = make_upload("name,phone,note\n'=Cmd & Co,12,'-1+2\n'n' Co,13,''=2\n", check=True)
    left = gzip.decompress(queries.rejected_or_404(upload)).decode("utf-8-sig")
    assert [row[:3] for row in csv.reader(io.StringIO(left))][1:] == [
        ["'=Cmd & Co", "12", "'-1+2"],
        ["'n' Co", "13", "''=2"],
    ]
    assert counts(sent(left.replace(",12,", ",9848022338,").replace(",13,", ",9848022339,"))) == (2, 0, 0, 0)
    found = db.session.execute(select(Customer.name, Customer.note).order_by(Customer.id)).all()
    assert found == [("=Cmd & Co", "-1+2"), ("'n' Co", "'=2")]


def test_how_a_file_was_matched_is_remembered_for_its_columns(app):
    text = "Party,Cell,Town\nAsha,98480 22338,Guntur\n"
    upload = make_upload(text)
    assert fresh(upload).fills == ""
    match(upload, fills="customers", matching=["name", "phone", "city"], mode="both")
    again = fresh(make_upload(text.replace("Asha", "Uma")))
    assert (again.fills, again.matching, again.mode) == ("customers", ["name", "phone", "city"], "both")
    assert any("as they were the last time" in said for said in again.said)


def test_products_get_codes_prices_and_stock(app):
    make_product("Lamp", price_paise=10_000, stock=5, sku="P1")
    rows = "Item name*,Item code,Sale price,Tax Rate,Current stock\nLamp,P1,120,GST@18%,8\nBell,,99.50,None,-2\n"
    assert counts(sent(rows, mode="both")) == (1, 1, 0, 0)
    lamp, bell = db.session.scalars(select(Product).order_by(Product.id)).all()
    assert (lamp.price_paise, lamp.gst_rate_bp, lamp.stock) == (12_000, 1800, 8)
    assert (bell.sku, bell.price_paise, bell.gst_rate_bp, bell.stock) == ("PROD001", 9950, 0, 0)
    assert db.session.scalars(select(StockMove.quantity).order_by(StockMove.id)).all() == [5, 3]
    assert_totals_right()


def test_orders_rest_on_what_is_there_and_are_settled_unless_payments_follow(app):
    for name, follow in (("O1", False), ("O2", True)):
        if not follow:
            assert counts(sent(SMALL["customers"])) == (2, 0, 0, 0) and counts(sent(SMALL["products"])) == (2, 0, 0, 0)
        row = f"{name},C1,2026-01-05 10:00,Delivered,1,P1,3,100,,\n{name},C1,2026-01-05 10:00,Delivered,2,NONE,1,5,,\n"
        assert counts(sent(ORDERS + row, follow=follow)) == (1, 0, 0, 1)
        assert one(Order, Order.ref == name).due_paise == (30_000 if follow else 0)
    assert counts(sent("order_no,amount,paid_at\nO2,300,2026-01-06\nO9,1,2026-01-06\n")) == (1, 0, 0, 1)
    assert one(Order, Order.ref == "O2").due_paise == 0
    assert_totals_right()


def test_a_check_writes_nothing_and_takes_no_number(app):
    before = db.session.scalars(select(Counter.value).order_by(Counter.name)).all()
    upload = make_upload(MIXED.replace("city,note", "city,segment"), check=True, mode="both")
    assert fresh(upload).report["added"] == 4
    assert db.session.scalar(select(func.count(Customer.id))) == 0
    assert db.session.scalars(select(Counter.value).order_by(Counter.name)).all() == before
    assert land(upload)
    assert db.session.scalar(select(func.count()).select_from(UploadPiece)) == 0


@pytest.mark.parametrize("table", ["customers", "products"])
def test_an_exported_workbook_comes_back(client, table):
    set_shop(zone="Asia/Kolkata")
    make_customer("=1+1 Stores", email="a@example.com", phone="+919848022338", postcode="522002", country="India")
    make_product("Lamp", price_paise=10_050, gst_rate_bp=1800, stock=7, sku="0012")
    data = b"".join(Export(TABLES[table], "xlsx", Manner("INR", "Asia/Kolkata", None)).pieces())  # type: ignore[arg-type]
    page = client.get(f"/imports/uploads/{make_upload(data, f'{table}.xlsx')}")
    assert page.status_code == 200 and "nothing in the first rows" in page.text  # its last columns are empty
    assert counts(sent(data, f"{table}.xlsx", mode="both")) == (0, 0, 1, 0)


def test_rows_of_a_workbook_are_counted_as_people_see_them(app):
    data = workbook([["Name", "Mobile"], ["Asha", '<c r="B2"><v>9848022338</v></c>'], ["", ""], ["Uma", "12"]])
    upload = make_upload(data, "list.xlsx", check=True)
    assert [problem[0] for problem in fresh(upload).report["problems"]] == [4]
    assert land(upload) and one(Customer, Customer.name == "Asha").phone == "+919848022338"


def test_a_file_that_breaks_off_lands_not_at_all(app):
    upload = make_upload('name,city\nAsha,Guntur\nUma,"Pune\n', check=True)
    assert "never closed" in fresh(upload).report["bad"] and job_of(upload).state == "failed"
    assert not queries.has_rejected(upload)  # no row of it is left out: all of it is refused
    assert db.session.scalar(select(func.count(Customer.id))) == 0


def test_the_pages_lead_from_the_file_to_the_import(client, viewer):
    answer = send(client, SHOPIFY.encode(), "customers_export.csv")
    page = client.get(answer.location)
    assert "Recognised: Shopify customers" in page.text and "12 Temple Road" in page.text
    form = {"version": "1", "fills": "customers", "shown": "customers", "mode": "create"}
    form |= {"column-1": "name", "column-3": "email", "column-5": "company"}
    assert "can be updated" in client.post_form(answer.location + "/matching", form | {"mode": "x"}).text
    lacking = client.post_form(answer.location + "/matching", {**form, "column-1": "", "column-5": ""})
    assert lacking.status_code == 422 and "Say which column is name" in lacking.text
    assert client.post_form(answer.location + "/matching", form | {"fills": "products"}).location.endswith(
        "fills=products"
    )
    assert client.post_form(answer.location + "/matching", form).status_code == 303
    assert "Waiting for its turn" in client.get(answer.location).text
    again = client.post_form(answer.location + "/matching", form | {"version": "2"})
    assert again.status_code == 422 and "being worked on" in again.text
    work()
    assert "Import 2 rows" in client.get(answer.location).text
    assert client.get(answer.location + "/left-out.csv").status_code == 200
    assert viewer.get(answer.location + "/left-out.csv").status_code == 403
    client.post_form(answer.location + "/landing", {"version": "2"})
    client.post_form(answer.location + "/landing", {"version": "2"})  # a second tap
    work()
    assert "Rows: 2 added, 1 left out" in client.get(answer.location).text
    assert db.session.scalar(select(func.count(Import.id))) == 1
    assert "customers_export.csv" in client.get("/imports").text


def test_a_file_can_be_thrown_away(client):
    at = send(client, SHOPIFY.encode()).location
    assert client.post_form(at + "/removal", {"version": "1"}).status_code == 303
    assert client.get(at).status_code == 404
    assert db.session.scalar(select(func.count()).select_from(UploadPiece)) == 0


@pytest.mark.parametrize("table", ["customers", "products", "orders", "returns", "payments", "feedback", "complaints"])
def test_a_template_is_a_file_that_can_be_sent(client, table):
    found = client.get(f"/imports/templates/{table}.csv")
    upload = fresh(make_upload(found.data, f"{table}.csv"))
    assert upload.fills == table and all(upload.matching)
    assert client.get("/imports/templates/users.csv").status_code == 404


@pytest.mark.parametrize("database", ["mariadb"], indirect=True)  # SQLite lets nobody else write meanwhile
def test_who_adds_customers_meanwhile_gets_none_of_the_ids_of_a_file(app, monkeypatch):
    rows = "".join(f"C{n},Customer {n}\n" for n in range(9))
    upload = make_upload("customer_ref,name\n" + rows, check=True)
    met: list[int] = []

    def another(*_args) -> None:
        def add() -> None:
            with app.app_context():
                met.append(make_customer("Meanwhile").id)

        thread = threading.Thread(target=add)
        thread.start()
        thread.join()

    monkeypatch.setattr("cms.imports.files.CHUNK", 3)
    monkeypatch.setattr("cms.jobs.beats.tell", another)
    assert land(upload)
    first, last = db.session.get_one(Import, fresh(upload).import_id).spans["customers"]
    assert len(met) == 3 and not [one for one in met if first <= one <= last]
    assert db.session.scalar(select(func.count(Customer.id)).where(Customer.id.between(first, last))) == 9
