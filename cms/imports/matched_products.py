"""products of a file from the browser: known by their code; added, updated or both."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from cms.db import db
from cms.errors import RuleError
from cms.imports.batches import in_parts
from cms.imports.changes import PRODUCT, Changed, change_products
from cms.imports.files import Rows
from cms.imports.matched import FIELDS, Found
from cms.imports.products import Products
from cms.imports.run import FileRun, existing
from cms.models import Product, StockMove
from cms.products.actions import product_keys
from cms.refs import next_refs


class MatchedProducts(Found, Products):
    """Reads products as other programs write them. A new one without a code gets the next number."""

    model, columns, own, key = Product, PRODUCT, "sku", "sku"

    def __init__(self, file: FileRun):
        super().__init__(file)
        self.met, self.waiting = {}, []

    def _load(self, chunk: Rows) -> None:
        there = self.find("sku", {cells[0] for _line, cells in chunk})
        moved = self._moved([was["id"] for was in there.values()])
        bare = {line: self.key_of("products", cells) for line, cells in chunk if not cells[0]}
        known = existing(Product.request_key, set(bare.values()))
        changed: Changed = []

        def sort(line: int, cells: list[str]) -> None:
            was = there.get(cells[0])
            if was:
                self.meet(line, was, f"Product {was['sku']}")
                self._there(line, dict(was, moved=moved.get(was["id"], 0)), cells, changed)
            elif bare.get(line) in known:
                self.file.count.known += 1
            elif self.file.file.mode == "update":
                self.leave(line, "update")
            else:
                self._new(line, cells, bare.get(line))

        self.file.each(chunk, sort)
        self.store()
        if not self.run.dry:
            change_products(changed, self.run.by)

    def _moved(self, ids: list[int]) -> dict[int, int]:
        """What the moves of these add up to: of a product that is not tracked, not its stock."""
        total: dict[int, int] = {}
        for part in in_parts(ids):
            query = select(StockMove.product_id, func.sum(StockMove.quantity)).where(StockMove.product_id.in_(part))
            total |= {key: int(units) for key, units in db.session.execute(query.group_by(StockMove.product_id))}
        return total

    def _new(self, line: int, cells: list[str], key: str | None) -> None:
        sku = cells[0]
        if sku and sku in self.lines:
            raise RuleError(f"Product {sku} stands in line {self.lines[sku]} already", "sku")
        self.lines[sku] = line
        self._add(self._read(line, sku, cells) | {"request_key": key})

    def _there(self, line: int, was: Any, cells: list[str], changed: Changed) -> None:
        if self.file.file.mode == "create":
            self.leave(line, "create")
            return
        names = ("name", "price", "category", "hsn", "gst_rate", "kind", "stock")
        filled = {FIELDS.get(name, name) for name, cell in zip(names, cells[1:8], strict=True) if cell}
        said = self._read(line, was["sku"], [cells[0], cells[1] or was["name"], *cells[2:8], ""])
        now = self.differs(was, {name: value for name, value in said.items() if name in filled})
        if not now:
            self.file.count.known += 1
            return
        changed.append((was, now))
        self.note(was, now, "sku")

    def number(self) -> None:
        bare = [row for row in self.batch.rows if not row["sku"]]
        for row, sku in zip(bare, [] if self.run.dry else next_refs(Product, len(bare)), strict=False):
            row |= {"sku": sku} | product_keys(sku, row["name"], row["category"])

    def write(self) -> None:
        ids = {row["id"] for row in self.batch.rows}
        self.batch.write()
        waiting = [move for move in self.moves.rows if move["product_id"] not in ids]
        self.moves.rows = [move for move in self.moves.rows if move["product_id"] in ids]
        self.moves.write()
        self.moves.rows = waiting
