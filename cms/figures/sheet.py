"""All headline figures on one sheet, as `flask figures` prints it. The keys are part of docs/figures.md."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import select

from cms.db import db
from cms.figures import more, past, queries, rules
from cms.figures.filters import Basis
from cms.figures.recent import recent_sales
from cms.models import Customer, Settings
from cms.money import plain_money


@dataclass(frozen=True)
class Shop:
    """What of the shop's settings the figures depend on."""

    currency: str
    zone: str
    active_days: int
    clv_months: int


def shop() -> Shop:
    columns = (Settings.currency, Settings.zone, Settings.active_days, Settings.clv_months)
    return Shop(*db.session.execute(select(*columns)).one())


def figures(today: date, shop: Shop, recount: bool = False, also: Collection[str] = ()) -> dict[str, Any]:
    """Every figure as of `today`, ready for JSON. `recount` tells them from the rows even where totals are kept.

    `also` adds some of `more.PARTS`, which are long or take long.
    """
    basis = queries.basis_of(today, recount)
    if basis.customers is not Customer.__table__:
        basis = past.worked_out(basis)
    sheet = Sheet(basis, shop)
    return {
        "customers": sheet.customers(),
        "orders": sheet.orders(),
        "money": sheet.money(),
        **sheet.recent(),
        "returns": sheet.returns(),
        "products": sheet.products(),
        "top_customers": sheet.top_customers(),
        "sales_by_month": sheet.months(),
        **sheet.segments(),
        "feedback": sheet.feedback(),
        "clv": {"top": [sheet.clv(row) for row in queries.top_clv(basis)]},
        **{name: part(basis, shop) for name, part in more.PARTS.items() if name in also},
    }


class Sheet:
    """The figures of one day, by part."""

    def __init__(self, basis: Basis, shop: Shop):
        self.basis, self.today, self.shop = basis, basis.today, shop
        self.head = queries.headline(self.today)
        self.groups = queries.customer_groups(basis, shop.active_days)

    def plain(self, paise: int) -> str:
        return plain_money(int(paise), self.shop.currency)

    def customers(self) -> dict[str, Any]:
        total, active = (sum(getattr(group, name) for group in self.groups) for name in ("total", "active"))
        with_orders, repeat = (sum(getattr(group, name) for group in self.groups) for name in ("with_orders", "repeat"))
        return {
            "total": total,
            "with_orders": with_orders,
            "repeat": repeat,
            "repeat_rate": rules.rate(repeat, with_orders),
            "active": active,
            "inactive": total - active,
            "by_segment": _sums((group.segment, group.total) for group in self.groups),
            "by_gender": _sums((group.gender, group.total) for group in self.groups),
        }

    def orders(self) -> dict[str, Any]:
        head = self.head
        words = ("Pending", "Shipped", "Delivered", "Cancelled")
        return {
            "total": head.orders,
            "cancelled": head.cancelled,
            "lines": head.lines,
            "units": head.units,
            "by_status": {word: getattr(head, word.lower()) for word in words},
        }

    def money(self) -> dict[str, str]:
        head = self.head
        return {
            "gross": self.plain(head.gross_paise),
            "returned": self.plain(head.returned_paise),
            "net": self.plain(head.net_paise),
            "average_order": self.plain(head.average_order_paise),
        }

    def recent(self) -> dict[str, dict[str, Any]]:
        recent = recent_sales(self.today)
        return {
            name: {
                "orders": sales.orders,
                "gross": self.plain(sales.gross_paise),
                "returned": self.plain(sales.returned_paise),
                "net": self.plain(sales.net_paise),
            }
            for name, sales in (("today", recent.today), ("month", recent.month))
        }

    def returns(self) -> dict[str, Any]:
        orders = queries.orders_with_return(self.today)
        return {
            "rows": self.head.returns,
            "units": self.head.returned_units,
            "orders": orders,
            "rate_by_orders": rules.rate(orders, self.head.orders),
            "rate_by_units": rules.rate(self.head.returned_units, self.head.units),
        }

    def products(self) -> dict[str, Any]:
        def top(by: str, key: str) -> list[dict[str, Any]]:
            rows = queries.top_products(self.basis, by)
            return [
                {"sku": row.sku, "name": row.name, key: self.plain(row.amount) if key == "revenue" else int(row.amount)}
                for row in rows
            ]

        return {
            "sold": queries.products_sold(self.basis),
            "top_by_units": top("sold_units", "units"),
            "top_by_revenue": top("sold_paise", "revenue"),
            "most_returned": top("returned_units", "units"),
        }

    def top_customers(self) -> dict[str, Any]:
        this_month = queries.top_customers_since(self.today.replace(day=1), self.today)
        return {
            "by_revenue": [self._buyer(row) for row in queries.top_customers(self.basis, "gross_paise")],
            "by_orders": [self._buyer(row) for row in queries.top_customers(self.basis, "order_count")],
            "by_revenue_this_month": [self._buyer(row) for row in this_month],
        }

    def _buyer(self, row: Any) -> dict[str, Any]:
        return {
            "customer_ref": row.ref,
            "name": row.name,
            "revenue": self.plain(row.gross_paise),
            "orders": int(row.order_count),
        }

    def months(self) -> list[dict[str, Any]]:
        return [
            {
                "month": f"{month.month:%Y-%m}",
                "orders": month.orders,
                "gross": self.plain(month.gross_paise),
                "returned": self.plain(month.returned_paise),
                "net": self.plain(month.net_paise),
            }
            for month in queries.sales_by_month(self.today)
        ]

    def segments(self) -> dict[str, dict[str, str]]:
        ever = _sums((group.segment, group.gross_paise) for group in self.groups)
        this_year = queries.segment_revenue_since(self.today.replace(month=1, day=1), self.today)
        return {
            "segment_revenue": {segment: self.plain(paise) for segment, paise in ever.items()},
            "segment_revenue_this_year": {segment: self.plain(this_year.get(segment, 0)) for segment in ever},
        }

    def feedback(self) -> dict[str, Any]:
        given = queries.ratings(self.today)
        count, stars = sum(given.values()), sum(stars * times for stars, times in given.items())
        return {
            "count": count,
            "average": rules.rounded(Fraction(stars, count), 2) if count else None,
            "by_rating": {str(stars): times for stars, times in given.items()},
        }

    def clv(self, row: Any) -> dict[str, Any]:
        gross, orders, first_on, last_on = int(row.gross_paise), row.order_count, row.first_order_on, row.last_order_on
        months = rules.months_active(first_on, last_on)
        return {
            "customer_ref": row.ref,
            "name": row.name,
            "clv": self.plain(rules.clv_paise(gross, orders, first_on, last_on, self.shop.clv_months)),
            "average_order": self.plain(rules.average_paise(gross, orders)),
            "frequency": rules.rounded(orders / months, 6),
            "months_active": rules.rounded(months, 6),
        }


def _sums(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for name, amount in pairs:
        sums[name] += amount
    return dict(sorted(sums.items()))


def as_text(figures: dict[str, Any], indent: str = "") -> str:
    """The same sheet for people."""
    lines = []
    for name, value in figures.items():
        title = name.replace("_", " ")
        if isinstance(value, dict):
            lines += [f"{indent}{title}", as_text(value, indent + "  ")]
        elif isinstance(value, list):
            rows = ["  ".join(str(cell) for cell in row.values()) for row in value]
            lines += [f"{indent}{title}", *(f"{indent}  {row}" for row in rows or ["none"])]
        else:
            shown = "none" if value is None else f"{value:,}" if isinstance(value, int) else value
            lines.append(f"{indent}{title:<{32 - len(indent)}}{shown:>20}")
    return "\n".join(lines)
