"""The demo's orders, with their lines, steps and payments as they stand by now."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from cms.dates import business_date
from cms.demo.catalogue import Article
from cms.demo.invoices import Taxes
from cms.imports.batches import Batch
from cms.imports.rules import utr_of
from cms.models import Order, OrderLine, Payment, Settings, StatusChange, StockMove
from cms.money import percent_of, split

LINES = (1,) * 40 + (2,) * 28 + (3,) * 16 + (4,) * 9 + (5,) * 5 + (6,) * 2
UNITS = (1,) * 62 + (2,) * 22 + (3,) * 8 + (4,) * 4 + (5,) * 3 + (10,)
DISCOUNTS_BP = (500, 1000, 1000, 1500, 2000)
PAID_BY = ("upi",) * 56 + ("cash",) * 22 + ("card",) * 12 + ("bank",) * 8 + ("other",) * 2
AS_SOLD = {
    "order_discount_paise": 0,
    "taxable_paise": 0,
    "cgst_paise": 0,
    "sgst_paise": 0,
    "igst_paise": 0,
    "stock_taken": False,
    "returned_quantity": 0,
    "returned_paise": 0,
}
AS_PLACED = {
    "note": "",
    "settled_before": False,
    "created_by_id": None,
    "tax_paise": 0,
    "round_off_paise": 0,
    "returned_units": 0,
    "returned_paise": 0,
    "paid_paise": 0,
    "version": 1,
    "request_key": None,
}
STOCK_DAYS = 7
"""The shop counted its stock so many days ago and has kept track since."""


@dataclass
class Placed:
    """An order on its way into the database: its rows may still change."""

    row: dict[str, Any]
    lines: list[dict[str, Any]]
    method: str


class Orders:
    """Makes one order at a time and keeps its rows until `write`."""

    def __init__(self, rng: Random, shelf: list[dict[str, Any]], goods: list[Article], now: datetime, shop: Settings):
        self.rng, self.shelf, self.goods, self.now, self.zone = rng, shelf, goods, now, shop.zone
        self.taxes = Taxes(shop)
        self.orders, self.lines, self.steps, self.payments, self.moves = (
            Batch(table) for table in (Order, OrderLine, StatusChange, Payment, StockMove)
        )
        self.number = self.paid = self.claimed = 0
        self.popular = _popular(rng, len(goods))
        self.tracked = {row["id"] for row in shelf if row["stock"] is not None}
        self.counted_at = now - timedelta(days=STOCK_DAYS)
        self.moves.next_id += len(self.tracked)  # the count itself comes first
        self.out_of_stock: dict[int, int] = defaultdict(int)

    def place(self, customer_id: int, segment: str, address: str, state: str, at: datetime, day: date) -> Placed:
        """A new order, moved on as far as it got until now. `state`: where the customer lives."""
        rng = self.rng
        self.number += 1
        order_id = self.orders.new_id()
        lines = self._lines(order_id, 1 if segment == "Individual" else 4, (self.now - at).days, day)
        discount = self._order_discount(lines) if rng.random() < 0.03 else 0
        total = sum(line["total_paise"] for line in lines)
        method = PAID_BY[int(rng.random() * len(PAID_BY))]
        status, delivered_at, last_at = self._steps(order_id, at)
        row = {
            "id": order_id,
            "ref": f"ORD{self.number:03d}",
            "customer_id": customer_id,
            "status": status,
            "ordered_at": at,
            "ordered_on": day,
            "delivered_at": delivered_at,
            "address": address,
            "created_at": at,
            "discount_paise": discount,
            "total_paise": total,
            "payable_paise": total,
            "line_count": len(lines),
            "units": sum(line["quantity"] for line in lines),
        } | AS_PLACED
        self.taxes.put(row, lines, state)
        placed = Placed(row, lines, method)
        self._pay(placed, last_at)
        if at >= self.counted_at:
            self._take_stock(placed, last_at)
        self.orders.add(row)
        self.lines.rows += lines
        return placed

    def write(self) -> None:
        """Store what is waiting, parents first."""
        for batch in (self.orders, self.lines, self.steps, self.payments, self.moves):
            batch.write()

    def _lines(self, order_id: int, size: int, age_days: int, day: date) -> list[dict[str, Any]]:
        rng, lines = self.rng, []
        dearer = 100 - 4 * min(age_days // 365, 3)  # prices rose over the years
        for number in range(1, LINES[int(rng.random() * len(LINES))] + 1):
            position = self.popular[int(rng.random() * len(self.popular))]
            product = self.shelf[position]
            units = UNITS[int(rng.random() * len(UNITS))] * size
            price = product["price_paise"] * dearer // 10_000 * 100
            discount_bp = DISCOUNTS_BP[int(rng.random() * 5)] if rng.random() < 0.08 else 0
            discount = percent_of(price * units, discount_bp) if discount_bp else 0
            lines.append(
                {
                    "id": self.lines.new_id(),
                    "order_id": order_id,
                    "line_no": number,
                    "product_id": product["id"],
                    "sku": product["sku"],
                    "product_name": product["name"],
                    "quantity": units,
                    "unit_price_paise": price,
                    "discount_bp": discount_bp,
                    "discount_paise": discount,
                    "total_paise": price * units - discount,
                    "hsn": product["hsn"],
                    "gst_rate_bp": self.goods[position].gst_rate_bp(day),
                    **AS_SOLD,
                }
            )
        return lines

    def _order_discount(self, lines: list[dict[str, Any]]) -> int:
        """Some rupees off the whole order, shared out among its lines."""
        values = [line["total_paise"] for line in lines]
        discount = min(sum(values) // 10, self.rng.choice((5000, 10_000, 20_000)))
        for line, share in zip(lines, split(discount, values), strict=True):
            line["order_discount_paise"] = share
            line["total_paise"] -= share
        return discount

    def _steps(self, order_id: int, at: datetime) -> tuple[str, datetime | None, datetime]:
        """Its steps up to now: where it stands, when it was delivered, when it last moved."""
        rng, now = self.rng, self.now
        self._step(order_id, None, "Pending", at)
        if rng.random() < 0.04:
            cancelled_at = at + timedelta(seconds=int(3600 + rng.random() * 100_000))
            if cancelled_at > now:
                return "Pending", None, at
            self._step(order_id, "Pending", "Cancelled", cancelled_at)
            return "Cancelled", None, cancelled_at
        shipped_at = at + timedelta(seconds=int(14_400 + rng.random() ** 2 * 400_000))
        if shipped_at > now:
            return "Pending", None, at
        self._step(order_id, "Pending", "Shipped", shipped_at)
        delivered_at = shipped_at + timedelta(seconds=int(43_200 + rng.random() * 300_000))
        if delivered_at > now:
            return "Shipped", None, shipped_at
        self._step(order_id, "Shipped", "Delivered", delivered_at)
        return "Delivered", delivered_at, delivered_at

    def _step(self, order_id: int, old: str | None, new: str, at: datetime) -> None:
        step = {"id": self.steps.new_id(), "order_id": order_id, "old": old, "new": new, "at": at}
        self.steps.add(step | {"by_id": None, "undoes_id": None})

    def _pay(self, placed: Placed, last_at: datetime) -> None:
        """Most pay at once, cash comes with the delivery; a few of the recent ones owe some or all of it."""
        row, chance = placed.row, self.rng.random()
        total, status, at = row["payable_paise"], row["status"], row["ordered_at"]
        if not total or (placed.method == "cash" and status in ("Pending", "Shipped")):
            return
        if status == "Cancelled":
            if chance < 0.3:
                self.pay(placed, total, at)
                self.pay(placed, -total, last_at)
            return
        if placed.method == "cash":
            at = row["delivered_at"]
        if placed.method == "upi" and self.claimed < 6 and chance > 0.5 and (self.now - at).days < 12:
            self.claimed += 1  # what still waits to be confirmed
            return self.pay(placed, total, at, "claimed")
        recent = (self.now - at).days < 45
        if recent and chance < 0.06:
            return
        self.pay(placed, total // 200 * 100 if recent and chance < 0.10 and total >= 200 else total, at)

    def pay(self, placed: Placed, paise: int, at: datetime, state: str = "confirmed") -> None:
        """Note a payment, or a refund where it is negative, with its order."""
        row, kind = placed.row, "payment" if paise > 0 else "refund"
        self.paid += 1
        upi = placed.method == "upi" and paise > 0
        reference = f"{100_000_000_000 + self.paid * 7_919_000_111 % 800_000_000_000}" if upi else ""
        row["paid_paise"] += paise * (state == "confirmed")
        self.payments.add(
            {
                "id": self.payments.new_id(),
                "ref": f"PAY{self.paid:03d}",
                "order_id": row["id"],
                "customer_id": row["customer_id"],
                "kind": kind,
                "state": state,
                "method": placed.method,
                "amount_paise": abs(paise),
                "reference": reference,
                "utr": utr_of(placed.method, reference),
                "paid_at": at,
                "paid_on": row["ordered_on"] if at == row["ordered_at"] else business_date(at, self.zone),
                "note": "",
                "by_id": None,
                "created_at": at,
                "version": 1,
                "request_key": None,
            }
        )

    def _take_stock(self, placed: Placed, last_at: datetime) -> None:
        units: dict[int, int] = defaultdict(int)
        for line in placed.lines:
            if line["product_id"] in self.tracked:
                units[line["product_id"]] += line["quantity"]
        for product_id, sold in units.items():
            self._move(product_id, placed.row["id"], -sold, "sold", placed.row["ordered_at"])
            if placed.row["status"] == "Cancelled":
                self._move(product_id, placed.row["id"], sold, "given back", last_at)

    def _move(self, product_id: int, order_id: int, quantity: int, reason: str, at: datetime) -> None:
        self.out_of_stock[product_id] -= quantity
        move = {"id": self.moves.new_id(), "product_id": product_id, "order_id": order_id, "quantity": quantity}
        self.moves.add(move | {"reason": reason, "at": at, "by_id": None})


def _popular(rng: Random, how_many: int) -> list[int]:
    """Positions on the shelf, the popular ones often: whoever picks one of these at random buys like a crowd."""
    order = list(range(how_many))
    rng.shuffle(order)
    weights = [1 / (rank + 6) for rank in range(how_many)]
    upto = [round(part * 8192 / sum(weights)) for part in accumulate(weights)]
    return [position for position, start, end in zip(order, [0, *upto], upto, strict=False) for _ in range(start, end)]
