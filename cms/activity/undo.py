"""Taking back what was done, while nothing was built on it: the reverse goes through the actions of the thing's own
room, so that whatever holds for a change holds for taking it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from cms.activity import queries, rules
from cms.activity.actions import as_kept
from cms.customers import actions as customers
from cms.db import db, lock
from cms.duplicates.actions import take_back_apart
from cms.duplicates.undoing import unmerge
from cms.errors import RuleError
from cms.models import Customer, Order, Product
from cms.orders import actions as orders
from cms.products import actions as products


def undo(entry: Any, undo_minutes: int, by: Any) -> None:
    """Take back what this entry of the trail did. Raises RuleError, saying why it cannot be."""
    rules.check_undoable(entry.verb, entry.undoes_id)
    UNDO[entry.verb](entry, undo_minutes, by)


def _held(table: Any, entry: Any) -> Any:
    """The row that the entry is about, locked, and the entry not undone so far: the second of two sees the first."""
    row = db.session.get(table, entry.thing_id)
    if row is None:
        raise RuleError("What this was about no longer exists")
    lock(row)
    if getattr(row, "forgotten_at", None) is not None:
        raise RuleError("This person was forgotten; what they were called before is kept nowhere")
    if done := queries.undone_by(entry.id):
        raise RuleError(f"{done.by_name} has taken this back already")
    return row


def _unchanged(table: Any, entry: Any) -> Any:
    """The same, and still as the entry left it."""
    row = _held(table, entry)
    says = as_kept({name: getattr(row, name) for name in entry.after}) or {}
    rules.check_unchanged(entry.after, says)
    return row


def _edited_customer(entry: Any, _minutes: int, by: Any) -> None:
    customer = _unchanged(Customer, entry)
    customers.edit_customer(customer, entry.before, customer.version, by, entry.id)


def _standing(entry: Any, _minutes: int, by: Any) -> None:
    customer = _unchanged(Customer, entry)
    until = customer.override_until
    was = {"override_status": customer.override_status, "override_reason": customer.override_reason} | entry.before
    if "override_until" in was:
        until = date.fromisoformat(was["override_until"]) if was["override_until"] else None
    status, reason = was["override_status"], was["override_reason"]
    customers.put_standing_back(customer, status, until, reason, customer.version, by, entry.id)


def _archived_customer(entry: Any, _minutes: int, by: Any) -> None:
    customer, archived = _held(Customer, entry), entry.verb == "customer.archived"
    rules.check_unchanged({"archived": archived}, {"archived": customer.archived_at is not None})
    customers.archive_customer(customer, not archived, customer.version, by, entry.id)


def _merged(entry: Any, _minutes: int, by: Any) -> None:
    unmerge(entry, by)


def _told_apart(entry: Any, _minutes: int, by: Any) -> None:
    take_back_apart(entry, by)


def _edited_product(entry: Any, _minutes: int, by: Any) -> None:
    product = _unchanged(Product, entry)
    products.edit_product(product, entry.before, product.version, by, entry.id)


def _counted(entry: Any, _minutes: int, by: Any) -> None:
    product = _unchanged(Product, entry)
    products.count_stock(product, entry.before["stock"], product.version, by, undoes_id=entry.id)


def _archived_product(entry: Any, _minutes: int, by: Any) -> None:
    product, archived = _held(Product, entry), entry.verb == "product.archived"
    rules.check_unchanged({"archived": archived}, {"archived": product.archived_at is not None})
    products.archive_product(product, not archived, product.version, by, entry.id)


def _moved(entry: Any, undo_minutes: int, by: Any) -> None:
    """Only the last step, by the rules of the order."""
    order = _held(Order, entry)
    if queries.standing_move(order.id, entry.before["status"], entry.after["status"]) != entry.id:
        raise RuleError("The order has gone on since; only its last step can be taken back")
    orders.take_back(order, entry.after["status"], undo_minutes, by)


UNDO: Mapping[str, Callable[[Any, int, Any], None]] = {
    "customer.edited": _edited_customer,
    "customer.standing_set": _standing,
    "customer.archived": _archived_customer,
    "customer.restored": _archived_customer,
    "customer.merged": _merged,
    "customer.told_apart": _told_apart,
    "product.edited": _edited_product,
    "product.stock_counted": _counted,
    "product.archived": _archived_product,
    "product.restored": _archived_product,
    "order.moved": _moved,
}
