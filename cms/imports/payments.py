"""payments.csv: money that came for an order, as history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from cms.db import db
from cms.errors import RuleError
from cms.imports.batches import Lookup, in_parts, named
from cms.imports.faults import Faults
from cms.imports.files import BadFile
from cms.imports.rules import METHODS, TABLES, one_of, utr_of
from cms.imports.run import FileRun, existing
from cms.models import CreditMove, Customer, Order, Payment, Return
from cms.models.money import PAYMENT_KINDS, PAYMENT_STATES
from cms.text import clean_text

USUAL = len(TABLES["payments"])


class Payments:
    """Reads payments.csv; every row counts as confirmed money that came unless it says otherwise."""

    def __init__(self, file: FileRun):
        self.file, self.run = file, file.run
        self.batch, self.moves = self.run.batch(Payment), self.run.batch(CreditMove)
        self.orders = Lookup(Order.ref, Order.id, Order.customer_id)
        self.returns = Lookup(Return.ref, Return.id)
        self.utrs: set[str] = set()
        self.credit: Counter[int] = Counter()

    def load(self) -> None:
        for chunk in self.file.chunks():
            rows = self.file.keyed(chunk, Payment.request_key, Payment.ref, USUAL)
            self.orders.fetch({cells[0] for _line, (_key, _twin, cells) in rows})
            self.utrs |= existing(Payment.utr, {cells[4] for _line, (_key, _twin, cells) in rows if cells[4]})
            self.returns.fetch({cells[-1] for _line, (_key, _twin, cells) in rows if cells[-1]})
            self.file.each(rows, self._row)
            self.file.number(self.batch, Payment)
            self.batch.write()
            self.moves.write()
        if short := overdrawn(self.credit if self.run.dry else {}):
            raise BadFile(f"{self.file.file.name} spends more store credit of customer {short} than it gave")

    def _row(self, line: int, row: tuple[str, int, list[str]]) -> None:
        key, _twin, (order_no, amount, paid_at, method, reference, ref, kind, state, note, return_no) = row
        tell = Faults()
        order = tell(named, self.orders, order_no, "order", "order_no")
        paise = tell(self._paise, line, amount)
        when = tell(self.run.past, paid_at, "paid_at")
        method = tell(one_of, method, METHODS, "other", "method")
        reference = tell(clean_text, reference, 80, "reference", what="reference")
        kind = tell(one_of, kind, PAYMENT_KINDS, "payment", "kind")
        state = tell(one_of, state, PAYMENT_STATES, "confirmed", "state")
        back = tell(named, self.returns, return_no, "return", "return_no") if return_no else None
        note = tell(clean_text, note, 200, "note", what="note")
        tell.end()
        at, day = when
        utr = utr_of(method, reference) if state != "refused" else None
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
                "ref": ref,
                "kind": kind,
                "state": state,
                "method": method,
                "amount_paise": paise,
                "reference": reference,
                "utr": utr,
                "paid_at": at,
                "paid_on": day,
                "note": note,
                "return_id": back.id if back else None,
                "by_id": None,
                "created_at": self.run.now,
                "version": 1,
            }
        )
        self.file.count.added += 1
        # A file that does not say what was given back does not tell where credit came from either.
        if method == "credit" and state == "confirmed" and "kind" in self.file.file.has:
            self._move_credit(self.batch.rows[-1], paise if kind == "refund" else -paise)

    def _paise(self, line: int, amount: str) -> int:
        paise = self.file.price(line, amount, "amount")
        if not paise:
            raise RuleError("The amount must be more than 0", "amount")
        return paise

    def _move_credit(self, payment: dict[str, Any], paise: int) -> None:
        move = {name: payment[name] for name in ("customer_id", "order_id", "by_id")}
        move |= {"id": self.moves.new_id(), "payment_id": payment["id"], "amount_paise": paise}
        self.moves.add(move | {"at": payment["paid_at"], "reason": payment["note"]})
        self.credit[payment["customer_id"]] += paise


def overdrawn(besides: Mapping[int, int]) -> str | None:
    """A customer whose store credit would be less than nothing. `besides`: moves that are not written."""
    for part in in_parts([customer_id for customer_id, paise in besides.items() if paise < 0]):
        kept = select(Customer.id, Customer.ref, Customer.credit_paise).where(Customer.id.in_(part))
        for customer_id, ref, paise in db.session.execute(kept):
            if paise + besides[customer_id] < 0:
                return ref
    left = func.sum(CreditMove.amount_paise)
    query = select(Customer.ref).join(CreditMove, CreditMove.customer_id == Customer.id)
    return db.session.scalar(query.group_by(Customer.id, Customer.ref).having(left < 0).limit(1))
