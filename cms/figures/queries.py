"""THE definitions of every headline figure. Pages and commands ask here; docs/figures.md says the same in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, bindparam, case, func, select

from cms.customers.filters import is_active
from cms.db import db
from cms.figures import rules
from cms.figures.filters import LIVE, REFUNDED, Basis, as_kept, as_recounted
from cms.habits.queries import pace
from cms.models import Customer, DayTotal, Order, Product, RatingTotal, Return, SegmentDay
from cms.together import Value

TOP = 5
NOT_STATED = "Not stated"


def basis_of(today: date, recount: bool = False) -> Basis:
    """What the figures of `today` rest on: the kept totals, unless something is dated later or a recount is wanted."""
    last = db.session.scalar(select(func.max(DayTotal.day)))
    return as_recounted(today) if recount or (last is not None and last > today) else as_kept(today)


@dataclass(frozen=True)
class Headline:
    """The first figures of the shop, as of a day: what is dated later does not count."""

    customers: int
    pending: int
    shipped: int
    delivered: int
    cancelled: int
    lines: int
    units: int
    gross_paise: int
    returns: int
    returned_units: int
    returned_paise: int

    @property
    def orders(self) -> int:
        """Orders that are not cancelled."""
        return self.pending + self.shipped + self.delivered

    @property
    def net_paise(self) -> int:
        return self.gross_paise - self.returned_paise

    @property
    def average_order_paise(self) -> int:
        return rules.average_paise(self.gross_paise, self.orders)


COLUMNS = (
    DayTotal.customers,
    DayTotal.pending,
    DayTotal.shipped,
    DayTotal.delivered,
    DayTotal.cancelled,
    DayTotal.line_count,
    DayTotal.units,
    DayTotal.gross_paise,
    DayTotal.return_count,
    DayTotal.returned_units,
    DayTotal.returned_paise,
)
# Made once: every home page begins with it.
SUMS = select(*(func.coalesce(func.sum(column), 0).label(column.key) for column in COLUMNS)).where(
    DayTotal.day.between(bindparam("first"), bindparam("last"))
)
"""What makes a Headline, for the days from `first` to `last`."""


def headline(today: date, since: date | None = None) -> Headline:
    """The totals of all days up to `today` (or from `since` on): one query over the days, however many orders."""
    days = {"first": since or date.min, "last": today}
    return Headline(*map(int, db.session.execute(SUMS, days).one()))


def orders_by_status(today: date) -> Any:
    """The same counts of orders alone: pending, shipped, delivered and cancelled."""
    sums = (func.coalesce(func.sum(column), 0).label(column.key) for column in COLUMNS[1:5])
    return db.session.execute(select(*sums).where(DayTotal.day <= today)).one()


@dataclass(frozen=True)
class Month:
    """The sales of one month; `month` is its first day."""

    month: date
    orders: int
    gross_paise: int
    returned_paise: int

    @property
    def net_paise(self) -> int:
        return self.gross_paise - self.returned_paise


def sales_by_month(today: date) -> list[Month]:
    """Every month in which something was sold or refunded, the oldest first."""
    orders = DayTotal.pending + DayTotal.shipped + DayTotal.delivered
    query = select(DayTotal.day, orders, DayTotal.gross_paise, DayTotal.returned_paise).where(DayTotal.day <= today)
    sums: dict[date, list[int]] = defaultdict(lambda: [0, 0, 0])
    for day, *amounts in db.session.execute(query.order_by(DayTotal.day)):
        if any(amounts):
            month = sums[day.replace(day=1)]
            month[:] = [so_far + amount for so_far, amount in zip(month, amounts, strict=True)]
    return [Month(month, *amounts) for month, amounts in sums.items()]


@dataclass(frozen=True)
class Group:
    """Customers of one segment and gender."""

    segment: str
    gender: str
    total: int
    with_orders: int
    repeat: int
    active: int
    gross_paise: int


def customer_groups(basis: Basis, active_days: int) -> list[Group]:
    """All customers, archived ones too, in one pass: what every count of customers adds up."""
    customer = basis.customers.c

    def counted(condition: Any) -> Any:
        return func.sum(case((condition, 1), else_=0))

    query = (
        select(
            customer.segment,
            func.coalesce(customer.gender, NOT_STATED).label("gender"),
            func.count(),
            counted(customer.order_count > 0),
            counted(customer.order_count > 1),
            counted(is_active(basis.today, active_days, customer)),
            func.sum(customer.gross_paise),
        )
        .group_by(customer.segment, customer.gender)
        .order_by(customer.segment, "gender")
    )
    return [Group(segment, gender, *map(int, numbers)) for segment, gender, *numbers in db.session.execute(query)]


def orders_with_return(today: date) -> int:
    """Orders of which something was refunded."""
    query = select(func.count(Return.order_id.distinct())).where(REFUNDED, Return.refunded_on <= today)
    return db.session.scalar(query) or 0


def products_sold(basis: Basis) -> int:
    """Different products that were sold."""
    return db.session.scalar(select(func.count()).where(basis.products.c.sold_units > 0)) or 0


def top_products(basis: Basis, by: str, limit: int = TOP) -> Sequence[Any]:
    """Products with the most `sold_units`, `sold_paise` or `returned_units`: sku, name, amount."""
    product = basis.products.c
    amount = product[by]
    query = select(product.id, product.sku, product.name, amount.label("amount")).where(amount > 0)
    return db.session.execute(query.order_by(amount.desc(), product.id.desc()).limit(limit)).all()


def top_customers(basis: Basis, by: str, limit: int = TOP) -> Sequence[Any]:
    """Customers with the most `gross_paise` or `order_count`: id, ref, name, gross_paise, order_count."""
    customer = basis.customers.c
    query = select(customer.id, customer.ref, customer.name, customer.gross_paise, customer.order_count)
    query = query.where(customer.order_count > 0).order_by(customer[by].desc(), customer.id.desc())
    return db.session.execute(query.limit(limit)).all()


def top_customers_since(since: date, today: date, limit: int = TOP) -> Sequence[Any]:
    """Customers with the most revenue in orders of these days: id, ref, name, gross_paise, order_count."""
    gross = func.sum(Order.total_paise).label("gross_paise")
    best = (
        select(Order.customer_id, gross, func.count().label("order_count"))
        .where(LIVE, Order.ordered_on.between(since, today))
        .group_by(Order.customer_id)
        .order_by(gross.desc(), Order.customer_id.desc())
        .limit(limit)
        .subquery()
    )
    query = select(Customer.id, Customer.ref, Customer.name, best.c.gross_paise, best.c.order_count)
    query = query.join(best, best.c.customer_id == Customer.id)
    return db.session.execute(query.order_by(best.c.gross_paise.desc(), Customer.id.desc())).all()


def segment_revenue_since(since: date, today: date) -> dict[str, int]:
    """Gross paise of the orders of these days by the customer's segment."""
    query = (
        select(SegmentDay.segment, func.sum(SegmentDay.gross_paise))
        .where(SegmentDay.day.between(since, today))
        .group_by(SegmentDay.segment)
    )
    return {segment: int(paise) for segment, paise in db.session.execute(query)}


def ratings(today: date, since: date | None = None) -> dict[int, int]:
    """How often each of 1 to 5 stars was given up to `today` (or from `since` on), by the totals kept of each day."""
    query = select(RatingTotal.rating, func.sum(RatingTotal.ratings)).where(RatingTotal.day <= today)
    if since is not None:
        query = query.where(RatingTotal.day >= since)
    given = dict(db.session.execute(query.group_by(RatingTotal.rating)).all())
    return {stars: int(given.get(stars, 0)) for stars in range(1, 6)}


def top_clv(basis: Basis, limit: int = TOP) -> Sequence[Any]:
    """Customers of the highest simple lifetime value: id, ref, name, gross_paise, order_count, first and last day."""
    customer = basis.customers.c
    told = (customer.gross_paise, customer.first_order_on, customer.last_order_on)
    a_month = customer.pace_paise if "pace_paise" in customer else pace(*told)
    query = select(
        customer.id, customer.ref, customer.name, customer.gross_paise, customer.order_count, customer.first_order_on,
        customer.last_order_on,
    )  # fmt: skip
    query = query.where(customer.order_count > 0).order_by(a_month.desc(), customer.id.desc())
    return db.session.execute(query.limit(limit)).all()


@dataclass(frozen=True)
class LowStock:
    """Tracked products of which at most some units are left: how many, and the first few, the scarcest first."""

    count: int
    first: Sequence[Any]


def scarcest(limit_units: Value, few: int = TOP) -> Select:
    """Products on sale with `limit_units` or less in stock: id, sku, name, stock, and how many there are in all."""
    columns = (Product.id, Product.sku, Product.name, Product.stock, func.count().over().label("in_all"))
    query = select(*columns).where(Product.stock <= limit_units, Product.archived_at.is_(None))
    return query.order_by(Product.stock, Product.id).limit(few)


def low_stock(first: Sequence[Any]) -> LowStock:
    """Of the rows that `scarcest` gave."""
    return LowStock(first[0].in_all if first else 0, first)
