"""feedback.csv and complaints.csv"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from cms.errors import RuleError
from cms.imports.batches import Batch, Lookup
from cms.imports.rules import ACKNOWLEDGE_WITHIN, COMPLAINT_WORDS, RESOLVE_WITHIN, needed, one_of, whole_number
from cms.imports.run import FileRun
from cms.models import Complaint, Customer, Feedback, Order, Product
from cms.refs import next_refs
from cms.text import clean_text


class Feedbacks:
    """Reads feedback.csv; without a time it counts from the day of its order."""

    def __init__(self, file: FileRun):
        self.file, self.run = file, file.run
        self.batch = Batch(Feedback)
        self.orders = Lookup(Order.ref, Order.id, Order.customer_id, Order.ordered_at, Order.ordered_on)

    def load(self) -> None:
        for chunk in self.file.chunks():
            rows = self.file.keyed(chunk, Feedback.request_key)
            self.orders.fetch({cells[0] for _line, (_key, _twin, cells) in rows})
            self.file.each(rows, self._row)
            self.batch.write()

    def _row(self, _line: int, row: tuple[str, int, list[str]]) -> None:
        key, _twin, (order_no, rating, comment, at_text) = row
        order = self.orders.get(needed(order_no, 64, "order_no"))
        if order is None:
            raise RuleError(f"There is no order {order_no}", "order_no")
        at, day = self.run.moment(at_text, "at") if at_text else (order.ordered_at, order.ordered_on)
        self.batch.add(
            {
                "id": self.batch.new_id(),
                "request_key": key,
                "order_id": order.id,
                "customer_id": order.customer_id,
                "product_id": None,
                "product_name": "",
                "rating": whole_number(rating, 5, "rating"),
                "comment": clean_text(comment, 4000, "comment", many_lines=True, what="comment"),
                "at": at,
                "given_on": day,
                "created_at": self.run.now,
            }
        )
        self.file.count.added += 1


class Complaints:
    """Reads complaints.csv; the customer is the order's when only the order is named."""

    def __init__(self, file: FileRun):
        self.file, self.run = file, file.run
        self.batch = Batch(Complaint)
        self.orders = Lookup(Order.ref, Order.id, Order.customer_id, Order.ordered_at)
        self.customers = Lookup(Customer.ref, Customer.id)
        self.products = Lookup(Product.sku, Product.id, Product.name)

    def load(self) -> None:
        for chunk in self.file.chunks():
            rows = self.file.keyed(chunk, Complaint.request_key)
            for column, lookup in enumerate((self.orders, self.customers, self.products)):
                lookup.fetch({cells[column] for _line, (_key, _twin, cells) in rows if cells[column]})
            self.file.each(rows, self._row)
            for row, ref in zip(self.batch.rows, next_refs(Complaint, len(self.batch.rows)), strict=True):
                row["ref"] = ref
            self.batch.write()

    def _row(self, _line: int, row: tuple[str, int, list[str]]) -> None:
        key, _twin, (order_no, customer_ref, sku, text, status, opened_at) = row
        order = _named(self.orders, order_no, "order", "order_no")
        product = _named(self.products, sku, "product", "sku")
        at, day = self._when(opened_at, order)
        state = one_of(status, COMPLAINT_WORDS, "open", "status")
        self.batch.add(
            {
                "id": self.batch.new_id(),
                "request_key": key,
                "customer_id": self._customer(order, order_no, customer_ref),
                "order_id": order.id if order else None,
                "product_id": product.id if product else None,
                "product_name": product.name if product else "",
                "text": _text(text),
                "priority": "normal",
                "state": state,
                "assignee_id": None,
                "opened_at": at,
                "opened_on": day,
                "acknowledge_by": at + ACKNOWLEDGE_WITHIN,
                "resolve_by": at + RESOLVE_WITHIN,
                # The file does not say when; counting them as late would be worse than as prompt.
                "acknowledged_at": None if state == "open" else at,
                "resolved_at": at if state == "resolved" else None,
                "resolution": "",
                "created_at": self.run.now,
                "version": 1,
            }
        )
        self.file.count.added += 1

    def _when(self, text: str, order: Any) -> tuple[datetime, date]:
        if text:
            return self.run.moment(text, "opened_at")
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
    if key and lookup.get(key) is None:
        raise RuleError(f"There is no {thing} {key[:64]}", column)
    return lookup.get(key) if key else None


def _text(text: str) -> str:
    text = clean_text(text, 4000, "text", many_lines=True, what="text")
    if not text:
        raise RuleError("text is needed", "text")
    return text
