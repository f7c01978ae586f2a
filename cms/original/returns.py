"""The table returns: what came back, on its own day, of the one line that its order has."""

from __future__ import annotations

import sqlite3
from collections import Counter
from typing import Any

from sqlalchemy import select

from cms.db import db
from cms.imports.batches import Batch, in_parts
from cms.imports.returns import NOT_NAMED
from cms.models import Order, OrderLine, Return
from cms.original.customers import Customers
from cms.original.moving import Moving
from cms.original.rules import kept_text, product_key, stated, whole_of
from cms.refs import catch_up, next_refs
from cms.returns.rules import refund_share

# Those that say how many come first: what is left is theirs, and one unit of the rest may be asked for by the others.
RETURNS = """
SELECT r.*, (SELECT o.order_id FROM orders o WHERE o.order_id = r.order_id ORDER BY o.row LIMIT 1) AS found
FROM returns r ORDER BY COALESCE(CAST(r.return_quantity AS REAL), 0) <= 0, r.row"""


def orders_named(refs: set[str]) -> dict[str, Any]:
    """Orders of the shop by their numbers, with their only line."""
    columns = (
        Order.ref, Order.id, Order.customer_id, Order.status, Order.ordered_at, Order.ordered_on,
        OrderLine.id.label("line_id"), OrderLine.product_id, OrderLine.product_name, OrderLine.quantity,
        OrderLine.total_paise,
    )  # fmt: skip
    query = select(*columns).join(OrderLine, OrderLine.order_id == Order.id)
    return {row.ref: row for part in in_parts(refs) for row in db.session.execute(query.where(Order.ref.in_(part)))}


class Returns:
    """Keeps returns under their numbers; what the rules of today do not let count is kept as refused."""

    def __init__(self, moving: Moving, customers: Customers):
        self.moving, self.run, self.customers = moving, moving.run, customers
        self.batch = Batch(Return)
        self.refs: set[str] = set()
        self.unnumbered: list[dict[str, Any]] = []
        self.back: Counter[int] = Counter()

    def load(self) -> None:
        for chunk in self.moving.staging.chunks(RETURNS):
            found = orders_named({row["found"] for row in chunk if row["found"]})
            for row in chunk:
                self._row(row, found.get(row["found"] or ""))
            self.batch.write()
        catch_up(Return)
        for kept, ref in zip(self.unnumbered, next_refs(Return, len(self.unnumbered)), strict=True):
            self.batch.add(kept | {"ref": ref})
        self.batch.write()

    def _row(self, row: sqlite3.Row, order: Any) -> None:
        if order is None:
            return self.moving.leave("returns", row, "There is no such order")
        ref, lost = kept_text(row["return_id"], 64)
        if lost or ref.casefold() in self.refs:
            return self.moving.leave("returns", row, "Another return has this return_id")
        if ref:
            self.refs.add(ref.casefold())
        self._compare(row, order)
        state, units, decision = self._state(row, order)
        before = self.back[order.line_id]
        if state != "refused":
            self.back[order.line_id] += units
        share = refund_share(order.total_paise, order.quantity, before, units) if state != "refused" else 0
        when = self.moving.when("returns", row, "return_date")
        if when is None:
            self.moving.look("returns", row, "There is no return_date; it counts on the day of its order")
            when = (order.ordered_at, order.ordered_on)
        elif when[1] < order.ordered_on:
            self.moving.look("returns", row, "return_date is before the day of the order; kept as it was")
        words = self.moving.text("returns", row, "reason", 4000, many_lines=True)
        reason = " ".join(stated(words).split())
        kept = {"id": self.batch.new_id(), "ref": ref, "request_key": None, "created_at": self.run.now}
        kept |= {"order_id": order.id, "order_line_id": order.line_id, "customer_id": order.customer_id}
        kept |= {"product_id": order.product_id, "quantity": units, "refund_paise": share}
        kept |= {"reason": reason[:80].rstrip() or "Not stated", "credit_note_ref": "", "decision": decision}
        kept |= {"returned_at": when[0], "returned_on": when[1]}
        kept |= {"refunded_on": when[1] if state == "refunded" else None}
        kept |= {"words": words if len(reason) > 80 else ""}
        (self.batch.rows if ref else self.unnumbered).append(NOT_NAMED | kept | {"state": state})
        self.moving.keep("returns")
        return None

    def _state(self, row: sqlite3.Row, order: Any) -> tuple[str, int, str]:
        """State, units and why it is refused."""
        left = order.quantity - self.back[order.line_id]
        asked = whole_of(row["return_quantity"])
        if order.status == "Cancelled":
            self.moving.look("returns", row, "Its order is cancelled; the return is kept as refused")
            return "refused", min(asked or 1, order.quantity), "Its order was cancelled"
        if left <= 0:
            self.moving.look("returns", row, "All of its order came back before; the return is kept as refused")
            return "refused", min(asked or 1, order.quantity), "All of it had come back before"
        if not asked:
            self.moving.look("returns", row, "It does not say how many came back; it waits as requested, with one unit")
            return "requested", 1, ""
        if asked > left:
            self.moving.look("returns", row, "More came back than was left; only what was left counts", f"{left} left")
        return "refunded", min(asked, left), ""

    def _compare(self, row: sqlite3.Row, order: Any) -> None:
        name = kept_text(row["product_name"], 200)[0]
        if stated(name) and product_key(name) != product_key(order.product_name):
            self.moving.look("returns", row, "It names another product than its order; the order counts")
        differing_customer(self.moving, self.customers, "returns", row, order)


def differing_customer(moving: Moving, customers: Customers, table: str, row: sqlite3.Row, order: Any) -> None:
    """Say so when a row names another customer than its order."""
    person = customers.person(row["customer_id"])
    if row["customer_id"] and (person is None or person.id != order.customer_id):
        moving.look(table, row, "It names another customer than its order; the order counts")
