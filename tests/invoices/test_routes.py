"""What a person sees of invoices, and what is refused."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from sqlalchemy import delete, func, select

from cms.db import db
from cms.jobs.runner import run_next
from cms.models import Invoice, Job, StoredFile
from tests.after_sale import make_invoiced
from tests.databases import count_queries
from tests.factories import make_customer, make_order, make_product, set_shop, write
from tests.invoices.papers import UNDER_GST, issue, open_shop, sell


def count(table):
    return db.session.scalar(select(func.count()).select_from(table))


def test_the_order_form_shows_the_tax_as_it_is_typed(client):
    product = make_product("Lamp", 10_000, gst_rate_bp=1800)
    form = {"product": str(product.id), "quantity": "2", "price": "100", "line_discount": ""}
    assert "GST" not in client.htmx_post("/orders/draft?part=totals", form).text
    open_shop()
    part = client.htmx_post("/orders/draft?part=totals", form).text
    assert "of which GST" in part and "₹30.50" in part and "₹200.00" in part
    set_shop(prices_include_tax=False)
    part = client.htmx_post("/orders/draft?part=totals", form).text
    assert "Before tax" in part and "₹36.00" in part and part.count("₹236.00") == 2


def test_a_draft_shows_what_would_be_issued_and_uses_no_number_up(client):
    open_shop(address="")
    order = sell((10_000, 1, 1800))
    page = client.get(f"/orders/{order.id}/invoice").text
    assert "DRAFT" in page and "Tax invoice" in page and "₹84.74" in page and "INV/" not in page
    assert "Your address is missing" in page and "QR code" not in page
    assert count(Invoice) == 0


def test_a_draft_says_what_cannot_be_printed(client):
    order = make_order(make_customer("Meera 😀"), make_product("مسالہ"))
    page = client.get(f"/orders/{order.id}/invoice").text
    assert "Some characters of Meera 😀 cannot be printed: they come out as □" in page


def test_an_invoice_is_issued_once_and_then_shown(client):
    open_shop(upi_vpa="ab.stores@okaxis")
    order = sell((10_000, 1, 1800))
    assert "Issue invoice" in client.get(f"/orders/{order.id}").text
    for _ in range(2):
        answer = client.post_form(f"/orders/{order.id}/invoice")
        assert (answer.status_code, answer.location) == (303, f"/orders/{order.id}/invoice")
    number = db.session.scalars(select(Invoice.number)).one()
    page = client.get(answer.location).text
    assert number in page and "DRAFT" not in page and "data:image/png;base64" in page
    assert number in client.get(f"/orders/{order.id}").text and number in client.get("/invoices").text


def test_what_cannot_be_issued_says_why_on_the_draft(client):
    open_shop(gstin="")
    order = sell((10_000, 1, 1800))
    answer = client.post_form(f"/orders/{order.id}/invoice")
    assert answer.status_code == 422 and "needs your GSTIN" in answer.text and count(Invoice) == 0


def test_a_viewer_sees_and_does_not_issue(viewer):
    order = make_order()
    assert "Issue invoice" not in viewer.get(f"/orders/{order.id}/invoice").text
    assert viewer.post_form(f"/orders/{order.id}/invoice").status_code == 403


def test_the_message_for_whatsapp_says_the_number_the_amount_and_how_to_pay(client):
    open_shop(upi_vpa="ab.stores@okaxis")
    order = sell((10_000, 1, 1800), phone="+919848022338")
    invoice = issue(order)
    page = client.get(f"/orders/{order.id}/invoice").text
    href = unquote(re.search(r'href="(https://wa\.me/919848022338\?text=[^"]+)"', page)[1])
    assert f"Tax invoice {invoice.number} from Lakshmi Stores: ₹100.00" in href
    assert "upi://pay?pa=ab.stores@okaxis" in href and "am=100.00" in href
    assert "cannot carry a file" in page


def test_a_credit_note_has_its_message_for_whatsapp_without_a_way_to_pay(client):
    open_shop(upi_vpa="ab.stores@okaxis")
    _order, note = make_invoiced(make_customer(phone="+919848022338"), make_product())
    page = client.get(f"/credit-notes/{note.id}").text
    href = unquote(re.search(r'href="(https://wa\.me/919848022338\?text=[^"]+)"', page)[1])
    assert f"Credit note {note.number} from Lakshmi Stores: ₹" in href and "upi://" not in href
    assert f'data-name="{note.number.replace("/", "-")}.pdf"' in page


def test_a_cancelled_order_shows_the_credit_note_and_cannot_come_back(client):
    open_shop()
    order, note = make_invoiced()
    page = client.get(f"/orders/{order.id}").text
    assert note.number in page and "Back to pending" not in page
    paper = client.get(f"/credit-notes/{note.id}").text
    assert "Credit note" in paper and note.content["against"]["number"] in paper and "Order cancelled" in paper
    answer = client.post_form(f"/orders/{order.id}/status", {"status": "back", "seen": "Cancelled"})
    assert "enter a new order instead" in client.get(answer.location).text


def test_a_cancelled_order_without_an_invoice_says_that_it_gets_none(client):
    order = make_order(status="Cancelled")
    page = client.get(f"/orders/{order.id}/invoice").text
    assert "it gets no invoice" in page and "Issue invoice" not in page
    assert 'id="order-1-invoice"' not in client.get(f"/orders/{order.id}").text


@pytest.mark.parametrize("path", ["/orders/{}/invoice.pdf", "/orders/99999/invoice.pdf", "/credit-notes/99999.pdf"])
def test_what_was_not_issued_has_no_pdf(client, path):
    answer = client.get(path.format(make_order().id))
    assert answer.status_code == 404


def test_the_download_of_a_short_invoice_waits_for_the_worker(client, monkeypatch):
    open_shop()
    order = sell((10_000, 1, 1800))
    invoice = issue(order)
    page, pdf = f"/orders/{order.id}/invoice", f"/orders/{order.id}/invoice.pdf"
    with monkeypatch.context() as alone:
        alone.setattr("cms.invoices.routes.PATIENCE", 0.1)
        assert "Download PDF" in client.get(page).text and client.get(pdf).location == page
    monkeypatch.setattr("cms.invoices.routes.time.sleep", lambda _seconds: run_next())
    now = client.get(pdf)
    assert now.mimetype == "application/pdf" and now.data.startswith(b"%PDF")
    assert now.headers["Content-Disposition"] == f'attachment; filename="{invoice.number.replace("/", "-")}.pdf"'
    kept = db.session.scalars(select(StoredFile)).one()
    assert kept.key == f"invoice-{invoice.id}" and kept.data == now.data
    assert client.get(pdf).data == now.data


def test_an_invoice_that_nobody_had_rendered_offers_to(client):
    open_shop()
    order = sell((10_000, 1, 1800))
    issue(order)
    with write():
        db.session.execute(delete(Job))
    page, pdf = f"/orders/{order.id}/invoice", f"/orders/{order.id}/invoice.pdf"
    assert "Make the PDF" in client.get(page).text and client.get(pdf).location == page
    assert client.post_form(f"{page}/file").location == page and run_next()
    assert client.get(pdf).data.startswith(b"%PDF")


def test_a_credit_note_has_its_pdf_too(client):
    open_shop()
    _order, note = make_invoiced()
    while run_next():
        pass
    assert client.get(f"/credit-notes/{note.id}.pdf").data.startswith(b"%PDF")
    assert f"credit-note-{note.id}" in db.session.scalars(select(StoredFile.key)).all()


def test_an_invoice_of_542_lines_is_made_by_the_worker_and_the_page_tells(client):
    open_shop()
    product = make_product("Lamp", 10_000, gst_rate_bp=1800)
    order = make_order(make_customer(), *[product] * 542)
    issue(order)
    page, pdf = f"/orders/{order.id}/invoice", f"/orders/{order.id}/invoice.pdf"
    assert "Waiting for its turn" in client.get(page).text and "Download PDF" not in client.get(page).text
    assert (client.get(pdf).status_code, client.get(pdf).location) == (302, page)
    assert run_next()
    job = db.session.scalars(select(Job)).one()
    assert (job.state, job.args["href"]) == ("done", page) and job.message.endswith("is ready")
    assert client.get(pdf).data.startswith(b"%PDF") and "Download PDF" in client.get(page).text


def test_a_pdf_whose_making_failed_can_be_asked_for_again(client, monkeypatch):
    open_shop()
    order = make_order(make_customer(), *[make_product()] * 61)
    issue(order)
    with monkeypatch.context() as broken:
        broken.setattr("cms.invoices.pdf.render", lambda *_: 1 / 0)
        assert [run_next() for _ in range(4)] == [True, True, True, False]
    page = client.get(f"/orders/{order.id}/invoice").text
    assert "Something went wrong" in page and "Make the PDF" in page
    assert client.post_form(f"/orders/{order.id}/invoice/file").status_code == 303
    assert run_next()
    assert "Download PDF" in client.get(f"/orders/{order.id}/invoice").text


def test_the_list_finds_by_number_order_customer_and_year(client, clock):
    set_shop(**UNDER_GST)
    first = issue(sell((10_000, 1, 1800), name="Meera Rao", phone="+919848022338"))
    clock.forward(days=30)
    _order, note = make_invoiced(make_customer("Ravi Kumar"), make_product())
    second = db.session.scalars(select(Invoice.number).where(Invoice.id != first.id)).one()
    assert (first.number, second) == ("INV/25-26/00001", "INV/26-27/00001")
    for q, found in (
        (first.number, {first.number}),
        (first.number.lower(), {first.number}),
        (note.number, {second}),
        ("meera", {first.number}),
        ("022338", {first.number}),
        ("ORD002", {second}),
        ("", {first.number, second}),
        ("nobody", set()),
        ("INV/99-00/00009", set()),
    ):
        part = client.htmx_get("/invoices", query_string={"q": q}).text
        assert set(re.findall(r"INV/\d\d-\d\d/\d{5}", part.partition("<table")[2])) == found, q
    for args, found in (
        ({"year": "25-26"}, first.number),
        ({"year": "26-27"}, second),
        ({"since": "2026-04-01"}, second),
        ({"until": "2026-03-31"}, first.number),
    ):
        part = client.htmx_get("/invoices", query_string=args).text.partition("<table")[2]
        assert re.findall(r"INV/\d\d-\d\d/\d{5}", part) == [found], args


def test_the_list_adds_the_year_up(client, clock):
    open_shop()
    issue(sell((10_000, 1, 1800)))
    make_invoiced(make_customer(), make_product("Bowl", 50_000))
    page = client.get("/invoices").text
    assert "Financial year 2025-26" in page and "2 invoices" in page and "1 credit note" in page
    assert "₹600.00" in page and "₹500.00" in page and "₹15.26" in page
    assert "No invoice fits" in client.get("/invoices?year=24-25").text


def test_a_kept_pdf_costs_few_queries(client):
    open_shop()
    order = sell((10_000, 1, 1800))
    issue(order)
    run_next()
    client.get(f"/orders/{order.id}/invoice.pdf")
    with count_queries() as queries:
        client.get(f"/orders/{order.id}/invoice.pdf")
    assert len(queries) == 3, queries  # who asks, the invoice, the file


def test_an_unusual_rate_is_kept_with_a_word_on_it(client, clock):
    product = make_product("Lamp", gst_rate_bp=1200)
    assert "GST has no 12 % any more" in client.get(f"/products/{product.id}").text
    assert "GST has no" not in client.get(f"/products/{make_product(gst_rate_bp=1800).id}").text
    assert "Usual now: 0, 0.25, 3, 5, 18, 40" in client.get("/products/new").text
