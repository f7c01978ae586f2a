"""Taking an import back, whole: what it added goes, what it changed says again what it said.

Only while nothing was built on it. What refers to its rows is found from the foreign keys of all tables, so that a
table which comes later keeps them too. Numbers that were given out are not given again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Table, delete, func, not_, or_, select, update

from cms import clock
from cms.activity.actions import as_kept, record
from cms.db import db, lock
from cms.errors import RuleError
from cms.formats import email_key
from cms.imports import queries
from cms.imports.batches import in_parts
from cms.imports.changes import CUSTOMER, PRODUCT, Changed, can_count, change_customers, change_products, tell
from cms.imports.payments import overdrawn
from cms.jobs.actions import enqueue
from cms.models import Customer, Import, Job, Product, StockMove
from cms.totals.actions import rebuild
from cms.totals.added import count_span

OWN = ("customer_terms", "customer_years", "customer_values", "product_days", "product_months")
"""What is worked out from the rows themselves and goes with them."""
BUILT: Mapping[str, str] = {
    "orders": "an order was placed",
    "order_lines": "an order was placed",
    "payments": "a payment was recorded",
    "returns": "something was brought back",
    "complaints": "a complaint was opened",
    "complaint_notes": "a note was made",
    "feedback": "feedback came",
    "feedback_links": "feedback was asked for",
    "notifications": "a message was written",
    "invoices": "an invoice was issued",
    "stock_moves": "stock was moved",
    "status_changes": "a status was changed",
    "credit_moves": "store credit was used",
}
ONES = {"customers": "customer", "products": "product", "orders": "order", "returns": "return", "payments": "payment",
        "complaints": "complaint"}  # fmt: skip
GONE = "Nothing was taken back"


def begin_revert(landed: Import, by: Any) -> Job:
    """Have an import taken back. Raises RuleError where that cannot be or is under way."""
    lock(landed)
    check_revertible(landed)
    job = db.session.get(Job, landed.job_id, populate_existing=True) if landed.job_id else None
    if job and job.state in ("queued", "running"):
        return job
    job = enqueue("imports.revert", {"import_id": landed.id, "by": by.id}, by)
    landed.job_id = job.id
    return job


def check_revertible(landed: Import) -> None:
    """Raises RuleError for one that is taken back already, or of which nobody knows what its rows are."""
    if landed.reverted_at:
        raise RuleError("This import was taken back already")
    if landed.spans is None:
        raise RuleError("This import is from before imports could be taken back")


def revert(import_id: int, by: Any) -> str:
    """Take an import back in the open transaction. Raises RuleError, with an example, when it was built on."""
    landed = db.session.get_one(Import, import_id)
    lock(landed)
    if landed.reverted_at:
        return "It is taken back"
    check_revertible(landed)
    tables = {table.name: table for table in db.metadata.sorted_tables}
    spans = {name: (span[0], span[1]) for name, span in (landed.spans or {}).items()}
    for name, span in spans.items():  # held, so that they stay as they are looked at
        _execute(update(tables[name]).where(tables[name].c.id.between(*span)).values(id=tables[name].c.id))
    for name in spans:
        _check_untouched(tables[name], spans)
    changes = queries.changes(import_id)
    counted = can_count(spans, [change.after for change in changes])
    if counted:
        count_span(spans, -1)
    _put_back([change for change in changes if change.thing == "customers"], Customer, CUSTOMER, by)
    _put_back([change for change in changes if change.thing == "products"], Product, PRODUCT, by)
    for table in reversed(db.metadata.sorted_tables):
        if table.name in OWN:
            for parent, column in _references(table, spans):
                _execute(delete(table).where(column.between(*spans[parent])))
        elif table.name in spans:
            _execute(delete(table).where(table.c.id.between(*spans[table.name])))
    db.session.expire_all()
    if not counted:
        rebuild()
    if short := overdrawn({}):
        raise RuleError(f"{GONE}: store credit that it gave customer {short} has been spent since")
    landed = db.session.get_one(Import, import_id)
    landed.reverted_at = clock.now()
    record(by, "import.reverted", landed, after={"name": landed.source})
    return "The import is taken back"


def _execute(statement: Any) -> None:
    db.session.execute(statement.execution_options(synchronize_session=False))


def _references(table: Table, spans: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The columns of a table that refer to what the import added, with the table that each refers to."""
    return [(key.column.table.name, key.parent) for key in table.foreign_keys if key.column.table.name in spans]


def _check_untouched(table: Table, spans: Mapping[str, tuple[int, int]]) -> None:
    """Raises RuleError when one of these rows was changed, or another's row refers to one."""
    added = table.c.id.between(*spans[table.name])
    changed = [table.c[name] for name in ("version",) if name in table.c]
    if changed:
        touched = table.c.version != 1
        touched = or_(touched, table.c.credit_note_id.is_not(None)) if "credit_note_id" in table.c else touched
        if (one := db.session.execute(select(table).where(added, touched).limit(1)).first()) is not None:
            raise RuleError(f"{GONE}: {ONES.get(table.name, 'row')} {_name(one)} was changed since")
    for child in db.metadata.sorted_tables:
        if child.name in OWN or child.name == "import_changes":
            continue
        for parent, column in _references(child, {table.name: ()}):
            other = child.alias()
            query = select(table).join(other, other.c[column.name] == table.c.id).where(added)
            if child.name in spans:
                query = query.where(not_(other.c.id.between(*spans[child.name])))
            if (one := db.session.execute(query.limit(1)).first()) is not None:
                what = BUILT.get(child.name, "something was added")
                raise RuleError(f"{GONE}: {what} since for {ONES.get(parent, 'row')} {_name(one)}")


def _name(row: Any) -> str:
    """A row as people know it."""
    number = row._mapping.get("ref") or row._mapping.get("sku") or row.id
    name = row._mapping.get("name")
    return f"{name} ({number})" if name else str(number)


def _put_back(changes: Iterable[Any], model: Any, columns: tuple[str, ...], by: Any) -> None:
    """What these rows said before. Raises RuleError when one says something else by now."""
    by_id = {change.thing_id: change for change in changes}
    if not by_id:
        return
    found: dict[int, Any] = {}
    for part in in_parts(by_id):
        query = select(model.id, model.version, *(getattr(model, name) for name in columns)).where(model.id.in_(part))
        found |= {row.id: row._mapping for row in db.session.execute(query.order_by(model.id).with_for_update())}
    moved = _moved(list(by_id)) if model is Product else {}
    rows: Changed = []
    told = []
    for thing_id, change in by_id.items():
        was = found[thing_id]
        now = {name: was[name] for name in change.after}
        if was["version"] != change.version or as_kept(now) != change.after:
            name = f"{was['name']} ({was['ref'] if model is Customer else was['sku']})"
            raise RuleError(f"{GONE}: {name} was changed since")
        rows.append((dict(was, moved=moved.get(thing_id, 0)), dict(change.before)))
        ref = was["ref"] if model is Customer else was["sku"]
        told.append({"thing": change.thing, "thing_id": thing_id, "ref": ref, "before": now, "after": change.before})
    if model is Customer:
        _check_free(rows)
        change_customers(rows)
    else:
        change_products(rows, by)
    tell(by, told)


def _moved(ids: list[int]) -> dict[int, int]:
    total: dict[int, int] = defaultdict(int)
    for part in in_parts(ids):
        query = select(StockMove.product_id, func.sum(StockMove.quantity)).where(StockMove.product_id.in_(part))
        total |= {key: int(units) for key, units in db.session.execute(query.group_by(StockMove.product_id))}
    return total


def _check_free(rows: Changed) -> None:
    """Raises RuleError when another has by now the e-mail or phone that a customer would get back."""
    for was, before in rows:
        email, phone = before.get("email"), before.get("phone")
        wanted = [Customer.email_key == email_key(email)] if email else []
        wanted += [Customer.phone_key == phone] if phone else []
        if wanted:
            taken = select(Customer.name, Customer.ref).where(or_(*wanted), Customer.id != was["id"]).limit(1)
            if other := db.session.execute(taken).first():
                whose = f"{other.name} ({other.ref})"
                raise RuleError(f"{GONE}: {whose} has by now what {was['name']} ({was['ref']}) would get back")
