"""The demo's shop is under GST: the tax in its prices, and invoices for its latest deliveries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from functools import cache
from types import SimpleNamespace
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import joinedload, selectinload

from cms.dates import business_date, financial_year_label
from cms.db import db
from cms.imports.batches import Batch
from cms.invoices.actions import counter_of
from cms.invoices.invoice import invoice_content, numbered
from cms.invoices.rules import Taxing, document_number, tax_of, taxing_of
from cms.models import Counter, Invoice, Order, Settings

GSTIN = "36ZZZFD0001Z1ZH"
"""Made up, of Telangana."""
MOST = 2000


def register(shop: Settings) -> None:
    """Put a shop that says nothing of GST under it, in Hyderabad."""
    if shop.gst_mode == "unregistered" and not (shop.gstin or shop.state):
        shop.gst_mode, shop.gstin, shop.state, shop.prices_include_tax = "regular", GSTIN, "Telangana", True
        shop.address = shop.address or "4-1-889, Tilak Road, Abids\nHyderabad 500001"


class Taxes:
    """The tax within the demo's prices."""

    def __init__(self, shop: Settings):
        self.shop = shop
        self.taxing = cache(self._taxing)

    def put(self, row: dict[str, Any], lines: list[dict[str, Any]], state: str) -> None:
        """Work out the taxes of an order to a state, and put them into its rows."""
        taxing = self.taxing(state)
        row["gst_mode"], row["place_of_supply"] = taxing.mode, taxing.place
        if taxing.mode == "regular":
            for line in lines:
                line |= asdict(tax_of(line["total_paise"], line["gst_rate_bp"], taxing))

    def _taxing(self, state: str) -> Taxing:
        found = taxing_of(self.shop, SimpleNamespace(state=state, gstin="", country=""))
        return Taxing(found.mode, True, found.place, found.inter_state)


def issue_some(how_many_orders: int, shop: Settings) -> None:
    """An invoice, on the day of its delivery, for each of the latest deliveries of which nothing came back."""
    delivered = select(Order).where(Order.status == "Delivered", Order.returned_units == 0)
    latest = delivered.order_by(Order.ordered_at.desc(), Order.id.desc()).limit(min(MOST, how_many_orders // 4))
    orders = db.session.scalars(latest.options(joinedload(Order.customer), selectinload(Order.lines))).all()
    batch, serials = Batch(Invoice), defaultdict[str, int](int)
    for order in sorted(orders, key=lambda order: (order.delivered_at, order.id)):
        on = business_date(order.delivered_at, shop.zone)  # type: ignore[arg-type]
        year = financial_year_label(on)
        serials[year] += 1
        number = document_number(shop.invoice_prefix, year, serials[year])
        content = numbered(invoice_content(order, order.lines, order.customer, shop, on), number)
        batch.add(_row(batch.new_id(), order, content, year, serials[year], shop.invoice_prefix))
    batch.write()
    db.session.execute(
        insert(Counter),
        [{"name": counter_of(Invoice, shop.invoice_prefix, year), "value": last} for year, last in serials.items()],
    )


def _row(id: int, order: Order, content: Mapping[str, Any], year: str, serial: int, series: str) -> dict[str, Any]:
    return {
        "id": id,
        "number": content["number"],
        "series": series,
        "financial_year": year,
        "serial": serial,
        "order_id": order.id,
        "customer_id": order.customer_id,
        "issued_at": order.delivered_at,
        "issued_on": date.fromisoformat(content["date"]),
        "taxable_paise": content["taxable_paise"],
        "tax_paise": content["tax_paise"],
        "payable_paise": content["payable_paise"],
        "content": content,
        "by_id": None,
    }
