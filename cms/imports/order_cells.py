"""The cells of a row of orders.csv, read one by one: what each of them says, and all that is wrong with them."""

from __future__ import annotations

from typing import Any

from cms.errors import RuleError
from cms.imports.batches import CustomerLookup, Lookup
from cms.imports.faults import Faults
from cms.imports.rules import MOST_LINE_NO, TABLES, needed, quantity_of, status_of, whole_number
from cms.imports.run import FileRun
from cms.imports.taxes import head_of
from cms.models import Product
from cms.money import parse_percent_bp, show_money
from cms.orders.rules import MOST_PRICE_PAISE

HEAD = (
    "customer_ref", "ordered_at", "status", "delivered_at",
    "settled", "address", "note", "gst_mode", "place_of_supply", "round_off",
)  # fmt: skip
USUAL = len(TABLES["orders"])
OF_ORDER = len(HEAD) - 4
Head = tuple[str, ...]


class OrderCells:
    """Reads the cells of one row; who and what they name is fetched before."""

    def __init__(self, file: FileRun):
        self.file, self.run = file, file.run
        self.customers = CustomerLookup()
        self.products = Lookup(Product.sku, Product.id, Product.name, Product.hsn, Product.gst_rate_bp)
        self.settled = "payments" not in self.run.files

    def look(self, cells: list[str]) -> None:
        """Raises RuleError with all that is wrong with the cells of a row."""
        said = dict(zip(TABLES["orders"], cells[:USUAL], strict=True))
        tell = Faults()
        tell(needed, said["order_no"], 64, "order_no")
        tell(self.check_customer, said["customer_ref"])
        tell(self.head, (*(said[name] for name in HEAD[:4]), *cells[USUAL : USUAL + OF_ORDER]))
        if said["line_no"]:
            tell(whole_number, said["line_no"], MOST_LINE_NO, "line_no")
        tell(self.product, said["sku"])
        tell(quantity_of, said["quantity"])
        tell(self.paise, said["unit_price"])
        if said["discount_percent"]:
            tell(parse_percent_bp, said["discount_percent"], "discount_percent")
        tell.end()

    def check_customer(self, ref: str) -> None:
        if self.customers.get(ref) is None:
            raise RuleError(f"There is no customer {ref}" if ref else "customer_ref is needed", "customer_ref")

    def head(self, head: Head) -> dict[str, Any]:
        """What all rows of an order must agree on. Raises RuleError."""
        customer_ref, ordered_at, status_word, delivered_text, *_more = head
        customer, tell = self.customers.get(customer_ref), Faults()
        ordered = tell(self.run.past, ordered_at, "ordered_at")
        delivered = tell(self.run.past, delivered_text, "delivered_at") if delivered_text else (None, None)
        status = tell(status_of, status_word, bool(delivered_text))
        tell.end()
        at, day = ordered
        if delivered[1] and delivered[1] < day:
            raise RuleError("delivered_at is before the day of the order", "delivered_at")
        if delivered_text and status != "Delivered":
            raise RuleError(f"delivered_at is given, but the order is {status}", "delivered_at")
        return {
            "customer_id": customer.id if customer else None,
            "ordered_at": at,
            "ordered_on": day,
            "status": status,
            "delivered_at": delivered[0],
            **head_of(dict(zip(HEAD, head, strict=True)), self.settled, self.run.currency),
        }

    def product(self, sku: str) -> Any:
        product = self.products.get(sku)
        if product is None:
            raise RuleError(f"There is no product {sku}" if sku else "sku is needed", "sku")
        return product

    def paise(self, text: str, line: int = 0) -> int:
        """A unit's price. Raises RuleError. `line`: where to note that it was rounded."""
        if not text:
            raise RuleError("unit_price is needed", "unit_price")
        paise = self.file.price(line, text, "unit_price")
        if paise > MOST_PRICE_PAISE:
            raise RuleError(f"A price can be at most {show_money(MOST_PRICE_PAISE, self.run.currency)}", "unit_price")
        return paise
