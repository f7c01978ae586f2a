"""customers of a file from the browser: known by number, e-mail or phone; added, updated or both."""

from __future__ import annotations

from typing import Any, NamedTuple

from cms.customers.keys import EDITABLE
from cms.customers.rules import check_not_forgotten, contradicts
from cms.duplicates.queries import once_of
from cms.errors import RuleError
from cms.formats import email_key, parse_email, parse_phone, show_phone
from cms.imports.batches import merged_into
from cms.imports.changes import CUSTOMER, Changed, change_customers, keys_of
from cms.imports.customers import Customers
from cms.imports.faults import Faults
from cms.imports.files import Rows
from cms.imports.matched import Found
from cms.imports.run import FileRun, existing
from cms.models import Customer
from cms.text import clean_text


def _key(name: str, value: str) -> str:
    """What an e-mail or phone is kept unique by."""
    return email_key(value) if name == "email" else value


class Contacts(NamedTuple):
    """A row, what it may be known by, and what of that is wrong."""

    cells: list[str]
    ref: str
    email: str | None
    phone: str | None
    errors: list[RuleError]

    @property
    def known_by(self) -> bool:
        return bool(self.ref or self.email or self.phone)


class MatchedCustomers(Found, Customers):
    """Reads customers as other programs write them. A new one without a number gets the next."""

    model, columns, own, key = Customer, (*CUSTOMER, "forgotten_at"), "customer_ref", "ref"

    def __init__(self, file: FileRun):
        super().__init__(file)
        self.met, self.waiting = {}, []
        self.owners: dict[str, dict[str, Any]] = {}
        self.once = once_of()

    def _load(self, chunk: Rows) -> None:
        read = [(line, self._contacts(cells)) for line, cells in chunk]
        refs = self._by_number({row.ref for _line, row in read if row.ref})
        self.owners = {
            "email": self.find("email_key", {row.email for _line, row in read if row.email}),
            "phone": self.find("phone_key", {row.phone for _line, row in read if row.phone}),
        }
        led = self._by_merge({key for _line, row in read for key in (row.email, row.phone) if key})
        bare = {line: self.key_of("customers", row.cells) for line, row in read if not (row.known_by or row.errors)}
        known = existing(Customer.request_key, set(bare.values()))
        new: list[tuple[int, dict[str, Any]]] = []
        changed: Changed = []

        def sort(line: int, row: Contacts) -> None:
            was: Any = refs.get(row.ref) or self._owner("email", row.email) or self._owner("phone", row.phone)
            was = was or led.get(row.email or "") or led.get(row.phone or "")
            if row.errors:
                self._refuse_all(row, nameless=bool(was) or self.file.file.mode == "update")
            if was:
                self.meet(line, was, f"{was['name']} ({was['ref']})")
                self._there(line, was, row.cells, changed)
            elif bare.get(line) in known:
                self.file.count.known += 1
            elif self.file.file.mode == "update":
                self.leave(line, "update")
            else:
                self._new(line, row.cells, bare.get(line), new)

        self.file.each(read, sort)
        self.file.each(new, self._add)
        self.store()
        if not self.run.dry:
            change_customers(changed)

    def _by_merge(self, keys: set[str]) -> dict[str, Any]:
        """Whom e-mails and phones that went with a merge lead to, but for what two are kept of."""
        led = {key: min(self.once[key]) for key in keys & self.once.keys() if len(self.once[key]) == 1}
        kept = self.find("id", set(led.values()))
        return {key: kept[customer_id] for key, customer_id in led.items()}

    def _by_number(self, refs: set[str]) -> dict[str, Any]:
        """Who has, or had before a merge, one of these numbers."""
        found = self.find("ref", refs)
        led = merged_into(refs - found.keys())
        kept = self.find("id", set(led.values()))
        return found | {ref: kept[customer_id] for ref, customer_id in led.items()}

    def _owner(self, name: str, key: str | None) -> Any:
        return self.owners[name].get(key) if key else None

    def _contacts(self, cells: list[str]) -> Contacts:
        tell = Faults()
        ref = cells[0] = tell(clean_text, cells[0], 64, "customer_ref", what="customer_ref")
        email = tell(parse_email, cells[2]) if cells[2] else None
        phone = tell(parse_phone, cells[3], self.run.country) if cells[3] else None
        return Contacts(cells, ref, email_key(email) if email else None, phone, tell.errors)

    def _refuse_all(self, row: Contacts, nameless: bool) -> None:
        """Raises RuleError with what is wrong beside the contacts too; who is there already needs no name."""
        tell = Faults()
        tell.errors += row.errors
        tell(self._read, "", ["", row.cells[1] or ("?" if nameless else ""), "", "", *row.cells[4:]])
        tell.end()

    def _new(self, line: int, cells: list[str], key: str | None, new: list[tuple[int, dict[str, Any]]]) -> None:
        if cells[0] and cells[0] in self.lines:
            raise RuleError(f"Customer {cells[0]} stands in line {self.lines[cells[0]]} already", "customer_ref")
        self.lines[cells[0]] = line
        new.append((line, self._read(cells[0], cells) | {"request_key": key}))

    def _there(self, line: int, was: Any, cells: list[str], changed: Changed) -> None:
        if self.file.file.mode == "create":
            self.leave(line, "create")
            return
        check_not_forgotten(was["forgotten_at"] is not None)
        names = ("name", "email", "phone", "gender", "segment", "address", "city", "state", "postcode", "country")
        filled = {name for name, cell in zip((*names, "gstin"), cells[1:12], strict=True) if cell}
        filled |= {"note"} if cells[13] else set()
        said = self._read(was["ref"], [cells[0], cells[1] or was["name"], *cells[2:14], *[""] * 5])
        now = self.differs(was, {name: said[name] for name in EDITABLE if name in filled})
        if "email" in now and was["email"] and email_key(now["email"]) == email_key(was["email"]):
            now = {name: value for name, value in now.items() if name != "email"}  # only capitals differ
        if (now.get("segment") or was["segment"]) != "Individual":
            now = {name: value for name, value in now.items() if name != "gender"}
            now |= {"gender": None} if was["gender"] else {}
        old = {name for name in ("email", "phone") if was["id"] in self.once.get(_key(name, now.get(name, "")), ())}
        now = {name: value for name, value in now.items() if name not in old}  # what a merge left behind stays there
        self._check_contacts(was, now, line)
        if not now:
            self.file.count.known += 1
            return
        if contradicts(now.get("gstin", was["gstin"]), now.get("state", was["state"])):
            what = "customers have a GSTIN of another state than their address: their invoices go by the GSTIN"
            self.file.noticed.add(what, f"line {line}")
        self._make_segment(now.get("segment", was["segment"]))
        changed.append((was, now))
        self.note(was, now, "ref")

    def _check_contacts(self, was: Any, now: dict[str, Any], line: int) -> None:
        """Raises RuleError when another has the new e-mail or phone, in the shop or in this file."""
        who = f"{was['name']} ({was['ref']})"
        for name, taken, what in (("email", self.emails, "this e-mail"), ("phone", self.phones, "the phone")):
            if name in now:
                key = _key(name, now[name])
                owner = self.owners[name].get(key)
                other = f"{owner['name']} ({owner['ref']})" if owner and owner["id"] != was["id"] else taken.get(key)
                if other and other != who:
                    what = f"{what} {show_phone(key)}" if name == "phone" else what
                    raise RuleError(f"{other} already has {what}", name)
                taken[key] = who

    def number(self) -> None:
        bare = [row for row in self.batch.rows if not row["ref"]]
        self.file.number(self.batch, Customer)
        for row in bare:
            row |= keys_of(row)

    def write(self) -> None:
        self._write()
