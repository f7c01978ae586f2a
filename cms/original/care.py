"""The tables complaints and feedback."""

from __future__ import annotations

import sqlite3
from typing import Any

from cms.imports.batches import Batch
from cms.imports.rules import ACKNOWLEDGE_WITHIN, RESOLVE_WITHIN
from cms.models import Complaint, Feedback
from cms.original.customers import Customers
from cms.original.moving import Moving
from cms.original.products import Products
from cms.original.returns import differing_customer, orders_named
from cms.original.rules import kept_text, product_key, stated, whole_of
from cms.refs import catch_up, next_refs

MOST_ID = 2**30
"""Of a number that may stay; others are given behind the highest of these."""

FOUND = "(SELECT o.order_id FROM orders o WHERE o.order_id = t.order_id ORDER BY o.row LIMIT 1) AS found"
COMPLAINTS = f"SELECT t.*, {FOUND} FROM complaints t ORDER BY t.row"  # noqa: S608 - no words of others in it
FEEDBACK = f"""
SELECT t.*, {FOUND},
  EXISTS (SELECT 1 FROM feedback e WHERE e.feedback_id = t.feedback_id AND e.row < t.row) AS again
FROM feedback t ORDER BY t.row"""  # noqa: S608
HIGHEST = "SELECT MAX(CAST(feedback_id AS INTEGER)) AS id FROM feedback WHERE CAST(feedback_id AS INTEGER) <= ?"


class Complaints:
    """Keeps complaints under their numbers. The original knew no state: all are open, or all resolved if so wished."""

    def __init__(self, moving: Moving, customers: Customers, products: Products, resolved: bool):
        self.moving, self.run, self.resolved = moving, moving.run, resolved
        self.customers, self.products = customers, products
        self.batch = Batch(Complaint)
        self.refs: set[str] = set()
        self.unnumbered: list[dict[str, Any]] = []

    def load(self) -> None:
        for chunk in self.moving.staging.chunks(COMPLAINTS):
            found = orders_named({row["found"] for row in chunk if row["found"]})
            for row in chunk:
                self._row(row, found.get(row["found"] or ""))
            self.batch.write()
        catch_up(Complaint)
        for kept, ref in zip(self.unnumbered, next_refs(Complaint, len(self.unnumbered)), strict=True):
            self.batch.add(kept | {"ref": ref})
        self.batch.write()

    def _row(self, row: sqlite3.Row, order: Any) -> None:
        ref, lost = kept_text(row["complaint_id"], 64)
        if lost or ref.casefold() in self.refs:
            return self.moving.leave("complaints", row, "Another complaint has this complaint_id")
        if ref:
            self.refs.add(ref.casefold())
        person = self.customers.person(row["customer_id"])
        if order is not None:
            differing_customer(self.moving, self.customers, "complaints", row, order)
        elif person is None:
            return self.moving.leave("complaints", row, "There is no such customer")
        elif stated(row["order_id"]):
            self.moving.look("complaints", row, "There is no such order; the complaint is kept without one")
        text = self.moving.text("complaints", row, "complaint", 4000, many_lines=True)
        if not text:
            self.moving.look("complaints", row, "The complaint says nothing")
        when = self.moving.when("complaints", row, "complaint_date")
        if when is None:
            self.moving.look("complaints", row, "There is no complaint_date; it counts from its order, or from now")
            when = (order.ordered_at, order.ordered_on) if order else (self.run.now, self.run.today)
        at, day = when
        name = kept_text(stated(row["product_name"]), 200)[0]
        article = self.products.meant(name) if name else None
        kept = {"id": self.batch.new_id(), "ref": ref, "request_key": None, "created_at": self.run.now, "version": 1}
        kept |= {"customer_id": order.customer_id if order else person.id}  # type: ignore[union-attr]
        kept |= {"order_id": order.id if order else None, "product_id": article.id if article else None}
        kept |= {"product_name": name, "text": text or "Nothing was written", "priority": "normal"}
        kept |= {"state": "resolved" if self.resolved else "open", "assignee_id": None}
        kept |= {"opened_at": at, "opened_on": day, "resolution": ""}
        kept |= {"acknowledge_by": at + ACKNOWLEDGE_WITHIN, "resolve_by": at + RESOLVE_WITHIN}
        # When it was solved is not known; counting it as late would be worse than as prompt.
        kept |= dict.fromkeys(("acknowledged_at", "resolved_at"), at if self.resolved else None)
        (self.batch.rows if ref else self.unnumbered).append(kept)
        self.moving.keep("complaints")
        return None


class Feedbacks:
    """Keeps feedback with its number as its id; without an order or with other than 1 to 5 stars it cannot be kept."""

    def __init__(self, moving: Moving, customers: Customers, products: Products):
        self.moving, self.run = moving, moving.run
        self.customers, self.products = customers, products
        self.batch = Batch(Feedback)

    def load(self) -> None:
        staging = self.moving.staging
        highest = next(staging.ask(HIGHEST, MOST_ID))["id"] or 0
        self.batch.next_id = max(self.batch.next_id, highest + 1)
        for chunk in staging.chunks(FEEDBACK):
            found = orders_named({row["found"] for row in chunk if row["found"]})
            for row in chunk:
                self._row(row, found.get(row["found"] or ""))
            self.batch.write()

    def _row(self, row: sqlite3.Row, order: Any) -> None:
        if order is None:
            return self.moving.leave("feedback", row, "There is no such order")
        rating = whole_of(row["rating"])
        if not rating or rating > 5:
            return self.moving.leave("feedback", row, "The rating is not 1 to 5 stars")
        differing_customer(self.moving, self.customers, "feedback", row, order)
        when = self.moving.when("feedback", row, "feedback_date")
        if when is None:
            self.moving.look("feedback", row, "There is no feedback_date; it counts on the day of its order")
            when = (order.ordered_at, order.ordered_on)
        name = kept_text(stated(row["product_name"]), 200)[0]
        same = product_key(name) == product_key(order.product_name)
        article = None if same or not name else self.products.meant(name)
        product_id = order.product_id if same else article.id if article else None
        comment = self.moving.text("feedback", row, "comment", 4000, many_lines=True)
        kept: dict[str, Any] = {"id": self._id(row), "request_key": None, "created_at": self.run.now, "link_id": None}
        kept |= {"order_id": order.id, "customer_id": order.customer_id, "product_id": product_id}
        kept |= {"product_name": name, "rating": rating, "comment": comment, "at": when[0], "given_on": when[1]}
        self.batch.add(kept)
        self.moving.keep("feedback")
        return None

    def _id(self, row: sqlite3.Row) -> int:
        """Its own number where that is one and free; another behind the highest otherwise."""
        own = whole_of(row["feedback_id"])
        if own and str(own) == row["feedback_id"] and not row["again"] and own <= MOST_ID:
            return own
        self.moving.look("feedback", row, "feedback_id is no number of its own; it got another")
        return self.batch.new_id()
