"""What an import changes of rows that were there: written in one go, noted in the trail, kept to be taken back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import bindparam, delete, insert, update

from cms import clock
from cms.activity.actions import as_kept
from cms.customers.keys import EDITABLE, customer_keys, customer_terms
from cms.db import db
from cms.imports.run import Run
from cms.models import Activity, Customer, CustomerTerm, ImportChange, Product, StockMove
from cms.products.actions import EDITABLE as OF_PRODUCTS
from cms.products.actions import product_keys
from cms.totals.added import COUNTABLE

CUSTOMER = (*EDITABLE, "ref")
PRODUCT = (*OF_PRODUCTS, "stock")
Changed = list[tuple[Mapping[str, Any], Mapping[str, Any]]]
"""Each row as it was, and the fields that are to say something else."""


def change_customers(changed: Changed) -> None:
    """Write these fields, with what is searched and matched by. Their rows are held by the caller."""
    if not changed:
        return
    values, gone, new = [], [], []
    names: tuple[str, ...] = ()
    for was, now in changed:
        whole = {name: was[name] for name in CUSTOMER} | dict(now)
        fields = {name: whole[name] for name in EDITABLE} | keys_of(whole)
        names = tuple(fields)
        values.append({f"to_{name}": value for name, value in fields.items()} | {"key": was["id"]})
        before, after = (customer_terms(*(row[name] for name in NAMED)) for row in (was, whole))
        gone += [{"gone": term, "whose": was["id"]} for term in sorted(before - after)]
        new += [{"term": term, "customer_id": was["id"]} for term in sorted(after - before)]
    _update(Customer, names, values)
    table: Any = CustomerTerm.__table__
    if gone:
        db.session.execute(
            delete(table).where(table.c.term == bindparam("gone"), table.c.customer_id == bindparam("whose")), gone
        )
    if new:
        db.session.execute(insert(table), new)


NAMED = ("name", "email", "phone", "ref")


def keys_of(customer: Mapping[str, Any]) -> dict[str, str | None]:
    """What a customer, written as a row, is sorted, matched and found by."""
    return customer_keys(*(customer[name] for name in (*NAMED, "city", "postcode")))


def change_products(changed: Changed, by: Any) -> None:
    """Write these fields, with what is searched by; another stock is a move, as when it was counted."""
    if not changed:
        return
    values, moves, now_at = [], [], clock.now()
    for was, now in changed:
        whole = {name: was[name] for name in PRODUCT} | dict(now)
        keys = product_keys(whole["sku"], whole["name"], whole["category"])
        values.append({f"to_{name}": value for name, value in (whole | keys).items()} | {"key": was["id"]})
        if move := (whole["stock"] or 0) - was["moved"] if "stock" in now and whole["stock"] is not None else 0:
            moves.append(
                {"product_id": was["id"], "order_id": None, "quantity": move, "reason": "counted", "at": now_at,
                 "by_id": getattr(by, "id", None)}
            )  # fmt: skip
    _update(Product, (*PRODUCT, "name_key", "search_text"), values)
    if moves:
        db.session.execute(insert(StockMove), moves)


def _update(model: Any, names: tuple[str, ...], values: list[dict[str, Any]]) -> None:
    table = model.__table__
    said: dict[str, Any] = {name: bindparam(f"to_{name}") for name in names}
    changed = update(table).where(table.c.id == bindparam("key")).values(said | {"version": table.c.version + 1})
    db.session.execute(changed, values)


def can_count(spans: Collection[str], changed: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the rows can be counted in or out by themselves: none is an order, nobody goes to another segment."""
    return set(spans) <= set(COUNTABLE) and not any("segment" in after for after in changed)


def note_changes(import_id: int, run: Run) -> None:
    """Keep what was changed, so that it can be taken back."""
    if run.changes:
        rows = [
            {
                "import_id": import_id,
                "thing": change["thing"],
                "thing_id": change["thing_id"],
                "version": change["version"] + 1,
                "before": as_kept(change["before"]),
                "after": as_kept(change["after"]),
            }
            for change in run.changes
        ]
        db.session.execute(insert(ImportChange), rows)
        tell(run.by, run.changes)


def tell(by: Any, changes: list[dict[str, Any]]) -> None:
    """An entry of the trail for each, as for an edit by hand."""
    rows = []
    for change in changes:
        stock = {"stock"} & change["after"].keys()
        for verb, names in (("edited", change["after"].keys() - stock), ("stock_counted", stock)):
            if names:
                rows.append(
                    {
                        "at": clock.now(),
                        "by_id": getattr(by, "id", None),
                        "by_name": getattr(by, "name", None) or "Command line",
                        "verb": f"{change['thing'][:-1]}.{verb}",
                        "thing": change["thing"],
                        "thing_id": change["thing_id"],
                        "thing_ref": change["ref"],
                        "customer_id": change["thing_id"] if change["thing"] == "customers" else None,
                        "before": as_kept({name: change["before"][name] for name in sorted(names)}),
                        "after": as_kept({name: change["after"][name] for name in sorted(names)}),
                    }
                )
    if rows:
        db.session.execute(insert(Activity), rows)
