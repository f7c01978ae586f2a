"""feedback.csv and complaints.csv"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from cms.db import db
from cms.errors import RuleError
from cms.imports.batches import CustomerLookup, Lookup, in_parts, named
from cms.imports.faults import Faults
from cms.imports.rules import (
    ACKNOWLEDGE_WITHIN,
    COMPLAINT_WORDS,
    MORE,
    RESOLVE_WITHIN,
    TABLES,
    one_of,
    whole_number,
)  # fmt: skip
from cms.imports.run import FileRun
from cms.models import Complaint, Feedback, Order, Product
from cms.models.care import PRIORITIES, RESOLUTIONS
from cms.text import clean_text

USUAL = len(TABLES["complaints"])


class Feedbacks:
    """Reads feedback.csv; without a time it counts from the day of its order."""

    def __init__(self, file: FileRun):
        self.file, self.run = file, file.run
        self.batch = self.run.batch(Feedback)
        self.orders = Lookup(Order.ref, Order.id, Order.customer_id, Order.ordered_at, Order.ordered_on)
        self.products = Lookup(Product.sku, Product.id, Product.name)
        self.there: dict[tuple[Any, ...], list[int]] = {}
        self.met: set[int] = set()

    def load(self) -> None:
        for chunk in self.file.chunks():
            rows = self.file.keyed(chunk, Feedback.request_key)
            self.orders.fetch({cells[0] for _line, (_key, _twin, cells) in rows})
            self.products.fetch({cells[4] for _line, (_key, _twin, cells) in rows if cells[4]})
            self._know({order.id for _line, (_, _, cells) in rows if (order := self.orders.get(cells[0]))})
            self.file.each(rows, self._row)
            self.batch.write()

    def _know(self, order_ids: set[int]) -> None:
        """What these orders were rated before, but for what this file has named already: an export is known by that."""
        said = (Feedback.order_id, Feedback.product_id, Feedback.rating, Feedback.comment, Feedback.at)
        self.there = defaultdict(list)
        for part in in_parts(order_ids):
            query = select(Feedback.id, Feedback.request_key, *said).where(Feedback.order_id.in_(part))
            for id, key, *row in db.session.execute(query.where(Feedback.id < self.batch.first_id)):
                if id not in self.met and key not in self.file.known:
                    self.there[tuple(row)].append(id)

    def _row(self, _line: int, row: tuple[str, int, list[str]]) -> None:
        key, _twin, (order_no, rating, comment, at_text, sku, name) = row
        tell = Faults()
        order = tell(named, self.orders, order_no, "order", "order_no")
        when = tell(self.run.past, at_text, "at") if at_text else None
        product = tell(_named, self.products, sku, "product", "sku")
        name = tell(clean_text, name, 200, "product_name", what="product name")
        stars = tell(whole_number, rating, 5, "rating")
        comment = tell(clean_text, comment, 4000, "comment", many_lines=True, what="comment")
        tell.end()
        at, day = when or (order.ordered_at, order.ordered_on)
        said = {
            "order_id": order.id,
            "product_id": product.id if product else None,
            "rating": stars,
            "comment": comment,
            "at": at,
        }
        if same := self.there.get(tuple(said.values())):
            self.met.add(same.pop(0))
            self.file.count.known += 1
            return
        self.batch.add(
            said
            | {
                "id": self.batch.new_id(),
                "request_key": key,
                "customer_id": order.customer_id,
                "product_name": name or (product.name if product else ""),
                "given_on": day,
                "created_at": self.run.now,
            }
        )
        self.file.count.added += 1


class Complaints:
    """Reads complaints.csv; the customer is the order's when only the order is named."""

    def __init__(self, file: FileRun):
        self.file, self.run = file, file.run
        self.batch = self.run.batch(Complaint)
        self.orders = Lookup(Order.ref, Order.id, Order.customer_id, Order.ordered_at)
        self.customers = CustomerLookup()
        self.products = Lookup(Product.sku, Product.id, Product.name)

    def load(self) -> None:
        for chunk in self.file.chunks():
            rows = self.file.keyed(chunk, Complaint.request_key, Complaint.ref, USUAL)
            for column, lookup in enumerate((self.orders, self.customers, self.products)):
                lookup.fetch({cells[column] for _line, (_key, _twin, cells) in rows if cells[column]})
            self.file.each(rows, self._row)
            self.file.number(self.batch, Complaint)
            self.batch.write()

    def _row(self, _line: int, row: tuple[str, int, list[str]]) -> None:
        key, _twin, cells = row
        order_no, customer_ref, sku, text, status, opened_at = cells[:USUAL]
        tell = Faults()
        order = tell(_named, self.orders, order_no, "order", "order_no")
        tell(_named, self.customers, customer_ref, "customer", "customer_ref")
        product = tell(_named, self.products, sku, "product", "sku")
        when = tell(self._when, opened_at, order)
        state = tell(one_of, status, COMPLAINT_WORDS, "open", "status")
        tell(_text, text)
        tell.end()
        at, day = when
        self.batch.add(
            {
                "id": self.batch.new_id(),
                "request_key": key,
                "customer_id": self._customer(order, order_no, customer_ref),
                "order_id": order.id if order else None,
                "product_id": product.id if product else None,
                "text": _text(text),
                "state": state,
                "assignee_id": None,
                "opened_at": at,
                "opened_on": day,
                "created_at": self.run.now,
                "version": 1,
                **self._more(dict(zip(MORE["complaints"], cells[USUAL:], strict=True)), product, state, at),
            }
        )
        self.file.count.added += 1

    def _more(self, more: dict[str, str], product: Any, state: str, at: datetime) -> dict[str, Any]:
        """What most files do not say. Counting those as late would be worse than as prompt. Raises RuleError."""
        seen, solved = self._past(more, "acknowledged_at", at), self._past(more, "resolved_at", at)
        if seen < at or (state == "resolved" and solved < seen):
            raise RuleError("A complaint is first opened, then acknowledged, then resolved", "acknowledged_at")
        name = clean_text(more["product_name"], 200, "product_name", what="product name")
        return {
            "ref": more["complaint_no"],
            "product_name": name or (product.name if product else ""),
            "priority": one_of(more["priority"], PRIORITIES, "normal", "priority"),
            "acknowledge_by": self._moment(more, "acknowledge_by", at + ACKNOWLEDGE_WITHIN),
            "resolve_by": self._moment(more, "resolve_by", at + RESOLVE_WITHIN),
            "acknowledged_at": None if state == "open" else seen,
            "resolved_at": solved if state == "resolved" else None,
            "resolution_kind": one_of(more["resolution_kind"], RESOLUTIONS, "", "resolution_kind"),
            "resolution": clean_text(more["resolution"], 4000, "resolution", many_lines=True, what="resolution"),
        }

    def _moment(self, more: dict[str, str], name: str, blank: datetime) -> datetime:
        return self.run.moment(more[name], name)[0] if more[name] else blank

    def _past(self, more: dict[str, str], name: str, blank: datetime) -> datetime:
        return self.run.past(more[name], name)[0] if more[name] else blank

    def _when(self, text: str, order: Any) -> tuple[datetime, date]:
        if text:
            return self.run.past(text, "opened_at")
        return self.run.moment(f"{order.ordered_at if order else self.run.now}Z", "opened_at")

    def _customer(self, order: Any, order_no: str, ref: str) -> int:
        customer = _named(self.customers, ref, "customer", "customer_ref")
        if not order and not customer:
            raise RuleError("A complaint needs its order_no or its customer_ref", "customer_ref")
        if order and customer and order.customer_id != customer.id:
            raise RuleError(f"Order {order_no} is not one of customer {ref}", "customer_ref")
        return customer.id if customer else order.customer_id


def _named(lookup: Lookup, key: str, thing: str, column: str) -> Any:
    """The row meant, None for a blank. Raises RuleError when there is none of that name."""
    return named(lookup, key, thing, column) if key else None


def _text(text: str) -> str:
    text = clean_text(text, 4000, "text", many_lines=True, what="text")
    if not text:
        raise RuleError("text is needed", "text")
    return text
