"""payments.csv: money that came for an order, as history."""

from __future__ import annotations

from cms.errors import RuleError
from cms.imports.batches import Batch, Lookup
from cms.imports.rules import METHODS, needed, one_of, utr_of
from cms.imports.run import FileRun, existing
from cms.models import Order, Payment
from cms.refs import next_refs
from cms.text import clean_text


class Payments:
    """Reads payments.csv; every row counts as confirmed."""

    def __init__(self, file: FileRun):
        self.file, self.run = file, file.run
        self.batch = Batch(Payment)
        self.orders = Lookup(Order.ref, Order.id, Order.customer_id)
        self.utrs: set[str] = set()

    def load(self) -> None:
        for chunk in self.file.chunks():
            rows = self.file.keyed(chunk, Payment.request_key)
            self.orders.fetch({cells[0] for _line, (_key, _twin, cells) in rows})
            self.utrs |= existing(Payment.utr, {cells[4] for _line, (_key, _twin, cells) in rows if cells[4]})
            self.file.each(rows, self._row)
            for row, ref in zip(self.batch.rows, next_refs(Payment, len(self.batch.rows)), strict=True):
                row["ref"] = ref
            self.batch.write()

    def _row(self, line: int, row: tuple[str, int, list[str]]) -> None:
        key, _twin, (order_no, amount, paid_at, method, reference) = row
        order = self.orders.get(needed(order_no, 64, "order_no"))
        if order is None:
            raise RuleError(f"There is no order {order_no}", "order_no")
        paise = self.file.price(line, amount, "amount")
        if not paise:
            raise RuleError("The amount must be more than 0", "amount")
        at, day = self.run.moment(paid_at, "paid_at")
        method = one_of(method, METHODS, "other", "method")
        reference = clean_text(reference, 80, "reference", what="reference")
        utr = utr_of(method, reference)
        if utr in self.utrs:
            raise RuleError(f"There is another payment with the UPI reference {utr}", "reference")
        if utr:
            self.utrs.add(utr)
        self.batch.add(
            {
                "id": self.batch.new_id(),
                "request_key": key,
                "order_id": order.id,
                "customer_id": order.customer_id,
                "kind": "payment",
                "state": "confirmed",
                "method": method,
                "amount_paise": paise,
                "reference": reference,
                "utr": utr,
                "paid_at": at,
                "paid_on": day,
                "note": "",
                "by_id": None,
                "created_at": self.run.now,
                "version": 1,
            }
        )
        self.file.count.added += 1
