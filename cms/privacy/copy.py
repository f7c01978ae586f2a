"""The copy that a person may ask for: all that the shop knows of them, to be read by people and by programs."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

from cms.exports.rules import Manner, moment_text, percent_text
from cms.money import plain_money
from cms.privacy import queries, rules

TITLES: Mapping[str, str] = {
    "customers": "The person",
    "orders": "Orders",
    "order_lines": "What was ordered",
    "status_changes": "How the orders went",
    "payments": "Payments and refunds",
    "credit_moves": "Store credit",
    "returns": "Returns",
    "invoices": "Invoices",
    "credit_notes": "Credit notes",
    "complaints": "Complaints",
    "complaint_notes": "Notes on complaints",
    "feedback": "Ratings",
    "feedback_links": "Private links to rate an order",
    "notifications": "Messages",
    "customer_values": "What the shop expects of them in the next twelve months",
    "merges": "Other entries that were the same person",
    "activity": "What was done with this data",
}
Sections = list[tuple[str, str, list[dict[str, Any]]]]


def sections_of(customer_id: int, manner: Manner) -> Sections:
    """Each table with its title and its rows, as people read them; nothing is left out for being long."""
    show: rules.Show = {
        "money": lambda paise: plain_money(paise, manner.currency),
        "percent": percent_text,
        "moment": lambda at: moment_text(at, manner.zone),
    }
    found = queries.all_of(customer_id)
    orders = {row["id"]: row["ref"] for row in found["orders"]}
    return [
        (name, TITLES[name], [rules.told(row, show, orders) for row in rows]) for name, rows in found.items() if rows
    ]


def as_zip(sections: Sections, about: Mapping[str, str], as_page: Callable[[Sections], str]) -> bytes:
    """One file with the same twice: `data.json` for programs, `data.html` for people."""
    data = {"about": dict(about), **{name: rows for name, _title, rows in sections}}
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=1))
        file.writestr("data.html", as_page(sections))
    return out.getvalue()
