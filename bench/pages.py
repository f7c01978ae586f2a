"""What is asked: every row of the tables, with the limits it must keep."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import quote

from bench.facts import Facts
from bench.stand import Asker, Stand
from bench.visitor import HTMX, Request

T = TypeVar("T")

READ, WRITE, FRAGMENT, MODEL = 8.0, 20.0, 40.0, 100.0
"""At most so many times the null route: pages, whatever writes, what a page asks for once it stands, what is told anew
from all customers."""

PART = 40.0
"""The same for a chart or table that a page asks for once it is there."""

GROWTH, GROWTH_OF_PART = 1.5, 2.0
"""At most so many times its own at the smallest size; and what a page asks for once it stands."""

LIKE = 1.25
"""Lists are comparable when the one has at most so many times the rows of the other."""

FIRST_VISIT_KB = 60
"""At most so much for a page and all it refers to. A KB is 1024 bytes."""


@dataclass(frozen=True)
class Row:
    """One line of a table. `ask` gives the nth request; what it asks on the way is not measured."""

    name: str
    ask: Callable[[Stand, Asker, int], Request]
    limit: float | None = READ
    page: bool = False
    """Whether somebody may come here first."""


def nth(values: Sequence[T], number: int) -> T:
    return values[number % len(values)]


def at(path: str) -> Callable[[Stand, Asker, int], Request]:
    """Always the same address."""
    return lambda _stand, _asker, _number: Request(path)


def at_live(path: str) -> Callable[[Stand, Asker, int], Request]:
    """The same, as HTMX asks while somebody types."""
    return lambda _stand, _asker, _number: Request(path, HTMX)


def of(path: str, pick: Callable[[Facts], Sequence[object]], live: bool = False) -> Callable[..., Request]:
    """The path with `{}` filled from the facts in turn; `live` as HTMX asks while somebody types."""

    def ask(stand: Stand, _asker: Asker, number: int) -> Request:
        return Request(path.format(quote(str(nth(pick(stand.facts), number)))), HTMX if live else {})

    return ask


def open_cell(stand: Stand, _asker: Asker, number: int) -> Request:
    return Request(f"/customers/{nth(stand.facts.customers, number)}/cells/phone", HTMX)


def save_cell(stand: Stand, asker: Asker, number: int) -> Request:
    """Another phone number for the customer, of two that only they can have."""
    customer = nth(stand.facts.customers, number)
    form = asker.ask(open_cell(stand, asker, number)).text
    version, phone = re.search(r'name="version" value="(\d+)"', form), re.search(r'data-value="([^"]*)"', form)
    assert version and phone, form
    start = "97" if re.sub(r"\D", "", phone[1])[-10:].startswith("98") else "98"
    fields = [("csrf_token", asker.token), ("version", version[1]), ("phone", f"{start}{customer:08d}")]
    return Request(f"/customers/{customer}/cells/phone", HTMX, fields)


def after_write(ask: Callable[[Stand, Asker, int], Request]) -> Callable[[Stand, Asker, int], Request]:
    """The same with a write before it, after which nothing that was kept stands as it is."""

    def asked(stand: Stand, asker: Asker, number: int) -> Request:
        asker.ask(save_cell(stand, asker, number))
        return ask(stand, asker, number)

    return asked


def top_of_days(_stand: Stand, _asker: Asker, _number: int) -> Request:
    today = datetime.now(UTC).date()
    return Request(f"/stats/top?from={today - timedelta(90)}&to={today}", HTMX)


def place_order(stand: Stand, asker: Asker, number: int) -> Request:
    """Three lines, as the form of a new order sends them."""
    form = [("csrf_token", asker.token), ("request_key", uuid.uuid4().hex)]
    form += [("customer", str(nth(stand.facts.customers, number))), ("discount", ""), ("address", ""), ("note", "")]
    for line in range(3):
        product, paise = nth(stand.facts.products, number * 3 + line)
        price = f"{paise // 100}.{paise % 100:02d}"
        form += [("product", str(product)), ("quantity", str(line + 1)), ("price", price), ("line_discount", "")]
    return Request("/orders", {}, form)


def ship_order(stand: Stand, asker: Asker, number: int) -> Request:
    """The button in the row of an order that has just been placed."""
    placed = asker.ask(place_order(stand, asker, number)).header("Location")
    order = int(placed.rpartition("/")[2])
    fields = [("csrf_token", asker.token), ("seen", "Pending"), ("part", "row"), ("status", "Shipped")]
    return Request(f"/orders/{order}/status", HTMX, fields)


ROWS = (
    Row("the null route, signed in", at("/bench/null"), limit=None),
    Row("home", at("/"), page=True),
    Row("customers", at("/customers"), page=True),
    Row("customers: half-way down", of("/customers?after={}", lambda facts: [facts.deep["name"]])),
    Row(
        "customers: half-way down the last orders",
        of("/customers?sort=last_order&after={}", lambda facts: [facts.deep["last_order"]]),
    ),
    Row("customers: inactive", at("/customers?status=Inactive")),
    Row("customers: most spent first", at("/customers?sort=spent")),
    Row("customers: a rare name", of("/customers?q={}", lambda facts: facts.rare_names, live=True)),
    Row("customers: a common name", of("/customers?q={}", lambda facts: facts.common_names, live=True)),
    Row("customers: last 6 digits of a phone", of("/customers?q={}", lambda facts: facts.phone_ends, live=True)),
    Row("customers: a word that most have", at_live("/customers?q=example.com")),
    Row("customers: nobody is found", of("/customers?q={}", lambda facts: ["zqxjk", "qqzzv"], live=True)),
    Row("search: a rare name", of("/search?q={}", lambda facts: facts.rare_names, live=True)),
    Row("search: a common name", of("/search?q={}", lambda facts: facts.common_names, live=True)),
    Row("search: last 6 digits of a phone", of("/search?q={}", lambda facts: facts.phone_ends, live=True)),
    Row("search: an order by its number", of("/search?q={}", lambda facts: facts.order_refs, live=True)),
    Row("search: two letters", of("/search?q={}", lambda facts: ["an", "qx"], live=True)),
    Row("orders", at("/orders"), page=True),
    Row("orders: half-way down", of("/orders?after={}", lambda facts: [facts.deep["orders"]])),
    Row("orders: pending", at("/orders?status=Pending")),
    Row("orders: delivered", at("/orders?status=Delivered")),
    Row("orders: unpaid", at("/orders?unpaid=1")),
    Row("orders: by number", of("/orders?q={}", lambda facts: facts.order_refs, live=True)),
    Row("orders: by a rare name", of("/orders?q={}", lambda facts: facts.rare_names, live=True)),
    Row("orders: by a common name", of("/orders?q={}", lambda facts: facts.common_names, live=True)),
    Row("orders: of one customer", of("/orders?customer={}", lambda facts: facts.customers)),
    Row("an order", of("/orders/{}", lambda facts: facts.orders), page=True),
    Row("a customer", of("/customers/{}", lambda facts: facts.customers), page=True),
    Row("the customer with most orders", of("/customers/{}", lambda facts: [facts.busiest])),
    Row("tracking", at("/tracking"), page=True),
    Row("products", at("/products"), page=True),
    Row("payments", at("/payments"), page=True),
    Row("payments: by UPI", at("/payments?method=upi")),
    Row("money taken: the form", of("/orders/{}/payments/new", lambda facts: facts.orders, live=True)),
    Row("a QR to pay by", of("/orders/{}/upi", lambda facts: facts.orders, live=True)),
    Row("returns", at("/returns"), page=True),
    Row("returns desk", of("/returns/new?order={}", lambda facts: facts.order_refs), page=True),
    Row("returns desk of 542 lines", of("/returns/new?order={}", lambda facts: [facts.wide])),
    Row("invoices", at("/invoices"), page=True),
    Row("an invoice", of("/orders/{}/invoice", lambda facts: facts.invoiced), page=True),
    Row("an invoice as PDF", of("/orders/{}/invoice.pdf", lambda facts: facts.invoiced)),
    Row("complaints", at("/complaints"), page=True),
    Row("feedback", at("/feedback"), page=True),
    Row("notifications", at("/notifications"), page=True),
    Row("activity", at("/activity"), page=True),
    Row("contact", at("/contact"), page=True),
    Row("settings", at("/settings"), page=True),
    Row("stats", at("/stats"), page=True),
    Row("stats: top of this month", at_live("/stats/top?range=month"), limit=FRAGMENT),
    Row("stats: top of the financial year", at_live("/stats/top?range=fy"), limit=FRAGMENT),
    Row("stats: top of the last 90 days, after a write", after_write(top_of_days), limit=FRAGMENT),
    Row("stats: one customer", of("/stats/customers/{}", lambda facts: facts.customers)),
    Row("cohorts", at("/stats/cohorts"), page=True),
    Row("cohorts, after a write", after_write(at("/stats/cohorts")), limit=MODEL),
    Row("groups (RFM)", at("/stats/rfm"), page=True),
    Row("groups (RFM), after a write", after_write(at("/stats/rfm")), limit=MODEL),
    Row("customers: champions", at("/customers?rfm=champions")),
    Row("customers: can't lose", at("/customers?rfm=cant-lose")),
    Row("lifetime value", at("/clv"), page=True),
    Row("lifetime value, expected", at("/clv/expected"), page=True),
    Row(
        "orders: of one product", of("/orders?product={}&sales=1", lambda facts: [id for id, _paise in facts.products])
    ),
    Row("dashboards", at("/dashboards?compare=before"), page=True),
    Row("dashboards: this year", at("/dashboards?range=year&compare=year")),
    *(
        Row(f"dashboards: {name}, all days", at_live(f"/dashboards/{name}?range=all"), limit=PART)
        for name in (
            "sales",
            "products",
            "statuses",
            "methods",
            "ratings",
            "reasons",
            "segments",
            "genders",
            "standing",
        )
    ),
    Row("insights", at("/insights?compare=before"), page=True),
    *(
        Row(f"insights: {name}, this year", at_live(f"/insights/{name}?range=year&compare=year"), limit=PART)
        for name in ("sold", "units", "revenue", "returned", "together", "soon", "slow")
    ),
    Row("a new order's form", at("/orders/new"), page=True),
    Row("edit inline: open the cell", open_cell),
    Row("edit inline: save a phone", save_cell, limit=WRITE),
    Row("edit inline: move an order on", ship_order, limit=WRITE),
    Row("place an order of three lines", place_order, limit=WRITE),
)
