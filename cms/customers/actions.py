"""Adding and changing customers."""

from __future__ import annotations

from datetime import date
from typing import Any

from markupsafe import Markup
from sqlalchemy.exc import IntegrityError

from cms import clock
from cms.activity.actions import record
from cms.customers import queries, rules
from cms.customers.keys import add_terms, drop_terms, fill, terms_of
from cms.db import claim, db
from cms.errors import RuleError
from cms.formats import email_key, show_phone
from cms.models import Customer, Segment
from cms.notifications.actions import end_offers
from cms.refs import next_ref
from cms.totals.actions import count_on, count_segment

TAKEN = Markup('{} ({}) already has {}. <a href="/customers/{}" target="_blank">Open {}</a>')
OVERRIDE = ("override_status", "override_until", "override_reason")


def add_customer(values: dict[str, Any], zone: str, by: object, request_key: str | None = None) -> Customer:
    """A new customer with the next number; the same request key gives back the one it made before.

    Raises RuleError naming who already has the e-mail or phone, for a segment that is not on the shop's list, or for
    a GSTIN of another state.
    """
    if request_key and (made := queries.by_request_key(request_key)):
        return made
    now = clock.now()
    customer = Customer(
        ref=next_ref(Customer), created_at=now, created_on=clock.business_date(now, zone), request_key=request_key
    )
    fill(customer, values)
    try:
        _check_segment(customer.segment)
        rules.check_gstin(customer.gstin or "", customer.state or "")
        _check_contact(customer)
        with db.session.begin_nested():
            db.session.add(customer)
    except (IntegrityError, RuleError):  # another took the e-mail, the phone or the key between the checks and now
        if request_key and (made := queries.by_request_key(request_key)):
            return made
        _check_contact(customer)
        raise
    add_terms(customer, terms_of(customer))
    count_on(customer.created_on, customers=1)
    record(by, "customer.added", customer, customer_id=customer.id, after={"name": customer.name})
    return customer


def edit_customer(
    customer: Customer, values: dict[str, Any], version: int, by: object, undoes_id: int | None = None
) -> int | None:
    """Change some of EDITABLE, and give the entry of it in the trail, if anything changed.

    Raises RuleError for a contact someone else has or a GSTIN of another state, Conflict for an edit in between.
    """
    _check_segment(values.get("segment", customer.segment))
    claim(customer, version, tuple(values))
    rules.check_not_forgotten(customer.forgotten_at is not None)
    if "gstin" in values or "state" in values:
        rules.check_gstin(values.get("gstin", customer.gstin), values.get("state", customer.state))
    names = {*values, "gender"} if "segment" in values else {*values}  # only individuals keep their gender
    before = {name: getattr(customer, name) for name in names}
    terms = terms_of(customer)
    try:
        with db.session.begin_nested(), db.session.no_autoflush:
            fill(customer, values)
            _check_contact(customer)
    except IntegrityError:  # another took the e-mail or the phone between the check and now
        _check_contact_values(values, customer.id)
        raise
    after = {name: getattr(customer, name) for name in names}
    if before == after:
        return None
    drop_terms(customer, terms - terms_of(customer))
    add_terms(customer, terms_of(customer) - terms)
    if "segment" in before and before["segment"] != customer.segment:
        count_segment(customer.id, before["segment"], customer.segment)
    changed: dict[str, Any] = {"before": before, "after": after, "undoes_id": undoes_id}
    return record(by, "customer.edited", customer, customer_id=customer.id, **changed)


def set_standing(
    customer: Customer, status: str, reason: str, until: date | None, version: int, today: date, by: object
) -> int:
    """Set Active or Inactive by hand, above what the orders say; gives the entry. Raises RuleError or Conflict."""
    rules.check_override(status, reason, until, today)
    claim(customer, version, OVERRIDE)
    rules.check_not_forgotten(customer.forgotten_at is not None)
    return _override(customer, status, until, reason.strip(), by)


def clear_standing(customer: Customer, version: int, by: object) -> int:
    """Let the orders say again whether the customer is active; gives the entry. Raises Conflict."""
    claim(customer, version, OVERRIDE)
    rules.check_not_forgotten(customer.forgotten_at is not None)
    return _override(customer, None, None, "", by)


def set_offers(customer: Customer, wanted: bool, by: object) -> None:
    """Note that the customer agreed to get offers, now, or no longer does. The caller holds the row by its version."""
    if (customer.marketing_at is not None) == wanted:
        return
    customer.marketing_at = clock.now() if wanted else None
    if not wanted:
        end_offers(customer.id)
    verb = "customer.offers_allowed" if wanted else "customer.offers_ended"
    record(by, verb, customer, customer_id=customer.id)


def put_standing_back(
    customer: Customer, status: str | None, until: date | None, reason: str, version: int, by: object, undoes_id: int
) -> int:
    """What was set by hand, or nothing, as it was before the entry `undoes_id`. Raises Conflict."""
    claim(customer, version, OVERRIDE)
    rules.check_not_forgotten(customer.forgotten_at is not None)
    return _override(customer, status, until, reason, by, undoes_id)


def archive_customer(
    customer: Customer, archived: bool, version: int, by: object, undoes_id: int | None = None
) -> int | None:
    """Take a customer out of the lists, or back; nothing they bought changes. Gives the entry. Raises Conflict."""
    claim(customer, version)
    rules.check_not_forgotten(customer.forgotten_at is not None)
    if (customer.archived_at is not None) == archived:
        return None
    customer.archived_at = clock.now() if archived else None
    verb = "customer.archived" if archived else "customer.restored"
    return record(by, verb, customer, customer_id=customer.id, undoes_id=undoes_id)


def add_segment(name: str) -> None:
    """Put a segment on the shop's list unless it is there."""
    if name not in queries.segments():
        db.session.add(Segment(name=name, position=100))
        db.session.flush()


def customer_ordered(customer: Customer, by: object) -> None:
    """A new order ends an Inactive set by hand."""
    if rules.ends_override(customer.override_status):
        _override(customer, None, None, "", by)


def _override(
    customer: Customer, status: str | None, until: date | None, reason: str, by: object, undoes_id: int | None = None
) -> int:
    before = {name: getattr(customer, name) for name in OVERRIDE}
    customer.override_status, customer.override_until, customer.override_reason = status, until, reason
    after = {name: getattr(customer, name) for name in OVERRIDE}
    changed: dict[str, Any] = {"before": before, "after": after, "undoes_id": undoes_id}
    return record(by, "customer.standing_set", customer, customer_id=customer.id, **changed)


def _check_contact(customer: Customer) -> None:
    _raise_if_taken(customer.email_key, customer.phone_key, customer.id)


def _check_contact_values(values: dict[str, Any], besides: int) -> None:
    email, phone = values.get("email") or "", values.get("phone") or ""
    _raise_if_taken(email_key(email) if email else None, phone or None, besides)


def _raise_if_taken(email: str | None, phone: str | None, besides: int | None) -> None:
    taken = queries.same_contact(email, phone, besides)
    if taken is None:
        return
    field, what = "email", "this e-mail"
    if phone and taken.phone_key == phone:
        field, what = "phone", f"the phone {show_phone(phone)}"
    raise RuleError(TAKEN.format(taken.name, taken.ref, what, taken.id, taken.ref), field)


def _check_segment(name: str) -> None:
    if name not in queries.segments():
        raise RuleError("Choose one of the list for segment", "segment")
