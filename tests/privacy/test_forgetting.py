"""A person's data as a file, and a person who is forgotten: nothing says who it was, and no figure changes."""

from __future__ import annotations

import json
import re
import zipfile
from io import BytesIO

import pytest
from sqlalchemy import String, Text, select

from cms import clock
from cms.activity.queries import entry_or_404
from cms.activity.undo import undo
from cms.customers.actions import archive_customer, edit_customer
from cms.db import db
from cms.errors import RuleError
from cms.figures.sheet import figures, shop
from cms.jobs.actions import enqueue
from cms.models import Activity, Customer, FeedbackLink, Invoice, Job, Merge, Notification, Order, StoredFile
from cms.notifications.actions import send_again
from cms.notifications.queries import KIND as SENDING
from cms.privacy.actions import forget
from cms.privacy.queries import OMITTED, holdings
from cms.privacy.words import label
from tests.after_sale import make_complaint, make_feedback, make_feedback_link, make_invoiced, make_message, make_return
from tests.duplicates.doing import apart, merge, new_lamp
from tests.factories import make_customer, make_order, write
from tests.imports.uploads import sent
from tests.payments.doing import pay
from tests.recount import assert_totals_right

WORDS = ("Zubeida", "zubeida", "98123", "Lotus", "mango", "Mango", "Zubi")
PAPERS = {("invoices", "content"), ("credit_notes", "content")}


@pytest.fixture(autouse=True)
def sound(app):
    yield
    assert_totals_right()


def zubeida() -> Customer:
    """Who left something everywhere, always with one of WORDS."""
    who = make_customer(
        "Zubeida Khan", email="zubeida@mango.example", phone="+919812300000", address="1 Lotus Road",
        note="mango lover", city="Mango Town", postcode="522001", gender="Female",
    )  # fmt: skip
    make_customer("Usha Somebody")
    lamp = new_lamp()
    order = make_order(who, lamp, qty=3, status="Delivered", address="1 Lotus Road", note="Call Zubi")
    pay(order, order.total_paise, note="from Zubi")
    make_return(order, state="refunded", words="Zubi says it is broken")
    make_complaint(order, "Zubeida is angry", state="resolved")
    make_feedback(order, lamp, 2, "mango coloured")
    make_invoiced(who, lamp)
    with write():
        row = db.session.get_one(Customer, who.id)
        edit_customer(row, {"address": "2 Lotus Road", "phone": "+919812300001"}, row.version, None)
    make_message(db.session.get_one(Customer, who.id), "email", "Dear Zubeida")
    make_feedback_link(make_order(who, new_lamp(), status="Delivered"))
    settle()
    return db.session.get_one(Customer, who.id)


def settle() -> None:
    for order in db.session.scalars(select(Order).where(Order.due_paise > 0)).all():
        pay(order, order.due_paise)


def forgotten(who: Customer, **more) -> None:
    with write():
        row = db.session.get_one(Customer, who.id)
        forget(row, row.version, more.get("ref", row.ref), more.get("anyway", False), None)


def traces() -> list[str]:
    """Wherever in the database one of WORDS stands, but for papers that the law asks to keep."""
    db.session.rollback()
    found = []
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            if (table.name, column.name) in PAPERS:
                continue
            for (value,) in db.session.execute(select(column)):
                text = json.dumps(value, default=str) if not isinstance(column.type, String | Text) else str(value)
                found += [f"{table.name}.{column.name}: {text[:80]}" for word in WORDS if word in text]
    return found


def test_nothing_says_any_more_who_it_was(app):
    who = zubeida()
    assert len({trace.partition(":")[0] for trace in traces()}) > 12
    forgotten(who)
    assert traces() == []
    row = db.session.get_one(Customer, who.id)
    assert (row.name, row.gender, row.segment) == ("Forgotten customer", "Female", "Individual")
    assert row.archived_at == row.forgotten_at is not None


def test_what_imports_kept_of_a_person_goes_and_no_file_brings_it_back(app):
    who = zubeida()
    rows = f"customer_ref,name,email,phone\n{who.ref},Zubi Khan,zubeida@mango.example,+91 98123 00001\n"
    sent(rows + "CUST900,Zubeida Wrong,zubeida@,\n", mode="both")
    assert {"uploads.samples", "import_changes.before"} <= {t.partition(":")[0] for t in traces()}
    forgotten(who)
    assert [trace for trace in traces() if "%PDF" not in trace] == []  # an issued invoice is kept
    assert not [key for key in db.session.scalars(select(StoredFile.key)) if key.startswith("rejected")]
    report = sent(rows, mode="both")
    assert (report["updated"], report["errors"]) == (0, 1) and "was forgotten" in report["problems"][0][2]
    assert db.session.get_one(Customer, who.id).name == "Forgotten customer"


def test_whom_exports_and_sendings_were_searched_for_goes(client):
    who = zubeida()
    assert client.post_form("/exports/customers.csv?q=Zubeida&segment=Individual").data
    plan = {"channel": "email", "name": "News", "filter": {"q": "zubeida", "segment": "Individual"}}
    with write():
        job = enqueue(SENDING, {"batch": "news", "plan": plan}, None, "news")
        job.state = "done"
    assert {"activity.after", "jobs.args"} <= {trace.partition(":")[0] for trace in traces()}
    forgotten(who)
    assert traces() == []
    exported = db.session.scalars(select(Activity.after).where(Activity.verb == "export.made")).one()
    assert exported["what"] == "1 customer" and exported["filter"] == {"q": "", "segment": "Individual"}
    assert db.session.scalar(select(Job.args).where(Job.request_key == "news"))["plan"]["name"] == "News"


def test_figures_and_papers_stay_as_they_were(app):
    who = zubeida()
    before = figures(clock.today("Asia/Kolkata"), shop())
    papers = db.session.scalars(select(Invoice.content)).all()
    forgotten(who)
    after = figures(clock.today("Asia/Kolkata"), shop())
    assert json.loads(json.dumps(after).replace("Forgotten customer", "Zubeida Khan")) == json.loads(json.dumps(before))
    assert db.session.scalars(select(Invoice.content)).all() == papers
    assert "Zubeida Khan" in json.dumps(papers)


def test_messages_are_not_sent_and_links_end(app):
    who = zubeida()
    forgotten(who)
    message = db.session.scalars(select(Notification)).one()
    assert message.state == "failed"
    with write(), pytest.raises(RuleError):
        send_again(db.session.get_one(Notification, message.id), None)
    link = db.session.scalars(select(FeedbackLink)).one()
    assert link.expires_at <= db.session.get_one(Customer, who.id).forgotten_at


@pytest.mark.parametrize("status", ["Pending", "Shipped"])
def test_an_order_under_way_is_finished_first(app, status):
    who = make_customer("Zubeida Khan")
    make_order(who, status=status)
    with pytest.raises(RuleError, match="not delivered yet"):
        forgotten(who, anyway=True)


def test_money_owed_is_let_go_only_if_the_owner_says_so(app):
    who = make_customer("Zubeida Khan")
    make_order(who, status="Delivered")
    with pytest.raises(RuleError, match="Money is owed on 1 order"):
        forgotten(who)
    forgotten(who, anyway=True)


def test_the_wrong_number_forgets_nobody(app):
    who = make_customer("Zubeida Khan")
    with pytest.raises(RuleError, match=f"Type {who.ref}"):
        forgotten(who, ref="CUST999")


def test_who_was_forgotten_stays_so(app):
    who = zubeida()
    edited = db.session.scalar(select(Activity.id).where(Activity.verb == "customer.edited"))
    forgotten(who)
    for deed in (
        lambda row: edit_customer(row, {"name": "Zubeida"}, row.version, None),
        lambda row: archive_customer(row, False, row.version, None),
        lambda _row: undo(entry_or_404(edited), 60, None),
    ):
        with write(), pytest.raises(RuleError, match="forgotten"):
            deed(db.session.get_one(Customer, who.id))
    with pytest.raises(RuleError, match="forgotten already"):
        forgotten(who)


def test_what_merges_noted_goes_too_and_the_old_number_still_leads_here(client):
    who, other = zubeida(), make_customer("Zubeda Khan", phone="+919812300009", note="mango")
    apart(who, make_customer("Bhavani"))
    make_customer("Last")
    entry = merge(who, other)
    with write():
        row = db.session.get_one(Customer, who.id)
        edit_customer(row, {"note": ""}, row.version, None)
    forgotten(who)
    assert traces() == []
    assert db.session.get_one(Merge, other.id).before is None
    assert client.get(f"/customers/{other.id}").location == f"/customers/{who.id}"
    with write(), pytest.raises(RuleError, match="forgotten"):
        undo(entry_or_404(entry), 60, None)


def test_every_table_about_a_person_is_in_the_copy_or_left_out_for_a_reason(app):
    about = {"customers", "orders", "complaints", "invoices"}
    naming = {
        table.name
        for table in db.metadata.sorted_tables
        if {key.column.table.name for column in table.columns for key in column.foreign_keys} & about
    }
    assert naming <= set(holdings(1)) | set(OMITTED)


def test_no_two_fields_of_a_row_are_called_the_same_in_the_copy(app):
    for name, query in holdings(1).items():
        labels = [label(column.name) for column in query.selected_columns if not column.name.endswith("id")]
        assert len(labels) == len(set(labels)), name


def test_the_copy_says_all_and_is_noted(client):
    who = zubeida()
    answer = client.post_form(f"/customers/{who.id}/privacy/copy")
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    file = zipfile.ZipFile(BytesIO(answer.data))
    data, page = json.loads(file.read("data.json")), file.read("data.html").decode()
    assert data["customers"][0]["name"] == "Zubeida Khan"
    assert data["orders"][0]["payable"] == "300.00"
    assert {"complaints", "feedback", "returns", "invoices", "notifications", "activity"} <= set(data)
    assert "2 Lotus Road" in page
    assert all(words in page for words in ("<dt><b>To pay</b></dt><dd>₹300.00</dd>", "98123", "Placed ORD001"))
    assert not re.search(r"paise|\w_\w|\d{4}-\d\d-\d\d|True|False|None", re.sub(r"<head>.*?</head>", "", page))
    assert "search_text" not in json.dumps(data)
    assert db.session.scalars(select(Activity.verb).order_by(Activity.id.desc())).first() == "customer.data_given"


def test_the_page_forgets_and_asks_for_the_number(client, staff):
    who = zubeida()
    page = f"/customers/{who.id}/privacy"
    assert "What stays" in client.get(page).text
    assert "Only an owner" in staff.get(page).text
    assert staff.post_form(f"{page}/forget", {"ref": who.ref, "version": who.version}).status_code == 403
    wrong = client.post_form(f"{page}/forget", {"ref": "X", "version": who.version})
    assert (wrong.status_code, f"Type {who.ref}" in wrong.text) == (422, True)
    answer = client.post_form(f"{page}/forget", {"ref": who.ref.lower(), "version": who.version})
    assert answer.status_code == 303
    shown = client.get(f"/customers/{who.id}").text
    assert "Forgotten customer" in shown
    assert "Zubeida" not in shown
