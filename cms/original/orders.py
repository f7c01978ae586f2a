"""The table orders: one product an order."""

from __future__ import annotations

import sqlite3
from typing import Any

from cms.imports.batches import Batch
from cms.imports.orders import LINE_NOT_NAMED, ORDER_NOT_NAMED
from cms.models import Order, OrderLine, StatusChange
from cms.orders.rules import MOST_PRICE_PAISE, MOST_UNITS, ORDER_BELOW_PAISE
from cms.original.customers import Customers, Person
from cms.original.moving import Moving
from cms.original.products import Products
from cms.original.rules import kept_text, status_of, whole_of
from cms.refs import catch_up

ORDERS = """
SELECT o.*, EXISTS (SELECT 1 FROM orders p WHERE p.order_id = o.order_id AND p.row < o.row) AS again
FROM orders o ORDER BY o.row"""


class Orders:
    """Keeps orders under their numbers. What cannot count is kept as cancelled, with a note of what it said."""

    def __init__(self, moving: Moving, customers: Customers, products: Products):
        self.moving, self.run = moving, moving.run
        self.customers, self.products = customers, products
        self.orders, self.lines, self.changes = Batch(Order), Batch(OrderLine), Batch(StatusChange)

    def load(self) -> None:
        told = 0
        for chunk in self.moving.staging.chunks(ORDERS):
            for row in chunk:
                self._row(row)
            for batch in (self.orders, self.changes, self.lines):
                batch.write()
            told += len(chunk)
            if told % 20_000 == 0:
                self.run.report.say(f"orders: {told:,} rows")
        catch_up(Order)

    def _row(self, row: sqlite3.Row) -> None:
        ref, lost = kept_text(row["order_id"], 64)
        if not ref or lost:
            return self.moving.leave("orders", row, "There is no order_id that can be kept")
        if row["again"]:
            return self.moving.leave("orders", row, "Another order has this order_id")
        customer = self.customers.person(row["customer_id"])
        assert customer is not None, "made before, when the table lacks them"
        paise = self.moving.amount("orders", row, "order_amount", MOST_PRICE_PAISE)
        units, note = self._units(row, paise)
        status = "Cancelled" if note else self._status(row)
        at, day = self._when(row, customer)
        order = {"id": self.orders.new_id(), "ref": ref, "customer_id": customer.id, "status": status}
        order |= {"ordered_at": at, "ordered_on": day, "delivered_at": None, "settled_before": True}
        self.orders.add(ORDER_NOT_NAMED | order | {"created_at": self.run.now, "note": note})
        change = {"id": self.changes.new_id(), "order_id": order["id"], "old": None, "new": status, "at": at}
        self.changes.add(change | {"by_id": None, "undoes_id": None})
        self.lines.add(self._line(row, paise, units) | {"order_id": order["id"]})
        self.moving.keep("orders")
        return None

    def _units(self, row: sqlite3.Row, paise: int) -> tuple[int, str]:
        """Units, and a note when the order cannot count."""
        units = whole_of(row["quantity"])
        if not units or units > MOST_UNITS or units * paise >= ORDER_BELOW_PAISE:
            self.moving.look("orders", row, "The quantity cannot be; the order is kept as cancelled, with one unit")
            return 1, f"In the original application its quantity was {kept_text(row['quantity'], 40)[0] or 'blank'}"
        return units, ""

    def _status(self, row: sqlite3.Row) -> str:
        status = status_of(row["delivery_status"])
        if status is None:
            self.moving.look("orders", row, "delivery_status is none of the four; it counts as Pending")
        return status or "Pending"

    def _when(self, row: sqlite3.Row, customer: Person) -> Any:
        when = self.moving.when("orders", row, "order_date")
        if when is None:
            self.moving.look("orders", row, "There is no order_date; it counts from the day the customer was added")
            return customer.at, customer.day
        return when

    def _line(self, row: sqlite3.Row, paise: int, units: int) -> dict[str, Any]:
        article = self.products.meant(row["product_name"], paise)
        assert article is not None, "made before, when the table lacks it"
        name = self.moving.text("orders", row, "product_name", 200)
        return {
            "id": self.lines.new_id(),
            "line_no": 1,
            "product_id": article.id,
            "sku": article.sku,
            "product_name": name or article.name,
            "quantity": units,
            "unit_price_paise": paise,
            "discount_bp": 0,
            "discount_paise": 0,
            "total_paise": units * paise,
            "hsn": "",
            "gst_rate_bp": 0,
            **LINE_NOT_NAMED,
        }
