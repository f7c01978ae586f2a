"""Filling an empty shop with a believable one: the same for the same seed and day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, select, update

from cms.activity.actions import record
from cms.dates import to_utc
from cms.db import db
from cms.demo.care import Care
from cms.demo.catalogue import Article, articles
from cms.demo.customers import Customers
from cms.demo.invoices import issue_some, register
from cms.demo.orders import STOCK_DAYS, Orders
from cms.demo.rules import MORNING_ENDS, days_until, spread, weight
from cms.errors import RuleError
from cms.imports.batches import write_rows
from cms.imports.products import NOT_NAMED
from cms.models import Counter, Customer, Order, Product, Settings, StockMove
from cms.products.actions import product_keys
from cms.settings.rules import NEW_SHOP
from cms.totals.actions import rebuild

THERE_AT_FIRST = 0.12
"""The share of the customers whom the shop had before its first day here."""
OPENS, CLOSES = 9 * 3600, 21 * 3600
EVERY = 100_000
DEMO_VPA = "demo.shop@upi"
DEMO_NAME = "Lakshmi Bazaar"


@dataclass(frozen=True)
class Size:
    """What is asked for."""

    customers: int
    orders: int
    seed: int


def fill_shop(size: Size, today: date, by: Any, say: Callable[[str], None] = lambda _text: None) -> None:
    """Make a shop of this size in the open transaction. Raises RuleError unless the shop is empty."""
    for table, things in ((Order, "orders"), (Customer, "customers"), (Product, "products")):
        if db.session.scalar(select(table.id).limit(1)) is not None:
            raise RuleError(f"This shop has {things} already; a demo needs an empty one")
    settings = db.session.scalars(select(Settings)).one()
    settings.simulate_payments, settings.upi_vpa = True, settings.upi_vpa or DEMO_VPA
    settings.name = DEMO_NAME if settings.name == NEW_SHOP else settings.name
    rng = Random(f"{size.seed} {today}")  # noqa: S311  (nothing secret)
    now = to_utc(datetime.combine(today, time(MORNING_ENDS)), settings.zone)
    goods = articles()
    shelf = _shelf(rng, goods, today, settings.zone)
    write_rows(Product.__table__, shelf)  # type: ignore[arg-type]
    customers = Customers(rng, settings.zone)
    register(settings)
    orders = Orders(rng, shelf, goods, now, settings)
    care = Care(rng, orders, now, settings.zone)
    _live_through(size, today, customers, orders, care, say)
    _count_stock(rng, orders)
    numbers = {"CUST": customers.number, "PROD": len(shelf), "ORD": orders.number, "PAY": orders.paid}
    _set_counters(numbers | {"RET": care.returned, "CMP": care.complained})
    issue_some(size.orders, settings)
    say("Adding up")
    rebuild()
    record(by, "demo.made", settings, after={"customers": size.customers, "orders": size.orders, "seed": size.seed})


def _shelf(rng: Random, goods: list[Article], today: date, zone: str) -> list[dict[str, Any]]:
    """The products; every third has its stock tracked, and what shall be left of it by now."""
    at = to_utc(datetime.combine(today - timedelta(days=365 * 3 + 1), time(9, 0)), zone)
    return [
        {
            "id": number,
            "created_at": at,
            "sku": f"PROD{number:03d}",
            "name": article.name,
            "price_paise": article.rupees * 100,
            "category": article.category,
            "hsn": article.hsn,
            "gst_rate_bp": article.gst_rate_bp(today),
            "kind": "goods",
            **product_keys(f"PROD{number:03d}", article.name, article.category),
            **NOT_NAMED,
            "stock": (rng.randint(0, 5) if rng.random() < 0.12 else rng.randint(12, 180)) if number % 3 == 0 else None,
        }
        for number, article in enumerate(goods, 1)
    ]


def _live_through(
    size: Size, today: date, customers: Customers, orders: Orders, care: Care, say: Callable[[str], None]
) -> None:
    """Day by day: who came, what they ordered, and what came of it."""
    days = days_until(today)
    weights = [weight(day, days[0], today) for day in days]
    early = int(size.customers * THERE_AT_FIRST) or min(size.customers, 1)
    came, placed = spread(size.customers - early, weights), spread(size.orders, weights)
    came[0] += early
    told = 0
    for day, newcomers, how_many in zip(days, came, placed, strict=True):
        customers.make(day, newcomers)
        if how_many and customers.batch.rows:
            customers.write()  # their orders refer to them
        _sell(day, how_many, day == today, customers, orders, care)
        if orders.number - told >= EVERY:
            told = orders.number
            say(f"{told:,} orders")
    customers.write()
    orders.write()
    care.write()


def _sell(day: date, how_many: int, morning: bool, customers: Customers, orders: Orders, care: Care) -> None:
    """The orders of one day, in the order of their times. Who came lately buys most, and nobody buys for ever."""
    rng = orders.rng
    midnight = to_utc(datetime.combine(day, time()), orders.zone)
    closes = MORNING_ENDS * 3600 if morning else CLOSES
    times = sorted(int(OPENS + rng.random() * (closes - OPENS)) for _ in range(how_many))
    there = len(customers.segments)
    for seconds in times:
        who = there - 1 - int(there * rng.random() ** 2)
        at = midnight + timedelta(seconds=seconds)
        placed = orders.place(
            who + 1, customers.segments[who], customers.addresses[who], customers.states[who], at, day
        )
        care.follow(placed)
        if orders.orders.full:
            orders.write()
            care.write()


def _count_stock(rng: Random, orders: Orders) -> None:
    """The count some days ago: what is left now and what has been sold since."""
    rows = [row for row in orders.shelf if row["stock"] is not None]
    counted = [(row["id"], row["stock"] + orders.out_of_stock[row["id"]]) for row in rows]
    at = orders.now - timedelta(days=STOCK_DAYS)
    counting = {"order_id": None, "reason": "counted", "at": at, "by_id": None}
    moves = [
        {"id": number, "product_id": product_id, "quantity": units} | counting
        for number, (product_id, units) in enumerate(counted, orders.moves.first_id)
        if units
    ]
    if moves:
        db.session.execute(insert(StockMove.__table__), moves)  # type: ignore[arg-type]


def _set_counters(values: dict[str, int]) -> None:
    """The series go on behind what the demo has given out."""
    for name, value in values.items():
        db.session.execute(
            update(Counter)
            .where(Counter.name == name, Counter.value < value)
            .values(value=value)
            .execution_options(synchronize_session=False)
        )
