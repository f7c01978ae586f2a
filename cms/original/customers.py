"""The table customers, and loyalty_points, which become a line of their notes."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from cms.customers.actions import add_segment
from cms.customers.keys import customer_keys, customer_terms
from cms.customers.queries import segments
from cms.errors import RuleError
from cms.formats import email_key, parse_email, parse_phone
from cms.imports.batches import Batch, Lookup, write_rows
from cms.imports.customers import NOT_NAMED
from cms.models import Customer, CustomerTerm
from cms.original.moving import Moving
from cms.original.rules import gender_of, kept_text, stated, whole_of
from cms.refs import catch_up, next_ref
from cms.text import fold, is_visible

BEFORE = "in the original application"
UNKNOWN = """
SELECT customer_id, COUNT(*) AS n FROM (
  SELECT customer_id FROM orders
  UNION ALL SELECT c.customer_id FROM complaints c
  WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.order_id = c.order_id)
) GROUP BY customer_id ORDER BY COALESCE(customer_id, '') = '', customer_id"""
WITH_POINTS = """
SELECT c.*, p.points FROM customers c
LEFT JOIN (SELECT customer_id, GROUP_CONCAT(points, ' + ') AS points FROM loyalty_points
  WHERE CAST(points AS REAL) <> 0 GROUP BY customer_id) p ON p.customer_id = c.customer_id
ORDER BY c.row"""
WITH_ORDERS = """
SELECT c.*, (SELECT COUNT(*) FROM orders o WHERE o.customer_id = c.customer_id) AS counted
FROM customers c ORDER BY c.row"""


@dataclass(frozen=True, slots=True)
class Person:
    """A customer of this move: where orders find them."""

    id: int
    ref: str
    at: datetime
    day: date


class Customers:
    """Keeps everyone under their number, whoever orders name too."""

    def __init__(self, moving: Moving):
        self.moving, self.run = moving, moving.run
        self.batch = Batch(Customer)
        self.terms: list[dict[str, Any]] = []
        self.known: dict[str, Person] = {}
        self.emails: dict[str, str] = {}
        self.phones: dict[str, str] = {}
        self.segments = {fold(name): name for name in segments()}

    def load(self) -> None:
        for chunk in self.moving.staging.chunks(WITH_POINTS):
            for row in chunk:
                self._row(row)
            self._write()
        self._unknown()
        for chunk in self.moving.staging.chunks("SELECT * FROM loyalty_points ORDER BY row"):
            for row in chunk:
                if (row["customer_id"] or "").casefold() in self.known:
                    self.moving.keep("loyalty_points")
                else:
                    self.moving.leave("loyalty_points", row, "There is no such customer")

    def person(self, customer_id: str | None) -> Person | None:
        return self.known.get((customer_id or "").casefold())

    def _row(self, row: sqlite3.Row) -> None:
        ref, lost = kept_text(row["customer_id"], 64)
        if not ref or lost:
            return self.moving.leave("customers", row, "There is no customer_id that can be kept")
        if ref.casefold() in self.known:
            return self.moving.leave("customers", row, "Another customer has this customer_id")
        notes: list[str] = []
        name = self.moving.text("customers", row, "customer_name", 120)
        if not is_visible(name):
            name = ref
            self.moving.look("customers", row, "There is no name; the number stands for it")
        when = self.moving.when("customers", row, "created_at")
        if when is None and stated(row["created_at"]):
            self.moving.look("customers", row, "created_at is no date; the first order counts")
        if row["points"]:
            notes.append(f"Loyalty points {BEFORE}: {row['points'][:300]}")
        segment = self._segment(row)
        values = {
            "email": self._email(row, notes),
            "phone": self._phone(row, notes),
            "gender": self._gender(row, segment),
            "segment": segment,
        }
        self._add(ref, name, when, values, notes)
        self.moving.keep("customers")
        return None

    def _email(self, row: sqlite3.Row, notes: list[str]) -> str:
        text = kept_text(stated(row["email_id"]), 254)[0]
        if not text:
            return ""
        try:
            email = parse_email(text)
        except RuleError:
            self.moving.look("customers", row, "The e-mail is no address; it stands in the note")
            notes.append(f"E-mail {BEFORE}: {text}")
            return ""
        if whose := self.emails.get(email_key(email)):
            self.moving.look("customers", row, "Another customer has this e-mail; here it stands in the note", whose)
            notes.append(f"E-mail {BEFORE}: {text} (also of {whose})")
            return ""
        self.emails[email_key(email)] = row["customer_id"]
        return email

    def _phone(self, row: sqlite3.Row, notes: list[str]) -> str:
        text = kept_text(stated(row["phone_number"]), 100)[0]
        if not text:
            return ""
        why = ""
        try:
            phone = parse_phone(text, self.run.country)
        except RuleError as error:
            phone, why = text.lstrip("+ "), error.message
        whose = self.phones.get(phone)
        if whose or len(phone) > 32:
            what = "Another customer has this phone; here it stands in the note"
            self.moving.look(
                "customers", row, what if whose else "The phone is too long; it stands in the note", whose or ""
            )
            notes.append(f"Phone {BEFORE}: {text}{f' (also of {whose})' if whose else ''}")
            return ""
        if why:
            self.moving.look("customers", row, "The phone cannot be dialled; kept as it was", why)
        self.phones[phone] = row["customer_id"]
        return phone

    def _segment(self, row: sqlite3.Row) -> str:
        text = kept_text(stated(row["customer_segment"]), 60)[0]
        if not fold(text):
            self.moving.look("customers", row, "There is no segment; it counts as Individual")
            text = "Individual"
        if fold(text) not in self.segments:
            self.segments[fold(text)] = text
            add_segment(text)
        return self.segments[fold(text)]

    def _gender(self, row: sqlite3.Row, segment: str) -> str | None:
        gender, understood = gender_of(row["gender"])
        if not understood:
            self.moving.look("customers", row, "The gender is not Female, Male or Other; it is left blank")
        if gender and segment != "Individual":
            self.moving.look("customers", row, "The gender of who is no individual is left out", gender)
            return None
        return gender

    def _add(
        self, ref: str, name: str, when: tuple[datetime, date] | None, values: dict[str, Any], notes: list[str]
    ) -> None:
        at, day = when or (self.run.now, self.run.today)
        person = Person(self.batch.new_id(), ref, at, day)
        self.known[ref.casefold()] = person
        blank = dict.fromkeys(("address", "city", "state", "postcode", "country", "gstin"), "")
        row = blank | values | {"id": person.id, "ref": ref, "name": name, "note": "\n".join(notes)}
        row |= {"created_at": at, "created_on": day}
        row |= customer_keys(name, values["email"], values["phone"], ref, row["city"], row["postcode"])
        self.batch.add(row | NOT_NAMED)
        terms = customer_terms(name, values["email"], values["phone"], ref)
        self.terms += [{"term": term, "customer_id": person.id} for term in terms]

    def _write(self) -> None:
        self.batch.write()
        self.terms.sort(key=lambda row: (row["term"], row["customer_id"]))
        write_rows(CustomerTerm.__table__, self.terms)  # type: ignore[arg-type]
        self.terms = []

    def _unknown(self) -> None:
        """Make a customer for each number that only orders or complaints know, so that no sale is lost."""
        segment = self.segments.setdefault("individual", "Individual")
        add_segment(segment)
        values = {"email": "", "phone": "", "gender": None, "segment": segment}
        for row in list(self.moving.staging.ask(UNKNOWN)):
            key = (row["customer_id"] or "").casefold()
            if key in self.known:
                continue
            ref, lost = kept_text(row["customer_id"], 64)
            if not ref or lost or ref.casefold() in self.known:  # these come last and get new numbers
                self._write()
                catch_up(Customer)
                ref = next_ref(Customer)
            self._add(ref, f"Unknown customer {ref}", None, values, ["Only orders or complaints named this customer"])
            self.known[key] = self.known[ref.casefold()]
            self.moving.counts["customers"].made += 1
            what = "The table customers lacks a customer that orders or complaints name; made here"
            self.moving.note("customers", ref, what, f"named {row['n']:,} times")
        self._write()
        catch_up(Customer)

    def review(self, active_days: int) -> None:
        """What the original said of each customer beside what their orders say, once all is counted."""
        today = self.run.today
        for chunk in self.moving.staging.chunks(WITH_ORDERS):
            found = Lookup(Customer.ref, Customer.last_order_on)
            found.fetch({row["customer_id"] for row in chunk if row["customer_id"]})
            for row in chunk:
                customer = found.get(row["customer_id"] or "")
                if customer is None:
                    continue
                last = customer.last_order_on
                now = "Active" if last and today - last <= timedelta(days=active_days) else "Inactive"
                was = stated(row["status"]).capitalize()
                if was and was != now:
                    self.moving.look("customers", row, f"It was {was}, by its orders it is {now}; the orders count")
                kept = whole_of(row["total_orders"])
                if kept is not None and kept != row["counted"]:
                    what = "total_orders is not the number of orders there are; the orders count"
                    self.moving.look("customers", row, what, f"{row['counted']} orders")
