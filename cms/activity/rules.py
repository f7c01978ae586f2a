"""Where an entry of the trail leads, and what can be taken back of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from cms.errors import RuleError

KINDS: Mapping[str, str] = {
    "orders": "Orders",
    "customers": "Customers",
    "products": "Products",
    "returns": "Returns",
    "complaints": "Complaints",
    "payments": "Payments",
    "invoices": "Invoices",
    "credit_notes": "Credit notes",
    "feedback": "Feedback",
    "notifications": "Messages",
    "users": "Users",
    "settings": "Settings",
    "contact_page": "Contact page",
    "backup_plan": "Backups",
    "imports": "Imports",
    "exports": "Exports",
    "saved_views": "Saved views",
}
"""What can be done something with, by its table."""

PAGES: Mapping[str, str] = {
    "orders": "/orders/{id}",
    "customers": "/customers/{id}",
    "products": "/products/{id}",
    "returns": "/returns/{id}",
    "complaints": "/complaints/{id}",
    "users": "/settings/users/{id}",
    "settings": "/settings",
    "contact_page": "/contact",
    "exports": "/exports",
    "backup_plan": "/settings/backup",
    "imports": "/imports/{id}",
}
ICONS: Mapping[str, str] = {
    "customers": "user",
    "credit_notes": "invoices",
    "invoices": "invoices",
    "users": "key",
    "contact_page": "contact",
    "imports": "imports",
    "saved_views": "bookmark",
    "backup_plan": "archive",
}
OWNERS_ONLY = ("users", "backup_plan")

UNDOABLE = (
    "customer.edited",
    "customer.standing_set",
    "customer.archived",
    "customer.restored",
    "customer.merged",
    "customer.told_apart",
    "product.edited",
    "product.stock_counted",
    "product.archived",
    "product.restored",
    "order.moved",
)
WHY_NOT: Mapping[str, str] = {
    "customer.added": "Whoever was added stays; archive the customer instead",
    "customer.merge_undone": "Merge them again under Customers, Find duplicates",
    "customer.brought_back": "Merge them again under Customers, Find duplicates",
    "customer.forgotten": "What was forgotten is kept nowhere and cannot come back",
    "product.added": "What was added stays; archive the product instead",
    "order.placed": "An order is not unmade; cancel it on its page instead",
    "order.changed": "Change the order again on its page",
    "order.given_over": "Change the order again on its page",
    "order.step_taken_back": "A step that was taken back is not put back; move the order on again on its page",
    "settings.changed": "Change it back under Settings",
    "contact.changed": "Change it back under Settings, Contact page",
    "user.changed": "Change it back under Settings, Users",
}
CELLS: Mapping[tuple[str, str], str] = {
    ("customers", "phone"): "customers/{id}/cells/phone",
    ("customers", "email"): "customers/{id}/cells/email",
    ("customers", "segment"): "customers/{id}/cells/segment",
    ("customers", "override_status"): "customers/{id}/status",
    ("products", "price_paise"): "products/{id}/cells/price",
    ("products", "stock"): "products/{id}/cells/stock",
}


def href(thing: str, thing_id: int | None, order_id: int | None, customer_id: int | None, manages: bool) -> str:
    """The page of what an entry is about, or of the order or customer it belongs to; empty when there is none.

    >>> href("orders", 7, 7, 1, False), href("invoices", 3, 7, 1, False), href("users", 2, None, None, False)
    ('/orders/7', '/orders/7', '')
    """
    if thing in PAGES and thing_id is not None and (manages or thing not in OWNERS_ONLY):
        return PAGES[thing].format(id=thing_id)
    if order_id is not None:
        return f"/orders/{order_id}"
    return f"/customers/{customer_id}" if customer_id is not None else ""


def icon(thing: str) -> str:
    """The sign of a kind of thing."""
    return ICONS.get(thing) or (thing if thing in KINDS else "info")


def can_offer(verb: str, undoes_id: int | None, at: datetime, now: datetime, undo_minutes: int) -> bool:
    """Whether taking this back is worth a button; whether it still can be is seen when it is pressed."""
    if verb not in UNDOABLE or undoes_id is not None:
        return False
    return verb != "order.moved" or now - at <= timedelta(minutes=undo_minutes)


def passed_steps(rows: Iterable[Any]) -> set[int]:
    """Of entries, the latest first, the steps of orders that a later one of the same order has followed."""
    steps = [row for row in rows if row.verb == "order.moved" and row.undoes_id is None and row.undone_at is None]
    last = {row.order_id: row.id for row in reversed(steps)}
    return {row.id for row in steps} - set(last.values())


def check_undoable(verb: str, undoes_id: int | None) -> None:
    """Raises RuleError, saying what to do instead, for what is not taken back here."""
    if undoes_id is not None:
        raise RuleError("This took something back already; to have it again, change it by hand")
    if verb not in UNDOABLE:
        raise RuleError(WHY_NOT.get(verb, "This cannot be taken back here; open the record and change it by hand"))


def check_unchanged(said: Mapping[str, Any], says: Mapping[str, Any]) -> None:
    """Raises RuleError when something was built on what an entry did: a field no longer says what it was given."""
    if any(says.get(name) != value for name, value in said.items()):
        raise RuleError("It was changed again since; see what it says now, and change it by hand if that is wrong")


def cell_of(thing: str, thing_id: int, fields: Mapping[str, Any]) -> tuple[str, str] | None:
    """The id of the cell of a list where the only changed field stands, and the address that shows it anew.

    >>> cell_of("products", 3, {"price_paise": 100})
    ('product-3-price', '/products/3/cells/price?cancel')
    """
    names = [name for name in fields if (thing, name) in CELLS]
    if len(names) != 1:
        return None
    path = CELLS[thing, names[0]].format(id=thing_id)
    return f"{thing[:-1]}-{thing_id}-{path.rpartition('/')[2]}", f"/{path}?cancel"
