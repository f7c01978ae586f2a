"""products.csv"""

from __future__ import annotations

from typing import Any

from cms.errors import RuleError
from cms.imports.faults import Faults
from cms.imports.files import Rows
from cms.imports.rules import hsn_of, needed, one_of, stock_of
from cms.imports.run import FileRun, existing
from cms.models import Product, StockMove
from cms.models.products import KINDS
from cms.money import parse_percent_bp
from cms.products.actions import product_keys
from cms.text import clean_text

NOT_NAMED = {
    "stock": None, "archived_at": None, "sold_units": 0, "sold_paise": 0, "returned_units": 0, "returned_paise": 0,
    "version": 1, "request_key": None,
}  # fmt: skip


class Products:
    """Reads products.csv into the catalogue; their stock is tracked where the file or someone counts it."""

    def __init__(self, file: FileRun):
        self.file, self.run = file, file.run
        self.batch, self.moves = self.run.batch(Product), self.run.batch(StockMove)
        self.lines: dict[str, int] = {}
        self.known: set[str] = set()

    def load(self) -> None:
        for chunk in self.file.chunks():
            self._load(chunk)

    def _load(self, chunk: Rows) -> None:
        self.known = existing(Product.sku, {cells[0] for _line, cells in chunk})
        self.file.each(chunk, self._row)
        self.batch.write()
        self.moves.write()

    def _row(self, line: int, cells: list[str]) -> None:
        sku = needed(cells[0], 64, "sku")
        if sku in self.lines:
            raise RuleError(f"Product {sku} stands in line {self.lines[sku]} already", "sku")
        self.lines[sku] = line
        if sku in self.known:
            self.file.count.known += 1
            return
        self._add(self._read(line, sku, cells))

    def _add(self, row: dict[str, Any]) -> None:
        made = {"id": self.batch.new_id(), "created_at": self.run.now}
        self.batch.add(made | NOT_NAMED | row)
        if row["stock"]:
            move = {"id": self.moves.new_id(), "product_id": made["id"], "quantity": row["stock"], "reason": "counted"}
            self.moves.add(move | {"order_id": None, "at": self.run.now, "by_id": None})
        self.file.count.added += 1

    def _read(self, line: int, sku: str, cells: list[str]) -> dict[str, Any]:
        _, name, price, category, hsn, gst_rate, kind, stock, archived = cells
        tell = Faults()
        row: dict[str, Any] = {
            "sku": sku,
            "name": tell(needed, name, 200, "name"),
            "price_paise": tell(self.file.price, line, price, "price") if price else 0,
            "category": tell(clean_text, category, 80, "category", what="category"),
            "hsn": tell(hsn_of, hsn),
            "gst_rate_bp": tell(parse_percent_bp, gst_rate, "gst_rate") if gst_rate else 0,
            "kind": tell(one_of, kind, KINDS, "goods", "kind"),
            "stock": tell(stock_of, stock),
        }
        at = tell(self.run.past, archived, "archived_at") if archived else None
        tell.end()
        return row | {"archived_at": at[0] if at else None} | product_keys(sku, row["name"], row["category"])
