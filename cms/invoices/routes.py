"""Invoices and credit notes: the list, the paper of one, its PDF, and issuing."""

from __future__ import annotations

import base64
import time
import uuid
from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms.access import needs
from cms.auth.sessions import shop
from cms.dates import financial_year_label
from cms.db import db
from cms.errors import RuleError
from cms.formats import whatsapp_href
from cms.invoices import actions, invoice, letters, pdf, queries
from cms.invoices.filters import InvoiceFilter, days_of_year
from cms.money import show_money
from cms.orders.queries import order_or_404
from cms.shell import today
from cms.views.bar import bar_of
from cms.web import page_or_fragment, toast

bp = Blueprint("invoices", __name__)

PATIENCE = 8.0
"""Seconds that a download waits for its PDF: far longer than a worker takes, unless there is none."""
MOST_LINES_AT_ONCE = 60
"""A document of so many lines is offered while it is being made; the page of a longer one tells how far it is."""


@bp.get("/invoices")
@needs("see")
def index() -> ResponseReturnValue:
    wanted = InvoiceFilter.from_args(request.args)
    year = wanted.year or financial_year_label(today())
    first, last = wanted.days()
    if not first and not last:
        first, last = days_of_year(year)
    invoiced, credited = queries.totals(first, last)
    return page_or_fragment(
        "invoices/index.html",
        "invoices/_list.html",
        shown_at=url_for("invoices.index", **wanted.as_args()),
        page=queries.invoices_matching(wanted, request.args),
        wanted=wanted,
        views=bar_of("invoices", wanted, request.args, g.me),
        years=queries.years(),
        summed="" if wanted.since or wanted.until else year,
        invoiced=invoiced,
        credited=credited,
    )


@bp.get("/orders/<int:order_id>/invoice")
@needs("see")
def show(order_id: int) -> ResponseReturnValue:
    """The invoice, or what it would say if it were issued now."""
    order = order_or_404(order_id)
    made = queries.invoice_of(order_id)
    if made is None:
        return _preview(order)
    key = f"invoice-{made.id}"
    return render_template(
        "invoices/show.html",
        order=order,
        **_shown(made.content),
        credit_notes=[row for row in db.session.execute(queries.of_order(order_id)) if row.note_id],
        whatsapp=_whatsapp(order, made.content),
        **_file_of(key, made.content),
    )


@bp.post("/orders/<int:order_id>/invoice")
@needs("work")
def issue(order_id: int) -> ResponseReturnValue:
    order = order_or_404(order_id)
    try:
        made = actions.issue_invoice(order, shop(), g.me)
        db.session.commit()
    except RuleError as error:
        db.session.rollback()
        return _preview(order_or_404(order_id), error), 422
    toast(f"Invoice {made.number} issued")
    return redirect(url_for("invoices.show", order_id=order_id), 303)


@bp.get("/orders/<int:order_id>/invoice.pdf")
@needs("see")
def download(order_id: int) -> ResponseReturnValue:
    made = queries.invoice_or_404(order_id)
    return _pdf(f"invoice-{made.id}", made.content) or redirect(url_for("invoices.show", order_id=order_id))


@bp.post("/orders/<int:order_id>/invoice/file")
@needs("work")
def render(order_id: int) -> ResponseReturnValue:
    """Have the PDF made of a paper that came without one, or once more if that failed; a short one is waited for."""
    made = queries.invoice_or_404(order_id)
    actions.make_pdf(f"invoice-{made.id}", order_id, g.me, uuid.uuid4().hex[:12])
    db.session.commit()
    then = "invoices.download" if _is_short(made.content) else "invoices.show"
    return redirect(url_for(then, order_id=order_id), 303)


@bp.get("/credit-notes/<int:note_id>")
@needs("see")
def show_note(note_id: int) -> ResponseReturnValue:
    note = queries.credit_note_or_404(note_id)
    order = order_or_404(queries.order_of_note(note))
    return render_template(
        "invoices/note.html",
        note=note,
        order_id=order.id,
        whatsapp=_whatsapp(order, note.content),
        **_shown(note.content),
        **_file_of(f"credit-note-{note.id}", note.content),
    )


@bp.get("/credit-notes/<int:note_id>.pdf")
@needs("see")
def download_note(note_id: int) -> ResponseReturnValue:
    note = queries.credit_note_or_404(note_id)
    return _pdf(f"credit-note-{note.id}", note.content) or redirect(url_for("invoices.show_note", note_id=note_id))


@bp.post("/credit-notes/<int:note_id>/file")
@needs("work")
def render_note(note_id: int) -> ResponseReturnValue:
    """The same for a credit note."""
    note = queries.credit_note_or_404(note_id)
    actions.make_pdf(f"credit-note-{note.id}", queries.order_of_note(note), g.me, uuid.uuid4().hex[:12])
    db.session.commit()
    then = "invoices.download_note" if _is_short(note.content) else "invoices.show_note"
    return redirect(url_for(then, note_id=note_id), 303)


def _preview(order: Any, problem: RuleError | None = None) -> str:
    paper = actions.draft_of(order, shop())
    return render_template(
        "invoices/preview.html",
        order=order,
        **_shown(paper),
        warnings=invoice.warnings(paper, shop().gst_mode) + letters.warnings(paper),
        problem=problem,
    )


def _pdf(key: str, content: dict[str, Any]) -> Response | None:
    """The PDF once the worker has made it; None when that takes longer than somebody waits for a link."""
    kept = queries.kept_file(key)
    patience = time.monotonic() + PATIENCE
    while kept is None and _comes_soon(queries.rendering(key), content) and time.monotonic() < patience:
        db.session.rollback()
        time.sleep(0.05)
        kept = queries.kept_file(key)
    if kept is None:
        return None
    name = content["number"].replace("/", "-")
    head = {"Content-Disposition": f'attachment; filename="{name}.pdf"'}
    return Response(kept.data, mimetype=actions.PDF, headers=head)


def _comes_soon(job: Any, content: dict[str, Any]) -> bool:
    return bool(job) and job.state in ("queued", "running") and _is_short(content)


def _is_short(content: dict[str, Any]) -> bool:
    return len(content["lines"]) <= MOST_LINES_AT_ONCE


def _file_of(key: str, content: dict[str, Any]) -> dict[str, Any]:
    """Whether the PDF can be had at once, else the work that makes it."""
    kept = bool(queries.digest_of(key))
    job = None if kept else queries.rendering(key)
    there = kept or _comes_soon(job, content)
    return {"pdf_there": there, "job": None if there else job}


def _shown(content: dict[str, Any]) -> dict[str, Any]:
    """What the paper needs: its content, and the addresses of its pictures."""
    logo = queries.logo_of(content)
    return {
        "paper": content,
        "qr": _address("image/png", pdf.qr_png(content["upi"])) if content["upi"] else "",
        "logo": _address(logo.content_type, logo.data) if logo else "",
    }


def _address(content_type: str, data: bytes) -> str:
    return f"data:{content_type};base64,{base64.b64encode(data).decode()}"


def _whatsapp(order: Any, content: dict[str, Any]) -> str:
    """The link that opens a message to the customer; empty when they have no phone."""
    phone = order.customer.phone
    if not phone:
        return ""
    total = show_money(content["payable_paise"], content["currency"])
    said = f"{content['kind']} {content['number']} from {content['seller']['name']}: {total}"
    due = 0 if "against" in content else order.due_paise or 0
    if link := invoice.upi_link(content | {"due_paise": due}, content["number"]):
        said += f"\nTo pay {show_money(due, content['currency'])} by UPI: {link}"
    return whatsapp_href(phone, said)
