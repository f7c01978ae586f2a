"""The table products, and what orders name beyond it."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from cms.imports.batches import Batch
from cms.imports.products import NOT_NAMED
from cms.models import Product
from cms.orders.rules import MOST_PRICE_PAISE
from cms.original.moving import Moving
from cms.original.rules import amount_of, is_placeholder, kept_text, product_key
from cms.products.actions import product_keys
from cms.refs import catch_up, next_refs
from cms.text import fold, is_visible

NAMES = """
SELECT n.product_name, n.n, o.order_amount, o.order_id FROM
  (SELECT product_name, COUNT(*) AS n, MAX(row) AS last FROM orders GROUP BY product_name COLLATE BINARY) n
JOIN orders o ON o.row = n.last ORDER BY o.row"""


@dataclass(frozen=True, slots=True)
class Article:
    """A product of this move."""

    id: int
    sku: str
    name: str
    paise: int


class Products:
    """Keeps the catalogue under its numbers; a name that only orders know becomes a product of its own."""

    def __init__(self, moving: Moving):
        self.moving, self.run = moving, moving.run
        self.batch = Batch(Product)
        self.skus: set[str] = set()
        self.named: dict[str, list[Article]] = defaultdict(list)

    def load(self) -> None:
        for chunk in self.moving.staging.chunks("SELECT * FROM products ORDER BY row"):
            for row in chunk:
                self._row(row)
            self.batch.write()
        catch_up(Product)
        self._unknown()
        catch_up(Product)

    def meant(self, name: str | None, paise: int | None = None) -> Article | None:
        """The product of this name; of several the one written just so, then the one of this price, then the first."""
        text = kept_text(name, 200)[0]
        found = self.named.get(_key(text), [])
        return min(found, key=lambda one: (fold(one.name) != fold(text), one.paise != paise, one.id), default=None)

    def _row(self, row: sqlite3.Row) -> None:
        sku, lost = kept_text(row["product_id"], 64)
        if not sku or lost:
            return self.moving.leave("products", row, "There is no product_id that can be kept")
        if sku.casefold() in self.skus:
            return self.moving.leave("products", row, "Another product has this product_id")
        name = self.moving.text("products", row, "product_name", 200)
        if not is_visible(name):
            name = sku
            self.moving.look("products", row, "There is no name; the number stands for it")
        if twin := self.named.get(_key(name)):
            self.moving.look("products", row, "Another product has nearly the same name", twin[0].sku)
        self._add(sku, name, self.moving.amount("products", row, "price", MOST_PRICE_PAISE))
        self.moving.keep("products")
        return None

    def _unknown(self) -> None:
        """Products that are only named by orders, at the price they were last sold for."""
        unknown: dict[str, list[sqlite3.Row]] = defaultdict(list)
        for row in self.moving.staging.ask(NAMES):
            name = kept_text(row["product_name"], 200)[0]
            article = self.meant(name)
            if article is None:
                unknown[_key(name)].append(row)
            elif fold(name) != fold(article.name):
                what = "Orders spell this product differently; they count for it under the name as sold"
                self.moving.note("products", article.sku, what, f"{name}, {row['n']:,} orders")
        for sku, rows in zip(next_refs(Product, len(unknown)), unknown.values(), strict=True):
            name = kept_text(rows[-1]["product_name"], 200)[0]
            chosen = not is_placeholder(name) and is_visible(name)
            paise = amount_of(rows[-1]["order_amount"], self.run.currency)[0] or 0
            self._add(sku, name if is_visible(name) else "No product named", min(paise, MOST_PRICE_PAISE), not chosen)
            self.moving.counts["products"].made += 1
            what = "The table products lacks a product that was sold; made here at its last price"
            if not chosen:
                what = "Orders name no product; they count for one that is off sale"
            spelt = ", ".join(f"{kept_text(row['product_name'], 200)[0]} ({row['n']:,} orders)" for row in rows[:5])
            self.moving.note("products", sku, what, spelt)
        self.batch.write()

    def _add(self, sku: str, name: str, paise: int, off_sale: bool = False) -> None:
        article = Article(self.batch.new_id(), sku, name, paise)
        self.skus.add(sku.casefold())
        self.named[_key(name)].append(article)
        row: dict[str, Any] = {"id": article.id, "sku": sku, "name": name, "price_paise": paise}
        row |= {"category": "", "hsn": "", "gst_rate_bp": 0, "kind": "goods", "created_at": self.run.now}
        row |= product_keys(sku, name, "") | NOT_NAMED
        self.batch.add(row | {"archived_at": self.run.now if off_sale else None})


def _key(name: str) -> str:
    """One key for all that is no name of a product."""
    return "" if is_placeholder(name) or name == "No product named" else product_key(name)
