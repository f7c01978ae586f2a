"""The demo's customers, each with the day they came."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from cms.customers.keys import customer_keys, customer_terms
from cms.dates import to_utc
from cms.demo.people import FIRMS, REGIONS, STREETS, TRADES, Region
from cms.imports.batches import Batch, write_rows
from cms.imports.customers import NOT_NAMED
from cms.models import Customer, CustomerTerm

AT_ONCE = 10_000
NO_ORDERS = {name: value for name, value in NOT_NAMED.items() if name != "marketing_at"}


class Customers:
    """Makes them in the order of their days; `segments`, `addresses` and `states` are kept for their orders."""

    def __init__(self, rng: Random, zone: str):
        self.rng, self.zone = rng, zone
        self.batch = Batch(Customer, AT_ONCE)
        self.terms: list[dict[str, Any]] = []
        self.segments: list[str] = []
        self.addresses: list[str] = []
        self.states: list[str] = []
        self.number = 0

    def make(self, day: date, how_many: int) -> None:
        """So many customers who came on this day."""
        opening = to_utc(datetime.combine(day, time(6, 0)), self.zone)
        for nth in range(how_many):
            self._add(self._one(day, opening + timedelta(seconds=nth * 1800 // how_many)))
        if self.batch.full:
            self.write()

    def write(self) -> None:
        """Store those that are waiting, their search terms sorted: so the index of terms grows in few places."""
        self.batch.write()
        self.terms.sort(key=lambda row: (row["term"], row["customer_id"]))
        write_rows(CustomerTerm.__table__, self.terms)  # type: ignore[arg-type]
        self.terms = []

    def _add(self, row: dict[str, Any]) -> None:
        row |= customer_keys(*(row[name] for name in ("name", "email", "phone", "ref", "city", "postcode")))
        self.batch.add(row)
        self.segments.append(row["segment"])
        self.states.append(row["state"])
        self.addresses.append(f"{row['address']}, {row['city']} {row['postcode']}")
        terms = customer_terms(row["name"], row["email"], row["phone"], row["ref"])
        self.terms += [{"term": term, "customer_id": row["id"]} for term in terms]

    def _one(self, day: date, at: datetime) -> dict[str, Any]:
        rng = self.rng
        self.number += 1
        region = rng.choice(REGIONS)
        segment = rng.choices(("Individual", "Business", "Enterprise"), (82, 14, 4))[0]
        name, mail, gender = self._name(region, segment)
        city, state, pin = rng.choice(region.cities)
        return {
            "id": self.batch.new_id(),
            "ref": f"CUST{self.number:03d}",
            "name": name,
            "email": f"{mail}{self.number}@example.com" if rng.random() < 0.6 else "",
            "phone": self._phone() if rng.random() < 0.92 else "",
            "gender": gender,
            "segment": segment,
            "address": f"{rng.randint(1, 240)}, {rng.choice(STREETS)}",
            "city": city,
            "state": state,
            "postcode": f"{pin}{rng.randint(1, 99):02d}",
            "country": "India",
            "gstin": "",
            "note": "",
            "created_at": at,
            "created_on": day,
            **NO_ORDERS,
            "marketing_at": at if rng.random() < 0.3 else None,
        }

    def _phone(self) -> str:
        """No two alike: multiplying by a number without a common factor goes round the whole range."""
        return f"+91{6000_000_000 + self.number * 7_919_111 % 100_000_000}"

    def _name(self, region: Region, segment: str) -> tuple[str, str, str | None]:
        """A name, what an e-mail of theirs could start with, and the gender."""
        rng = self.rng
        family = rng.choice(region.family)
        if segment != "Individual":
            name = f"{family} {rng.choice(TRADES if segment == 'Business' else FIRMS)}"
            return name, name.split()[0].lower() + ".accounts", None
        if region.written and rng.random() < 0.12:
            written, latin = rng.choice(region.written)
            return written, latin, None
        female = rng.random() < 0.55
        first = rng.choice(region.female if female else region.male)
        gender = ("Female" if female else "Male") if rng.random() < 0.85 else None
        return f"{first} {family}", f"{first}.{family.split()[-1]}".lower(), gender
