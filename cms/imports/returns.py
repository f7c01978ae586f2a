"""returns.csv: what came back, as history. Its refunds count on the day it came back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, tuple_

from cms.dates import parse_date
from cms.db import db
from cms.errors import RuleError
from cms.imports.batches import Lookup, in_parts, named
from cms.imports.faults import Faults
from cms.imports.rules import (
    MORE,
    MOST_LINE_NO,
    TABLES,
    flag_of,
    one_of,
    quantity_of,
    row_key,
    whole_number,
)  # fmt: skip
from cms.imports.run import FileRun, check_has_been
from cms.models import Order, OrderLine, Return
from cms.models.care import REFUND_MODES
from cms.models.care import RETURN_STATES as STATES
from cms.returns.rules import refund_share
from cms.text import clean_text

NOT_NAMED = {
    "state": "refunded", "words": "", "restocked": False, "refund_mode": "other", "late_reason": "",
    "credit_note_id": None, "by_id": None, "version": 1,
}  # fmt: skip


USUAL = len(TABLES["returns"])


@dataclass(slots=True)
class Sold:
    """A line of an order, and the units of it that came back, this run's too."""

    id: int
    line_no: int
    sku: str
    product_id: int
    quantity: int
    back: int
    total_paise: int

    @property
    def left(self) -> int:
        return self.quantity - self.back


class Returns:
    """Reads returns.csv. A row without a line number may be shared among the lines of its sku."""

    def __init__(self, file: FileRun):
        self.file, self.run = file, file.run
        self.batch = self.run.batch(Return)
        self.orders = Lookup(Order.ref, Order.id, Order.customer_id, Order.status, Order.ordered_on)
        self.lines: dict[tuple[int, str], list[Sold]] = {}

    def load(self) -> None:
        for chunk in self.file.chunks():
            rows = self.file.keyed(chunk, Return.request_key, Return.ref, USUAL)
            refs = {cells[0] for _line, (_key, _twin, cells) in rows}
            self.orders.fetch(refs)
            if not self.run.dry:
                self.orders.hold(Order, refs)
            named_here = ((self.orders.get(cells[0]), cells[2]) for _line, (_key, _twin, cells) in rows)
            self._know_lines({(order.id, sku) for order, sku in named_here if order})
            self.file.each(rows, self._row)
            self.file.number(self.batch, Return)
            self.batch.write()

    def _know_lines(self, wanted: set[tuple[int, str]]) -> None:
        """Get to know the lines of these orders that sold this, as far as they are not known yet."""
        columns = (
            OrderLine.id, OrderLine.line_no, OrderLine.sku, OrderLine.product_id, OrderLine.quantity,
            OrderLine.returned_quantity, OrderLine.total_paise,
        )  # fmt: skip
        for part in in_parts(wanted - self.lines.keys()):
            query = select(OrderLine.order_id, *columns).where(OrderLine.order_id.in_({order for order, _sku in part}))
            query = query.where(tuple_(OrderLine.order_id, OrderLine.sku).in_(part)).order_by(OrderLine.line_no)
            found = defaultdict(list)
            for row in db.session.execute(query):
                found[row.order_id, row.sku].append(Sold(*row[1:]))
            self.lines |= {pair: found[pair] for pair in part}

    def _row(self, line: int, row: tuple[str, int, list[str]]) -> None:
        key, twin, cells = row
        order_no, line_no, sku, quantity, reason, returned_at, unit_price, credit_note = cells[:USUAL]
        more = dict(zip(MORE["returns"], cells[USUAL:], strict=True))
        tell = Faults()
        order = tell(named, self.orders, order_no, "order", "order_no")
        state = tell(one_of, more["state"], STATES, "refunded", "state")
        units = tell(quantity_of, quantity)
        when = tell(self._when, returned_at, order.ordered_on if order else date.min)
        unit_paise = tell(self.file.price, line, unit_price, "refund_unit_price") if unit_price else None
        texts = {
            "reason": tell(clean_text, reason, 80, "reason", what="reason") or "Not stated",
            "credit_note_ref": tell(clean_text, credit_note, 64, "credit_note_no", what="credit note"),
        }
        if order:
            tell(self._lines_meant, order, order_no, line_no, sku)
        tell.end()
        if order.status == "Cancelled" and state in ("received", "refunded"):
            raise RuleError(f"Order {order_no} is cancelled; nothing of it can come back", "order_no")
        at, day = when
        told = self._told(line, more, state, day)
        lines = self._lines_meant(order, order_no, line_no, sku)
        # Units of a refused one are free again, so they may stand there twice.
        shares = [(lines[0], units)] if state == "refused" else _shared(lines, units, order_no, sku)
        if len(shares) > 1 and (more["return_no"] or more["refund"]):
            raise RuleError(f"Say by line_no of which line of order {order_no} this is", "line_no")
        for part, (sold, back) in enumerate(shares):
            share = refund_share(sold.total_paise, sold.quantity, min(sold.back, sold.quantity - back), back)
            refund = share if unit_paise is None else back * unit_paise
            sold.back += back if state != "refused" else 0
            self.batch.add(
                {
                    "id": self.batch.new_id(),
                    "request_key": row_key("returns", cells, twin, part) if part else key,
                    "order_id": order.id,
                    "order_line_id": sold.id,
                    "customer_id": order.customer_id,
                    "product_id": sold.product_id,
                    "quantity": back,
                    "refund_paise": refund,
                    "returned_at": at,
                    "returned_on": day,
                    "created_at": self.run.now,
                    "ref": more["return_no"],
                }
                | NOT_NAMED
                | texts
                | told
            )
        self.file.count.added += 1

    def _told(self, line: int, more: dict[str, str], state: str, day: date) -> dict[str, Any]:
        """What most files do not say. Raises RuleError."""
        if more["refunded_on"] and state != "refunded":
            raise RuleError(f"refunded_on is given, but the return is {state}", "refunded_on")
        refunded_on = parse_date(more["refunded_on"], "refunded_on") if more["refunded_on"] else day
        check_has_been(refunded_on, self.run.today, "refunded_on")
        told = {
            "state": state,
            "refunded_on": refunded_on if state == "refunded" else None,
            "tax_paise": self.file.price(line, more["refund_tax"], "refund_tax") if more["refund_tax"] else 0,
            "refund_mode": one_of(more["refund_mode"], REFUND_MODES, "other", "refund_mode"),
            "restocked": flag_of(more["restocked"], "restocked") or False,
            "words": clean_text(more["words"], 4000, "words", many_lines=True, what="words"),
            "late_reason": clean_text(more["late_reason"], 200, "late_reason", what="reason"),
            "decision": clean_text(more["decision"], 200, "decision", what="decision"),
        }
        if more["refund"]:
            told["refund_paise"] = self.file.price(line, more["refund"], "refund")
        return told

    def _when(self, text: str, ordered_on: date) -> tuple[datetime, date]:
        at, day = self.run.past(text, "returned_at")
        if day < ordered_on:
            raise RuleError("returned_at is before the day of the order", "returned_at")
        return at, day

    def _lines_meant(self, order: Any, order_no: str, line_no: str, sku: str) -> list[Sold]:
        lines = self.lines[order.id, sku]
        if line_no:
            number = whole_number(line_no, MOST_LINE_NO, "line_no")
            lines = [line for line in lines if line.line_no == number]
        if not lines:
            where = f"Line {line_no} of order {order_no}" if line_no else f"Order {order_no}"
            raise RuleError(f"{where} has no product {sku}" if sku else "sku is needed", "sku")
        return lines


def _shared(lines: list[Sold], units: int, order_no: str, sku: str) -> list[tuple[Sold, int]]:
    """Which line takes how many units back: one with enough left, else several in turn. Raises RuleError."""
    for line in lines:
        if line.left >= units:
            return [(line, units)]
    left = sum(line.left for line in lines)
    if left < units:
        raise RuleError(f"Only {left:,} of {sku} in order {order_no} are left to come back, not {units:,}", "quantity")
    shares = []
    for line in lines:
        if line.left and units:
            shares.append((line, min(line.left, units)))
            units -= shares[-1][1]
    return shares
