"""customers.csv"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, update

from cms.customers.actions import add_segment
from cms.customers.keys import customer_keys, customer_terms
from cms.customers.queries import segments
from cms.customers.rules import contradicts
from cms.dates import parse_date
from cms.db import db
from cms.errors import RuleError
from cms.formats import parse_email, parse_gstin, parse_phone, parse_pincode, show_phone
from cms.imports.batches import in_parts, write_rows
from cms.imports.faults import Faults
from cms.imports.files import Rows
from cms.imports.rules import gender_of, is_india, needed, one_of
from cms.imports.run import FileRun, existing
from cms.models import Customer, CustomerTerm, Merge, Order
from cms.models.customers import STANDINGS
from cms.text import clean_text, fold

NOT_NAMED = {
    "order_count": 0, "gross_paise": 0, "returned_paise": 0, "first_order_on": None, "last_order_on": None,
    "marketing_at": None, "archived_at": None, "override_status": None, "override_until": None, "override_reason": "",
    "version": 1, "request_key": None, "forgotten_at": None,
}  # fmt: skip


class Customers:
    """Reads customers.csv into the customers and their search terms."""

    def __init__(self, file: FileRun):
        self.file, self.run = file, file.run
        self.batch = self.run.batch(Customer)
        self.terms: list[dict[str, Any]] = []
        self.lines: dict[str, int] = {}
        self.emails: dict[str, str] = {}
        self.phones: dict[str, str] = {}
        self.segments = {fold(name): name for name in segments()}

    def load(self) -> None:
        for chunk in self.file.chunks():
            self._load(chunk)

    def _load(self, chunk: Rows) -> None:
        refs = {cells[0] for _line, cells in chunk}
        known = existing(Customer.ref, refs) | existing(Merge.old_ref, refs)
        values: list[tuple[int, dict[str, Any]]] = []

        def read(line: int, cells: list[str]) -> None:
            ref = needed(cells[0], 64, "customer_ref")
            if ref in self.lines:
                raise RuleError(f"Customer {ref} stands in line {self.lines[ref]} already", "customer_ref")
            self.lines[ref] = line
            if ref in known:
                self.file.count.known += 1
            else:
                values.append((line, self._read(ref, cells)))

        self.file.each(chunk, read)
        self._know_contacts([row for _line, row in values])
        self.file.each(values, self._add)
        self._write()

    def _write(self) -> None:
        for row in self.batch.rows:
            terms = customer_terms(row["name"], row["email"], row["phone"], row["ref"])
            self.terms += [{"term": term, "customer_id": row["id"]} for term in terms]
        self.batch.write()
        self.terms.sort(key=lambda row: (row["term"], row["customer_id"]))
        if not self.run.dry:
            write_rows(CustomerTerm.__table__, self.terms)  # type: ignore[arg-type]
        self.terms = []

    def _read(self, ref: str, cells: list[str]) -> dict[str, Any]:
        _, name, email, phone, gender, segment, address, city, state, postcode, country, gstin, created, *more = cells
        tell = Faults()
        name = tell(needed, name, 120, "name")
        email = tell(parse_email, email) if email else ""
        phone = tell(parse_phone, phone, self.run.country) if phone else ""
        row: dict[str, Any] = {
            "ref": ref,
            "name": name,
            "email": email,
            "phone": phone,
            "gender": tell(gender_of, gender),
            "segment": tell(self._segment, segment),
            "address": tell(clean_text, address, 1000, "address", many_lines=True, what="address"),
            "city": tell(clean_text, city, 80, "city", what="city"),
            "state": tell(clean_text, state, 60, "state", what="state"),
            "postcode": tell(self._postcode, postcode, country),
            "country": tell(clean_text, country, 60, "country", what="country"),
            "gstin": tell(parse_gstin, gstin) if gstin else "",
            "note": tell(clean_text, more[0], 4000, "note", many_lines=True, what="note"),
        }
        at, day = (created and tell(self.run.past, created, "created_at")) or (None, None)
        decided = tell(self._more, *more[1:])
        tell.end()
        row |= {"created_at": at, "created_on": day, **decided}
        return row | customer_keys(name, email, phone, ref, row["city"], row["postcode"])

    def _more(self, status: str, until: str, reason: str, offers: str, archived: str) -> dict[str, Any]:
        """What was decided by hand. Raises RuleError."""
        if (until or reason) and not status:
            raise RuleError("status_until and status_reason need a status of Active or Inactive", "status")
        return {
            "override_status": one_of(status, STANDINGS, "", "status") if status else None,
            "override_until": parse_date(until, "status_until") if until else None,
            "override_reason": clean_text(reason, 200, "status_reason", what="reason"),
            "marketing_at": self.run.past(offers, "offers_since")[0] if offers else None,
            "archived_at": self.run.past(archived, "archived_at")[0] if archived else None,
        }

    def _postcode(self, text: str, country: str) -> str:
        return parse_pincode(text, "IN" if is_india(country, self.run.country) else "other") if text else ""

    def _segment(self, text: str) -> str:
        """The shop's name for it; a new one is kept as written."""
        text = clean_text(text, 60, "segment", what="segment") or "Individual"
        return self.segments.get(fold(text), text)

    def _know_contacts(self, rows: list[dict[str, Any]]) -> None:
        """Who of the shop has one of these e-mails or phones already."""
        contacts: tuple[tuple[str, Any, dict[str, str]], ...] = (
            ("email_key", Customer.email_key, self.emails),
            ("phone_key", Customer.phone_key, self.phones),
        )
        for name, column, known in contacts:
            keys = {row[name] for row in rows} - {None}
            for part in in_parts(keys - known.keys()):
                found = select(column, Customer.ref, Customer.name).where(column.in_(part))
                known.update({key: f"{whose} ({ref})" for key, ref, whose in db.session.execute(found)})

    def _add(self, line: int, row: dict[str, Any]) -> None:
        email, phone = row["email_key"], row["phone_key"]
        tell = Faults()
        tell(_refuse, self.emails.get(email), "this e-mail", "email")
        tell(_refuse, self.phones.get(phone), f"the phone {show_phone(phone or '')}", "phone")
        tell.end()
        who = f"{row['name']} ({row['ref'] or f'line {line}'})"
        if email:
            self.emails[email] = who
        if phone:
            self.phones[phone] = who
        self._make_segment(row["segment"])
        if contradicts(row["gstin"], row["state"]):
            what = "customers have a GSTIN of another state than their address: their invoices go by the GSTIN"
            self.file.noticed.add(what, f"line {line}")
        if row["segment"] != "Individual" and row["gender"]:
            self.file.noticed.add("genders of customers who are no individuals were left out", f"line {line}")
            row["gender"] = None
        row["id"] = self.batch.new_id()
        row["created_at"] = row["created_at"] or self.run.now
        row["created_on"] = row["created_on"] or self.run.today
        self.batch.add(NOT_NAMED | row)
        self.file.count.added += 1

    def _make_segment(self, name: str) -> None:
        if fold(name) not in self.segments:
            if not self.run.dry:
                add_segment(name)
            self.segments[fold(name)] = name
            added = "would add" if self.file.report.dry_run else "added"
            self.file.report.notices.append(f"{self.file.file.name}: {added} the segment {name}")


def _refuse(owner: str | None, what: str, column: str) -> None:
    if owner:
        raise RuleError(f"{owner} already has {what}", column)


def date_by_first_order(run: Any, first_customer: int, first_order: int) -> None:
    """Customers of this run that came without a date count from their first order in it."""
    first = (
        select(
            Order.customer_id,
            func.min(Order.ordered_at).label("at"),
            func.min(Order.ordered_on).label("day"),
        )
        .where(Order.id >= first_order, Order.customer_id >= first_customer)
        .group_by(Order.customer_id)
        .subquery()
    )
    db.session.execute(
        update(Customer)
        .where(Customer.id == first.c.customer_id, Customer.created_at == run.now, first.c.at < run.now)
        .values(created_at=first.c.at, created_on=first.c.day)
        .execution_options(synchronize_session=False)
    )
