"""What every figure means, read from docs/figures.md: one heading a figure, its key, then plain paragraphs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "figures.md"
TITLES: Mapping[str, str] = {
    "money.net": "Net revenue after returns",
    "money.gross": "Total revenue",
    "today.orders": "Orders today",
    "today.gross": "Sold today",
    "today.returned": "Refunded today",
    "today.net": "Today after returns",
    "month.orders": "Orders this month",
    "month.gross": "Sold this month",
    "month.returned": "Refunded this month",
    "month.net": "This month after returns",
    "orders.total": "Orders",
    "orders.lines": "Order lines",
    "orders.units": "Units sold",
    "customers.total": "Customers",
    "customers.repeat": "Customers who came back",
    "customers.repeat_rate": "Share of customers who came back",
    "customers.active": "Active customers",
    "customers.inactive": "Inactive customers",
    "range.gross": "Sold",
    "range.returned": "Refunded",
    "range.net": "Net",
    "range.orders": "Orders of the days chosen",
    "range.average_order": "Average order of the days chosen",
    "range.units": "Units sold on the days chosen",
    "range.returned_units": "Units that came back",
    "range.products_sold": "Different products sold",
    "dashboards.sales": "Sales over time",
    "dashboards.products": "Top products by revenue",
    "dashboards.statuses": "Orders by status",
    "dashboards.methods": "Payments by method",
    "dashboards.ratings": "Ratings over time",
    "dashboards.reasons": "Why things came back",
    "dashboards.segments": "Customers by segment",
    "dashboards.genders": "Customers by gender",
    "dashboards.standing": "Active and inactive",
    "insights.units": "Top products by units",
    "insights.revenue": "Revenue per product",
    "insights.returned": "Most returned products",
    "insights.together": "Bought together",
    "insights.soon": "Runs out soon",
    "insights.slow": "Slow movers",
    "rfm": "Groups of customers (RFM)",
    "cohorts": "Cohorts",
    "stats.new_customers": "New customers",
    "stats.returning_customers": "Returning customers",
    "stats.days_between": "Days between orders",
    "stats.customer_month": "What a customer bought in a month",
    "top_customers.by_revenue": "Top customers by revenue",
    "top_customers.by_orders": "Top customers by orders",
    "clv.top": "Customer lifetime value",
    "clv.expected": "Value expected of the next 12 months",
    "clv.check": "How well the model foretells",
    "clv_model": "The lifetime model",
    "segment_revenue": "Revenue by segment",
}


def title_of(key: str) -> str:
    """A figure's name in words.

    >>> title_of("money.gross"), title_of("orders.by_status")
    ('Total revenue', 'Orders by status')
    """
    return TITLES.get(key) or key.replace(".", " ").replace("_", " ").replace("money ", "").capitalize()


@cache
def meanings() -> Mapping[str, tuple[str, ...]]:
    """Paragraphs by figure key."""
    return read_meanings(DOCUMENT.read_text(encoding="utf-8"))


def read_meanings(text: str) -> dict[str, tuple[str, ...]]:
    """The paragraphs below each heading; a key in them becomes the name of its figure.

    >>> read_meanings("# Figures\\n\\n## money.net\\n\\nGross less `money.returned`.\\nSo it is.\\n\\nExact.\\n")
    {'money.net': ('Gross less \u201cReturned\u201d. So it is.', 'Exact.')}
    """
    found = {}
    for part in re.split(r"(?m)^## ", text)[1:]:
        key, _, body = part.partition("\n")
        body = re.sub(r"`([a-z_]+\.[a-z_]+)`", lambda name: f"\u201c{title_of(name[1])}\u201d", body).replace("`", "")
        found[key.strip()] = tuple(" ".join(block.split()) for block in re.split(r"\n\s*\n", body) if block.strip())
    return found
