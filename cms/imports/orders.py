"""orders.csv: a row a line. Rows of one order need not follow one another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, update

from cms.db import db
from cms.errors import RuleError
from cms.imports.batches import in_parts
from cms.imports.order_cells import HEAD, OF_ORDER, USUAL, Head, OrderCells
from cms.imports.rules import MOST_LINE_NO, needed, quantity_of, whole_number
from cms.imports.run import FileRun
from cms.imports.taxes import LINE, Sums, add_up, discounts_of, line_taxes
from cms.models import Order, OrderLine, StatusChange
from cms.money import parse_percent_bp, percent_of, show_money
from cms.orders.rules import ORDER_BELOW_PAISE
from cms.text import clean_text

ORDER_NOT_NAMED = {
    "address": "", "note": "", "created_by_id": None, "discount_paise": 0, "total_paise": 0, "tax_paise": 0,
    "round_off_paise": 0, "payable_paise": 0, "line_count": 0, "units": 0, "paid_paise": 0, "returned_units": 0,
    "returned_paise": 0, "version": 1, "request_key": None,
}  # fmt: skip
LINE_NOT_NAMED = {
    "discount_bp": 0, "discount_paise": 0, "order_discount_paise": 0, "taxable_paise": 0, "cgst_paise": 0,
    "sgst_paise": 0, "igst_paise": 0, "stock_taken": False, "returned_quantity": 0, "returned_paise": 0,
}  # fmt: skip


@dataclass(slots=True)
class Seen:
    """An order as its first row told it; `lines` has a bit for each line number met, or stored already if `known`."""

    id: int
    line: int
    head: Head
    known: bool = False
    lines: int = 0
    last_no: int = 0
    paise: int = 0
    sums: Sums | None = None
    mode: str = "unregistered"


class Orders:
    """Reads orders.csv. The orders' totals are left at 0 for `totals.actions.rebuild`."""

    def __init__(self, file: FileRun):
        self.file, self.run = file, file.run
        self.orders, self.lines, self.changes = (
            self.run.batch(Order),
            self.run.batch(OrderLine),
            self.run.batch(StatusChange),
        )
        self.cells = OrderCells(file)
        self.line_of: dict[str, dict[str, Any]] = {}
        self.seen: dict[str, Seen] = {}
        self.stored: dict[str, tuple[int, int]] = {}

    def load(self) -> None:
        for chunk in self.file.chunks():
            self.cells.customers.fetch({cells[1] for _line, cells in chunk})
            self.cells.products.fetch({cells[5] for _line, cells in chunk})
            self.stored = _stored({cells[0] for _line, cells in chunk} - self.seen.keys())
            self.file.each(chunk, self._row, self.cells.look)
            for batch in (self.orders, self.changes, self.lines):
                batch.write()
        self._add_sums()

    def _add_sums(self) -> None:
        """What the lines say of their order, now that all of them are known."""
        found = [
            {"key": order.id, "discount": order.sums.discount, "tax": order.sums.tax if order.sums.on_top else 0}
            for order in self.seen.values()
            if order.sums
        ]
        told = [row for row in found if row["discount"] or row["tax"]]
        if told and not self.run.dry:
            table: Any = Order.__table__
            tax: Any = bindparam("tax")
            values: dict[str, Any] = {"discount_paise": bindparam("discount"), "tax_paise": tax}
            values["payable_paise"] = table.c.total_paise + tax + table.c.round_off_paise
            db.session.execute(update(table).where(table.c.id == bindparam("key")).values(values), told)

    def _row(self, line: int, cells: list[str]) -> None:
        order_no, customer_ref, ordered_at, status, line_no, sku, name, quantity, price, discount, delivered_at = cells[
            :USUAL
        ]
        head = (customer_ref, ordered_at, status, delivered_at, *cells[USUAL : USUAL + OF_ORDER])
        order = self.seen.get(order_no)
        if order is None:
            self.cells.check_customer(customer_ref)
            order, new = self._first_met(line, order_no, head)
        else:
            new = None
            if order.head != head:
                self._check_same(order, order_no, head)
        number = whole_number(line_no, MOST_LINE_NO, "line_no") if line_no else order.last_no + 1
        if self._is_known(order, order_no, number):
            return
        row = self._line(line, sku, name, quantity, price, discount)
        mode = new["gst_mode"] if new else order.mode
        self._more(row, mode, cells[USUAL + OF_ORDER :])
        if order.paise + row["total_paise"] >= ORDER_BELOW_PAISE:
            most = show_money(ORDER_BELOW_PAISE, self.run.currency)
            raise RuleError(f"Order {order_no} must stay below {most}", "unit_price")
        sums = order.sums or Sums()
        add_up(sums, row)
        if new:
            order.sums, order.mode = sums, mode
            self._add_order(order_no, order, new)
        order.lines |= 1 << number
        if number > order.last_no:
            order.last_no = number
        order.paise += row["total_paise"]
        row["id"], row["order_id"], row["line_no"] = self.lines.new_id(), order.id, number
        self.lines.add(row)
        self.file.count.added += 1

    def _first_met(self, line: int, order_no: str, head: Head) -> tuple[Seen, dict[str, Any] | None]:
        """The order of a row that is the first of it, and its own row unless it is stored already."""
        if order_no in self.stored:
            order_id, numbers = self.stored[order_no]
            self.seen[order_no] = order = Seen(order_id, line, head, known=True, lines=numbers)
            return order, None
        needed(order_no, 64, "order_no")
        return Seen(0, line, head), self.cells.head(head)

    def _is_known(self, order: Seen, order_no: str, number: int) -> bool:
        """Whether the line is stored already. Raises RuleError when it cannot be added either."""
        there = order.lines >> number & 1
        if not order.known:
            if there:
                raise RuleError(f"Order {order_no} has a line {number} already", "line_no")
            return False
        if not there:
            raise RuleError(
                f"Order {order_no} was imported before without a line {number}; enter a new order", "line_no"
            )
        order.last_no = max(order.last_no, number)
        self.file.count.known += 1
        return True

    def _check_same(self, order: Seen, order_no: str, head: Head) -> None:
        for column, first, now in zip(HEAD, order.head, head, strict=True):
            if first != now and self.cells.head(order.head) != self.cells.head(head):
                was, text = first or "blank", now or "blank"
                raise RuleError(f"Order {order_no} has {column} {was} in line {order.line}, but {text} here", column)

    def _add_order(self, order_no: str, order: Seen, row: dict[str, Any]) -> None:
        order.id = self.orders.new_id()
        self.seen[order_no] = order
        made = {"id": order.id, "ref": order_no, "created_at": self.run.now, "payable_paise": row["round_off_paise"]}
        self.orders.add(ORDER_NOT_NAMED | row | made)
        change = {"id": self.changes.new_id(), "order_id": order.id, "old": None, "new": row["status"], "by_id": None}
        self.changes.add(change | {"at": row["ordered_at"], "undoes_id": None})

    def _line(self, line: int, sku: str, name: str, quantity: str, price: str, discount: str) -> dict[str, Any]:
        row = self._line_of(sku).copy()
        row["quantity"] = units = quantity_of(quantity)
        row["unit_price_paise"] = unit_paise = self.cells.paise(price, line)
        row["total_paise"] = units * unit_paise
        if discount:
            row["discount_bp"] = parse_percent_bp(discount, "discount_percent")
        if name:
            row["product_name"] = clean_text(name, 200, "product_name", what="product name")
        return row

    def _line_of(self, sku: str) -> dict[str, Any]:
        """What any line of a product has, to be copied. Raises RuleError."""
        if (made := self.line_of.get(sku)) is None:
            product = self.cells.product(sku)
            self.line_of[sku] = made = LINE_NOT_NAMED | {
                "product_id": product.id,
                "sku": sku,
                "product_name": product.name,
                "hsn": product.hsn,
                "gst_rate_bp": product.gst_rate_bp,
            }
        return made

    def _more(self, row: dict[str, Any], mode: str, texts: list[str]) -> None:
        """Discounts and taxes of a line, which most files leave to be worked out. Raises RuleError."""
        currency, gross = self.run.currency, row["total_paise"]
        if mode != "regular" and not any(texts):  # nearly every file
            row["discount_paise"] = own = percent_of(gross, row["discount_bp"]) if row["discount_bp"] else 0
            row["total_paise"] = gross - own
            return
        cells = dict(zip(LINE, texts, strict=True))
        own, share = discounts_of(cells, gross, row["discount_bp"], currency)
        row |= {"discount_paise": own, "order_discount_paise": share, "total_paise": gross - own - share}
        row |= line_taxes(cells, mode, row["total_paise"], "hsn" in self.file.file.has, currency)


def _stored(order_nos: set[str]) -> dict[str, tuple[int, int]]:
    """Id and line numbers (as bits) of those orders that are in the shop already."""
    found: dict[str, tuple[int, int]] = {}
    for part in in_parts(order_nos):
        query = select(Order.ref, Order.id, OrderLine.line_no).outerjoin(OrderLine, OrderLine.order_id == Order.id)
        for ref, order_id, number in db.session.execute(query.where(Order.ref.in_(part))):
            bits = found[ref][1] if ref in found else 0
            found[ref] = (order_id, bits | (1 << number if number else 0))
    return found
