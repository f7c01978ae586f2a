"""Invoices and credit notes as their pages need them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import abort
from sqlalchemy import Select, func, select

from cms.db import db
from cms.invoices.filters import InvoiceFilter
from cms.models import Counter, CreditNote, Customer, Invoice, Job, Order, Return, StoredFile
from cms.orders.queries import order_id_of
from cms.paging import PAGE, Page, Sort, page_of
from cms.sought.queries import Sought
from cms.text import query_words
from cms.together import Value

ROW = (
    Invoice.id,
    Invoice.number,
    Invoice.issued_on,
    Invoice.payable_paise,
    Invoice.tax_paise,
    Invoice.order_id,
    Order.ref.label("order_ref"),
    Order.status,
    Invoice.customer_id,
    Customer.name.label("customer_name"),
)
NEWEST = Sort("Newest", Invoice.issued_on, Invoice.id, True, date.fromisoformat)
FEW_CUSTOMERS = 500
MOST_NOTES = 100


def invoice_of(order_id: int) -> Invoice | None:
    """The invoice of an order, None while it has none."""
    return db.session.scalar(select(Invoice).where(Invoice.order_id == order_id))


def is_invoiced(order_id: int) -> bool:
    return db.session.scalar(select(Invoice.id).where(Invoice.order_id == order_id)) is not None


def uncredited(order_id: int) -> Sequence[Return]:
    """What was refunded of an order and no credit note answers yet."""
    refunded = select(Return).where(Return.order_id == order_id, Return.state == "refunded")
    return db.session.scalars(
        refunded.where(Return.credit_note_id.is_(None), Return.credit_note_ref == "").order_by(Return.id)
    ).all()


def invoice_or_404(order_id: int) -> Invoice:
    return invoice_of(order_id) or abort(404, "This order has no invoice yet; issue one on the page of the order")


def credit_note_or_404(note_id: int) -> CreditNote:
    return db.session.get(CreditNote, note_id) or abort(404, "There is no such credit note")


def order_of_note(note: CreditNote) -> int:
    """The id of the order that a credit note answers."""
    return db.session.scalars(select(Invoice.order_id).where(Invoice.id == note.invoice_id)).one()


def of_order(order_id: Value) -> Select:
    """An order's invoice and its credit notes, in short: a row for each note, one without where there is none."""
    return (
        select(
            Invoice.number,
            Invoice.issued_on,
            Invoice.payable_paise,
            CreditNote.id.label("note_id"),
            CreditNote.number.label("note_number"),
            CreditNote.issued_on.label("noted_on"),
            CreditNote.total_paise.label("note_paise"),
        )
        .outerjoin(CreditNote, CreditNote.invoice_id == Invoice.id)
        .where(Invoice.order_id == order_id)
        .order_by(CreditNote.id)
        .limit(MOST_NOTES)
    )


def credited(invoice_id: int) -> dict[int, tuple[int, int]]:
    """Units and money credited so far of each line of an invoice, by the number of the line."""
    sums: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for content in db.session.scalars(select(CreditNote.content).where(CreditNote.invoice_id == invoice_id)):
        for line in content["lines"]:
            units, paise = sums[line["no"]]
            sums[line["no"]] = units + line["quantity"], paise + line["payable_paise"]
    return sums


def content_of(key: str) -> dict[str, Any]:
    """What the document of this key says. Raises NoResultFound when there is none."""
    table, _, id = key.rpartition("-")
    document: Any = {"invoice": Invoice, "credit-note": CreditNote}[table]
    return db.session.scalars(select(document.content).where(document.id == int(id))).one()


def logo_of(content: Mapping[str, Any]) -> Any | None:
    """The logo as it was when this was issued; of a draft the one that it would be issued with."""
    if not content["logo"]:
        return None
    return kept_file(f"logo-{content['logo']}") or kept_file("logo")


def kept_file(key: str) -> Any | None:
    """A file that is kept with the data."""
    columns = (StoredFile.data, StoredFile.digest, StoredFile.content_type)
    return db.session.execute(select(*columns).where(StoredFile.key == key)).first()


def digest_of(key: str) -> str:
    """The digest of a kept file, empty when there is none."""
    return db.session.scalar(select(StoredFile.digest).where(StoredFile.key == key)) or ""


def logo_digest() -> str:
    """The digest of the shop's logo, empty when it has none that can be printed."""
    printable = StoredFile.content_type.in_(("image/png", "image/jpeg"))
    return db.session.scalar(select(StoredFile.digest).where(StoredFile.key == "logo", printable)) or ""


def rendering(key: str) -> Job | None:
    """The last job that makes this file, None when there is none."""
    named = Job.request_key.between(f"{key} ", f"{key}!")
    return db.session.scalar(select(Job).where(named).order_by(Job.id.desc()).limit(1))


def invoices_matching(wanted: InvoiceFilter, args: Mapping[str, str], size: int = PAGE) -> Page:
    """One page of the list: of the number of an invoice or order that was typed, or of customers by their words."""
    query = wanted.narrow(
        select(*ROW, NEWEST.column.label("sort_value")).select_from(Invoice).join(Order).join(Customer)
    )
    walk = query.prefix_with("STRAIGHT_JOIN", dialect="mysql")
    if not wanted.q:
        return page_of(walk, NEWEST, args, size)
    if numbered := _ids_by_number(wanted.q):
        return page_of(query.where(Invoice.id.in_(numbered)), NEWEST.by_sorting(), args, size)
    if order_id := order_id_of(wanted.q):
        return page_of(query.where(Invoice.order_id == order_id), NEWEST, args, size)
    sought = Sought(query_words(wanted.q))
    if not sought.words:
        return Page([], "", "")
    found = sought.ids(FEW_CUSTOMERS)
    if found is None:
        return page_of(sought.narrow(walk), NEWEST, args, size)
    query = sought.narrow(query.where(Invoice.customer_id.in_(found)))
    return page_of(query, NEWEST.by_sorting(), args, size)


def years() -> list[str]:
    """The financial years with invoices, the latest first: each has its counter."""
    series = select(Counter.name).where(Counter.name.between("invoices ", "invoices!"))
    return sorted({name.rpartition(" ")[2] for name in db.session.scalars(series)}, reverse=True)


def totals(first: date | None, last: date | None) -> tuple[Any, Any]:
    """What was invoiced and what was credited on these days: how many, taxable value, tax, total."""
    sums = []
    for table, total in ((Invoice, Invoice.payable_paise), (CreditNote, CreditNote.total_paise)):
        columns = (
            func.count().label("documents"),
            func.coalesce(func.sum(table.taxable_paise), 0).label("taxable_paise"),
            func.coalesce(func.sum(table.tax_paise), 0).label("tax_paise"),
            func.coalesce(func.sum(total), 0).label("total_paise"),
        )
        days = [table.issued_on >= first] if first else []
        days += [table.issued_on <= last] if last else []
        sums.append(db.session.execute(select(*columns).where(*days)).one())
    return sums[0], sums[1]


def _ids_by_number(q: str) -> list[int]:
    """The invoices whose number this is, or the one whose credit note has it."""
    if "/" not in q or len(q) > 20:
        return []
    texts = {q.strip(), q.strip().upper()}
    noted = db.session.scalars(select(CreditNote.invoice_id).where(CreditNote.number.in_(texts))).all()
    return list(db.session.scalars(select(Invoice.id).where(Invoice.number.in_(texts)))) + list(noted)
