"""What may be typed about a product."""

from __future__ import annotations

import re
from typing import Any

from wtforms import HiddenField

from cms import fields
from cms.errors import RuleError
from cms.fields import Choice, Form, Read, Text
from cms.money import parse_money, plain_money, show_money
from cms.orders.rules import MOST_PRICE_PAISE
from cms.text import western_digits

KINDS = [("goods", "Goods"), ("service", "Service")]
COLUMNS = {"price": "price_paise", "gst_rate": "gst_rate_bp"}
"""Fields whose column is called otherwise."""
MOST_STOCK = 10**8


def parse_hsn(text: str) -> str:
    """Read an HSN or SAC code as its 4, 6 or 8 digits. Raises RuleError on anything else.

    >>> parse_hsn("6912 00"), parse_hsn("69120010")
    ('691200', '69120010')
    """
    digits = re.sub(r"[ .]", "", western_digits(text))
    if not re.fullmatch(r"[0-9]{4}|[0-9]{6}|[0-9]{8}", digits):
        raise RuleError("An HSN code has 4, 6 or 8 digits, like 6912", "hsn")
    return digits


def parse_price(text: str, currency: str) -> int:
    """Read the price of one unit, in minor units. Raises RuleError on anything else, or beyond what a line may cost."""
    paise = parse_money(text, currency, "price")
    if paise > MOST_PRICE_PAISE:
        raise RuleError(f"A price can be at most {show_money(MOST_PRICE_PAISE, currency)}", "price")
    return paise


def show_percent(bp: int) -> str:
    """Hundredths of a percent as a percentage is typed.

    >>> show_percent(1800), show_percent(25), show_percent(0)
    ('18', '0.25', '0')
    """
    return f"{bp / 100:g}"


class ProductForm(Form):
    """All of a product that is typed; its stock only while it is new."""

    name = Text("Name", 200, required=True, render_kw={"autocomplete": "off", "autocapitalize": "sentences"})
    sku = Text("Code", 64, render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"})
    price = Read(
        "Price",
        lambda text: parse_price(text, "INR"),
        required=True,
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    category = Text("Category", 80, render_kw={"autocomplete": "off", "list": "categories"})
    kind = Choice("Kind", choices=KINDS)
    hsn = Read("HSN or SAC code", parse_hsn, render_kw={"inputmode": "numeric", "autocomplete": "off"})
    gst_rate = fields.percent(
        "GST rate", render_kw={"inputmode": "decimal", "autocomplete": "off", "list": "gst-rates"}
    )
    stock = fields.whole("Stock", 0, MOST_STOCK, blank=None, render_kw={"inputmode": "numeric", "autocomplete": "off"})
    version = HiddenField()
    request_key = HiddenField()
    currency = "INR"

    def trade_in(self, currency: str) -> None:
        """Prices are typed in this currency."""
        self.currency = currency
        self.price.parse = lambda text: parse_price(text, currency)

    def fill(self, product: Any) -> None:
        """Each field as one would type what the product says now."""
        for field in self:
            if hasattr(field, "value"):
                field.data = self.as_typed(field.name, getattr(product, COLUMNS.get(field.name, field.name)))

    def as_typed(self, name: str, value: Any) -> str:
        """A value of a column as one would type it."""
        if name == "price":
            return plain_money(value, self.currency)
        if name == "gst_rate":
            return show_percent(value)
        return "" if value is None else str(value)

    def product(self) -> dict[str, Any]:
        """The values of a product, by column; the stock goes its own way."""
        values = {COLUMNS.get(name, name): value for name, value in self.values().items() if name != "stock"}
        return values | {"kind": values["kind"] or "goods"}

    def tell_current(self, current: dict[str, Any]) -> None:
        """Put what someone else saved meanwhile beside each field where it differs from what was typed."""
        for field in self:
            column = COLUMNS.get(field.name, field.name)
            if column in current and hasattr(field, "value") and field.value != current[column]:
                now = self.as_typed(field.name, current[column])
                field.errors = [*field.errors, f"Someone else saved: {now or 'empty'}"]
