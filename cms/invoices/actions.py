"""Issuing invoices and credit notes, and keeping what they look like."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError

from cms import clock
from cms.activity.actions import record
from cms.dates import financial_year_label
from cms.db import db, lock
from cms.errors import RuleError
from cms.invoices import queries
from cms.invoices.invoice import Content, credit_content, invoice_content, numbered
from cms.invoices.rules import document_number
from cms.jobs.actions import enqueue
from cms.models import CreditNote, Customer, Invoice, Job, Order, Return, StoredFile
from cms.orders.queries import lines_of
from cms.refs import next_serial
from cms.settings.rules import check_home

PDF = "application/pdf"


def issue_invoice(order: Order, shop: Any, by: Any) -> Invoice:
    """The invoice of an order, numbered now and never changed again; the one it has if it has one.

    Raises RuleError for a cancelled order, or when the shop lacks what the law wants on it or says two things of its
    state.
    """
    lock(order)
    if made := queries.invoice_of(order.id):
        return made
    if order.status == "Cancelled":
        raise RuleError(f"{order.ref} is cancelled; there is nothing to invoice")
    content = draft_of(order, shop)
    if not content["lines"]:
        raise RuleError(f"{order.ref} has no lines; there is nothing to invoice")
    if order.gst_mode != "unregistered" and not shop.gstin:
        raise RuleError(
            "This order is under GST, so its invoice needs your GSTIN: enter it under Settings, Tax and invoices",
            "gstin",
        )
    if order.gst_mode != "unregistered":
        check_home(shop.state, shop.gstin)
    _keep_logo(content["logo"])
    invoice = _issue(
        Invoice,
        shop.invoice_prefix,
        content,
        shop,
        by,
        order_id=order.id,
        customer_id=order.customer_id,
        payable_paise=content["payable_paise"],
    )
    after = {"number": invoice.number, "payable_paise": invoice.payable_paise}
    record(by, "invoice.issued", invoice, customer_id=order.customer_id, order_id=order.id, after=after)
    make_pdf(f"invoice-{invoice.id}", order.id, by)
    # The invoice is over all that was sold; what has come back of it since is answered at once.
    issue_credit_note(order, queries.uncredited(order.id), shop, by)
    return invoice


def draft_of(order: Order, shop: Any) -> Content:
    """What the invoice of an order would say if it were issued now."""
    customer = db.session.get_one(Customer, order.customer_id)
    today = clock.today(shop.zone)
    logo = queries.logo_digest() if shop.logo_digest else ""
    return invoice_content(order, lines_of(order.id), customer, shop, today, logo)


def issue_credit_note(order: Order, returns: Sequence[Return], shop: Any, by: Any) -> CreditNote | None:
    """The credit note over what came back of an invoiced order; the returns then name it.

    None when the order has no invoice, or when no money goes back (a replacement). To be called behind the totals:
    it takes the lock on its series last. Raises RuleError when more would be credited than was invoiced.
    """
    lock(order)
    invoice = queries.invoice_of(order.id)
    worth = [back for back in returns if back.refund_paise + back.tax_paise]
    if invoice is None or not worth:
        return None
    numbers = {line.id: line.line_no for line in lines_of(order.id)}
    amounts = [(numbers[back.order_line_id], back.quantity, back.refund_paise + back.tax_paise) for back in worth]
    note = _credit(invoice, amounts, "Goods returned", order, shop, by)
    for back in worth:
        back.credit_note_id, back.credit_note_ref = note.id, note.number
    db.session.flush()
    return note


def credit_the_rest(order: Order, shop: Callable[[], Any], by: Any) -> CreditNote | None:
    """The credit note over all of a cancelled order's invoice that has not been credited yet; None without one."""
    invoice = queries.invoice_of(order.id)
    if invoice is None:
        return None
    before = queries.credited(invoice.id)
    rest = []
    for line in invoice.content["lines"]:
        units, paise = before.get(line["no"], (0, 0))
        if line["quantity"] > units or line["payable_paise"] > paise:
            rest.append((line["no"], line["quantity"] - units, line["payable_paise"] - paise))
    return _credit(invoice, rest, "Order cancelled", order, shop(), by) if rest else None


def make_pdf(key: str, order_id: int, by: Any, again: str = "") -> Job:
    """Let a worker render this document. `again` tells a second try from the first."""
    args = {"key": key, "href": f"/orders/{order_id}/invoice"}
    return enqueue("invoices.pdf", args, by, f"{key} {again}")


def keep_file(key: str, data: bytes, content_type: str = PDF) -> None:
    """Keep a file with the data. One that is kept already stays: the same document is the same bytes."""
    if queries.digest_of(key):
        return
    file = StoredFile(key=key, content_type=content_type, digest=hashlib.sha256(data).hexdigest(), data=data)
    file.created_at = clock.now()
    try:
        with db.session.begin_nested():
            db.session.add(file)
    except IntegrityError:  # another was quicker with the same
        return


def _credit(
    invoice: Invoice, amounts: Sequence[tuple[int, int, int]], reason: str, order: Order, shop: Any, by: Any
) -> CreditNote:
    """Credit (number of the line, units, paise) of an invoice."""
    before = {no: paise for no, (_units, paise) in queries.credited(invoice.id).items()}
    gone = defaultdict(int, before)
    rows = []
    for no, units, paise in amounts:
        rows.append((no, units, paise, gone[no]))
        gone[no] += paise
    content = credit_content(invoice.content, rows, clock.today(shop.zone), reason)
    total = content["payable_paise"]
    note = _issue(CreditNote, shop.credit_prefix, content, shop, by, invoice_id=invoice.id, total_paise=total)
    after = {"number": note.number, "against": invoice.number, "total_paise": total}
    record(by, "credit_note.issued", note, customer_id=order.customer_id, order_id=order.id, after=after)
    make_pdf(f"credit-note-{note.id}", order.id, by)
    return note


def _issue(table: Any, series: str, content: Content, shop: Any, by: Any, **values: Any) -> Any:
    """A new document with the next number of its series and financial year."""
    now = clock.now()
    on = clock.business_date(now, shop.zone)
    year = financial_year_label(on)
    serial = next_serial(counter_of(table, series, year))
    number = document_number(series, year, serial)
    document = table(
        number=number,
        series=series,
        financial_year=year,
        serial=serial,
        issued_at=now,
        issued_on=on,
        taxable_paise=content["taxable_paise"],
        tax_paise=content["tax_paise"],
        content=numbered(content | {"date": on.isoformat()}, number),
        by_id=getattr(by, "id", None),
        **values,
    )
    db.session.add(document)
    db.session.flush()
    return document


def counter_of(table: Any, series: str, year: str) -> str:
    """The name of the counter behind a series of invoices or credit notes."""
    return f"{table.__tablename__} {series} {year}"


def _keep_logo(digest: str) -> None:
    """Keep the logo as it is now, for the invoices that carry it."""
    if digest and not queries.digest_of(f"logo-{digest}") and (logo := queries.kept_file("logo")):
        keep_file(f"logo-{digest}", logo.data, logo.content_type)
