"""An import lands whole or not at all, and lands once."""

from datetime import date

from sqlalchemy import func, select

from cms.db import db
from cms.figures import sheet
from cms.imports.actions import import_folder
from cms.models import (
    Activity,
    Customer,
    CustomerTerm,
    Import,
    Order,
    OrderLine,
    Payment,
    Product,
    Return,
    StatusChange,
)
from cms.models.care import Complaint, Feedback
from cms.refs import next_ref
from tests.factories import make_customer, set_shop, write
from tests.imports.folders import REAL, folder_of, imported, one, problems
from tests.recount import assert_totals_right

TABLES = (
    Customer,
    CustomerTerm,
    Product,
    Order,
    OrderLine,
    Return,
    StatusChange,
    Payment,
    Feedback,
    Complaint,
    Activity,
    Import,
)


def row_counts():
    return [db.session.scalar(select(func.count()).select_from(table)) for table in TABLES]


def test_a_real_shops_orders_come_out_to_the_last_penny(app):
    set_shop(currency="GBP", zone="Europe/London")
    report = imported(REAL)
    assert not report.problems and report.files["orders.csv"].added == 159
    found = sheet.figures(date.fromisoformat("2011-12-31"), sheet.shop())
    assert found["money"] == {"gross": "6099.03", "returned": "412.74", "net": "5686.29", "average_order": "203.30"}
    assert (found["orders"]["total"], found["orders"]["lines"], found["orders"]["units"]) == (30, 159, 1687)
    assert found["returns"] == {
        "rows": 12,
        "units": 119,
        "orders": 10,
        "rate_by_orders": 0.333333,
        "rate_by_units": 0.070539,
    }
    assert found["customers"]["with_orders"] == 11 and found["customers"]["repeat"] == 3
    assert [row["revenue"] for row in found["top_customers"]["by_revenue"]] == [
        "2240.00", "1079.96", "1019.12", "700.80", "292.20",
    ]  # fmt: skip
    assert {row["month"]: row["gross"] for row in found["sales_by_month"] if row["orders"]} == {
        "2010-12": "3110.65", "2011-01": "171.33", "2011-06": "284.85", "2011-08": "2240.00", "2011-10": "292.20",
    }  # fmt: skip
    assert_totals_right()


def test_importing_again_changes_nothing(app):
    imported(REAL)
    before = row_counts()
    report = imported(REAL)
    assert report.added == 0 and not report.problems
    assert {count.known for count in report.files.values()} == {11, 95, 159, 12}
    assert row_counts() == before


def test_a_dry_run_reads_everything_and_stores_nothing(app):
    before = row_counts()
    with write():
        report = import_folder(REAL, None, dry_run=True)
        db.session.rollback()
    assert report.added == 277 and row_counts() == before


def test_one_bad_row_keeps_the_whole_folder_out(app, tmp_path):
    before = row_counts()
    report = imported(folder_of(tmp_path, products="sku,name,price\nP1,Lamp,100\nP2,Bell,-5\n"))
    assert ("products.csv", 3, "price", "An amount cannot be negative") in problems(report)
    assert ("orders.csv", 3, "sku", "There is no product P2") in problems(report)
    assert row_counts() == before


def test_the_rest_lands_when_bad_rows_are_skipped(app, tmp_path):
    imported(folder_of(tmp_path, products="sku,name,price\nP1,Lamp,100\nP2,Bell,-5\n"), skip_bad_rows=True)
    order = one(Order, Order.ref == "O1")
    assert (order.line_count, order.total_paise, order.payable_paise) == (1, 30_000, 30_000)
    assert_totals_right()


def test_a_bad_file_keeps_everything_out_whatever_is_skipped(app, tmp_path):
    report = imported(folder_of(tmp_path, orders="order_no,sku\nO1,P1\n"), skip_bad_rows=True)
    lacking = "orders.csv lacks the columns customer_ref, ordered_at, quantity, unit_price"
    assert problems(report) == [("orders.csv", None, None, lacking)]
    assert db.session.scalar(select(func.count(Customer.id))) == 0


def test_feedback_and_complaints_find_their_customer(app, tmp_path):
    feedback = "order_no,rating,comment,at\nO1,5,Good,2026-01-09\nO2,3,,\n"
    complaints = (
        "order_no,customer_ref,sku,text,status,opened_at\nO1,,P1,Late,resolved,2026-01-09\n,C2,,Rude,,2026-01-09\n"
    )
    assert not imported(folder_of(tmp_path, feedback=feedback, complaints=complaints)).problems
    assert db.session.scalars(select(Feedback.given_on).order_by(Feedback.id)).all() == [
        date.fromisoformat("2026-01-09"),
        date.fromisoformat("2026-01-06"),
    ]
    assert db.session.scalars(select(Complaint.state).order_by(Complaint.id)).all() == ["resolved", "open"]


def test_a_complaint_of_nobody_is_refused(app, tmp_path):
    report = imported(folder_of(tmp_path, complaints="order_no,customer_ref,text\n,,Late\nO1,C2,Late\n"))
    assert [problem[1:3] for problem in problems(report)] == [(2, "customer_ref"), (3, "customer_ref")]


def test_an_e_mail_that_another_has_is_refused_by_name(app, tmp_path):
    make_customer("Meera Rao", email="meera@example.com")
    rows = "customer_ref,name,email,phone\nC1,Asha,Meera@Example.com,\nC2,Ravi,,98765 43210\nC3,Ravi,,+919876543210\n"
    report = imported(folder_of(tmp_path, customers=rows, orders=""))
    assert problems(report) == [
        ("customers.csv", 2, "email", "Meera Rao (CUST001) already has this e-mail"),
        ("customers.csv", 4, "phone", "Ravi (C2) already has the phone 98765 43210"),
    ]


def test_a_customer_counts_from_the_first_order_unless_a_date_is_given(app, tmp_path):
    rows = "customer_ref,name,created_at\nC1,Asha,\nC2,Ravi,2025-03-04\n"
    imported(folder_of(tmp_path, customers=rows))
    assert one(Customer, Customer.ref == "C1").created_on == date.fromisoformat("2026-01-05")
    assert one(Customer, Customer.ref == "C2").created_on == date.fromisoformat("2025-03-04")


def test_a_gstin_of_another_state_is_kept_and_told(app, tmp_path):
    gstin = "27AAPFU0939F1ZV"
    rows = f"customer_ref,name,state,gstin\nC1,Asha,Karnataka,{gstin}\nC2,Ravi,,{gstin}\nC3,Uma,maharashtra,{gstin}\n"
    report = imported(folder_of(tmp_path, customers=rows))
    kept = {row.ref: (row.state, row.gstin) for row in db.session.scalars(select(Customer))}
    assert kept == {"C1": ("Karnataka", gstin), "C2": ("", gstin), "C3": ("maharashtra", gstin)}
    what = "customers have a GSTIN of another state than their address: their invoices go by the GSTIN"
    assert report.notices == [f"customers.csv: 1 {what} (line 2)"]


def test_imported_customers_are_found_as_added_ones_are(app, tmp_path):
    rows = "customer_ref,name,email,segment,gender\nC1,Asha Rao,a@example.com,wholesale,Female\nC2,Ravi,,individual,m\n"
    report = imported(folder_of(tmp_path, customers=rows))
    asha, ravi = one(Customer, Customer.ref == "C1"), one(Customer, Customer.ref == "C2")
    assert (asha.segment, asha.gender, ravi.segment, ravi.gender) == ("wholesale", None, "Individual", "Male")
    assert "customers.csv: added the segment wholesale" in report.notices
    assert db.session.scalar(
        select(func.count()).where(CustomerTerm.customer_id == asha.id, CustomerTerm.term == "sha")
    )


def test_numbers_go_on_behind_the_imported_ones(app, tmp_path):
    imported(folder_of(tmp_path, customers="customer_ref,name\nC1,Asha\nC2,Ravi\nCUST041,Meera\n"))
    with write():
        assert next_ref(Customer) == "CUST042"


def test_an_import_leaves_one_entry_in_the_trail(app, tmp_path):
    imported(folder_of(tmp_path))
    landed = one(Import)
    assert landed.counts["orders.csv"] == {"rows": 3, "added": 3} and len(landed.digest) == 64
    assert one(Activity).verb == "import.landed"


def test_a_folder_without_any_known_file_is_refused(app, tmp_path):
    (tmp_path / "notes.csv").write_text("a,b\n")
    report = imported(tmp_path)
    assert report.file_errors == 1 and report.notices == ["Ignored files of other names: notes.csv"]
