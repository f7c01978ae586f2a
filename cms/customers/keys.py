"""What is told from a customer's own words: the keys they are sorted, matched and found by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert

from cms.customers import queries
from cms.db import db
from cms.duplicates.rules import alike_keys
from cms.formats import email_key, phone_digits
from cms.models import Customer, CustomerTerm
from cms.text import fold, search_terms

EDITABLE = (
    "name",
    "email",
    "phone",
    "gender",
    "segment",
    "address",
    "city",
    "state",
    "postcode",
    "country",
    "gstin",
    "note",
)


def fill(customer: Customer, values: dict[str, Any]) -> None:
    """Put these of EDITABLE, and whatever is told from them."""
    for name in EDITABLE:
        if name in values:
            setattr(customer, name, values[name])
    if customer.segment != "Individual":
        customer.gender = None
    keys = customer_keys(
        customer.name, customer.email or "", customer.phone or "", customer.ref, customer.city, customer.postcode
    )
    for name, key in keys.items():
        setattr(customer, name, key)


def customer_keys(
    name: str, email: str, phone: str, ref: str, city: str | None, postcode: str | None
) -> dict[str, str | None]:
    """What a customer is sorted, matched, kept unique and searched by."""
    return {
        "name_key": fold(name)[:120],
        "email_key": email_key(email) if email else None,
        "phone_key": phone or None,
        "search_text": queries.search_text(name, email, phone_digits(phone), ref),
        **alike_keys(name, email, phone, city or "", postcode or ""),
    }


def terms_of(customer: Customer) -> set[str]:
    return customer_terms(customer.name, customer.email or "", customer.phone or "", customer.ref)


def customer_terms(name: str, email: str, phone: str, ref: str) -> set[str]:
    """What this customer is found by, as `customer_terms` keeps it."""
    digits = phone_digits(phone)
    return search_terms([name, email, ref], [digits] if digits else [])


def add_terms(customer: Customer, terms: set[str]) -> None:
    """Let a customer be found by these."""
    rows = [{"term": term, "customer_id": customer.id} for term in sorted(terms)]
    if rows:
        db.session.execute(insert(CustomerTerm), rows)


def drop_terms(customer: Customer, terms: set[str]) -> None:
    """Let a customer be found by these no more."""
    if not terms:
        return
    # By the primary key, term first: SQLite walks the whole table for a list of pairs, or for the customer alone.
    db.session.execute(
        delete(CustomerTerm)
        .where(CustomerTerm.term.in_(sorted(terms)), CustomerTerm.customer_id == customer.id)
        .execution_options(synchronize_session=False)
    )


def rewrite(customer: Customer, values: Mapping[str, Any]) -> None:
    """Put any columns of a customer whose row is held, and whatever is told from them."""
    terms = terms_of(customer)
    for name, value in values.items():
        setattr(customer, name, value)
    fill(customer, {})
    db.session.flush()
    drop_terms(customer, terms - terms_of(customer))
    add_terms(customer, terms_of(customer) - terms)
