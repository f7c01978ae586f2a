"""An order as it is being typed: what was meant, and beside each field what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cms.customers.rules import as_new, field_of
from cms.dates import parse_date
from cms.errors import RuleError
from cms.fields import id_in, parse_whole
from cms.formats import parse_email, parse_phone
from cms.money import parse_money, parse_percent_bp, plain_money
from cms.orders import rules
from cms.text import clean_text, is_visible


@dataclass
class TypedLine:
    """One line: the product's row and three texts, read by `read`; `refused`: why it cannot be had in this quantity."""

    product: Any
    quantity: str
    price: str
    discount: str
    problems: dict[str, str] = field(default_factory=dict)
    line: rules.Line | None = None
    refused: str = ""

    def read(self, currency: str) -> None:
        """Understand the texts, or say beside each what is wrong."""
        self.problems = {}
        quantity = self._try("quantity", lambda: parse_whole(self.quantity, 1, rules.MOST_UNITS, "Quantity"))
        price = self._try("price", lambda: parse_money(self.price, currency))
        discount = self._try("discount", lambda: parse_percent_bp(self.discount) if self.discount.strip() else 0)
        self.line = None if self.problems else rules.Line(price, quantity, discount)

    def _try(self, name: str, read: Any) -> Any:
        try:
            return read()
        except RuleError as error:
            self.problems[name] = error.message
            return 0


@dataclass
class Draft:
    """The whole order as typed. `customer` is the picked customer's row, None while `new` or nobody; `order` is the one
    that is to be changed, None for a new one; `opened`: nothing was typed yet."""

    currency: str
    request_key: str
    customer: Any = None
    lines: list[TypedLine] = field(default_factory=list)
    customer_q: str = ""
    product_q: str = ""
    discount: str = ""
    address: str = ""
    note: str = ""
    new: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    discount_paise: int = 0
    new_customer: dict[str, Any] | None = None
    carried: str = ""
    order: Any = None
    version: str = ""
    ordered_on: str = ""
    day: date = date.min
    opened: bool = False

    @classmethod
    def from_form(cls, posted: Any, currency: str, customer: Any, products: Mapping[int, Any]) -> Draft:
        """What was posted. `products`: rows by id; a line whose product is not among them is left out."""
        draft = cls(currency, posted.get("request_key", "")[:64], customer)
        rows = zip(
            *(
                posted.getlist(name)[: rules.MOST_LINES + 1]
                for name in ("product", "quantity", "price", "line_discount")
            ),
            strict=False,
        )
        for product, quantity, price, discount in rows:
            if found := products.get(id_in(product) or 0):
                draft.lines.append(TypedLine(found, quantity, price, discount))
        for name in ("customer_q", "product_q", "discount", "address", "note", "version", "ordered_on"):
            setattr(draft, name, posted.get(name, "")[:2000])
        draft.new = {name: posted.get(f"new_{name}", "")[:500] for name in ("name", "phone", "email", "segment")}
        return draft

    def add(self, product: Any) -> None:
        """One more line, at the catalogue's price."""
        self.lines.append(TypedLine(product, "1", plain_money(product.price_paise, self.currency), ""))
        self.product_q = ""

    @property
    def can_carry(self) -> bool:
        """Whether a new customer can be called, dialled or written to by what was searched for."""
        return bool(as_new(self.customer_q))

    def carry(self) -> None:
        """Begin a new customer with what was searched for and not found."""
        self.carried = field_of(self.customer_q)
        self.new[self.carried], self.customer_q = self.customer_q.strip(), ""

    def remove(self, index: int | None) -> None:
        if index is not None and 0 <= index < len(self.lines):
            del self.lines[index]

    def read(self) -> bool:
        """Understand everything, as for placing the order; whether all of it is right."""
        self.problems = {}
        self._read_customer()
        if not self.lines:
            self.problems["lines"] = "Add at least one product"
        self._read_lines()
        if self.order is not None:
            self._read_day()
        for name, longest in (("address", 500), ("note", 1000)):
            try:
                setattr(self, name, clean_text(getattr(self, name), longest, many_lines=True, what=name))
            except RuleError as error:
                self.problems[name] = error.message
        return not self.problems and not any(line.problems for line in self.lines)

    def totals(self) -> list[rules.LineMoney | None]:
        """What each line comes to, None where it cannot be read yet; the order's discount spread over them."""
        self._read_lines()
        if not self.lines or "discount" in self.problems or any(line.line is None for line in self.lines):
            return [rules.line_totals([line.line], 0)[0] if line.line else None for line in self.lines]
        return list(
            rules.line_totals([line.line for line in self.lines if line.line], self.discount_paise, self.currency)
        )

    def _read_lines(self) -> None:
        for line in self.lines:
            line.read(self.currency)
        self.problems.pop("discount", None)
        try:
            self.discount_paise = parse_money(self.discount, self.currency) if self.discount.strip() else 0
            if self.lines and all(line.line for line in self.lines):
                whole = [line.line for line in self.lines if line.line]
                rules.check_lines(whole, self.currency)
                rules.line_totals(whole, self.discount_paise, self.currency)
        except RuleError as error:
            self.problems["discount" if error.field in (None, "discount") else "lines"] = error.message
            self.discount_paise = 0

    def _read_day(self) -> None:
        try:
            self.day = parse_date(self.ordered_on, "ordered_on")
        except RuleError as error:
            self.problems["ordered_on"] = error.message

    def _read_customer(self) -> None:
        self.new_customer = None
        if self.customer is not None:
            return
        if not any(self.new[name].strip() for name in ("name", "phone", "email")):
            self.problems["customer"] = "Choose a customer, or add a new one"
            return
        values: dict[str, Any] = {"segment": self.new["segment"] or "Individual"}
        readers = {"name": lambda text: clean_text(text, 120, what="name"), "phone": parse_phone, "email": parse_email}
        for name, read in readers.items():
            text = self.new[name]
            try:
                if name == "name" and not is_visible(text):
                    raise RuleError("Name is needed")
                values[name] = read(text) if text.strip() else ""
            except RuleError as error:
                self.problems[f"new_{name}"] = error.message
        self.new_customer = values
