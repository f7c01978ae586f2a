"""The copy that a person may ask for: all that the shop knows of them, to be read by people and by programs."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from io import BytesIO
from typing import Any

from cms.activity.sentences import sentence
from cms.dates import show_date, show_moment
from cms.exports.rules import Manner, moment_text, percent_text
from cms.formats import show_phone
from cms.money import plain_money, show_money
from cms.privacy import rules, words

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
Found = Mapping[str, list[Mapping[str, Any]]]


def for_programs(found: Found, manner: Manner) -> Sections:
    """Each table with its rows: names that stay, plain decimals, days and times as ISO has them."""
    show: rules.Show = dict.fromkeys(("flag", "code", "text"), _as_it_is) | {
        "name": words.plain,
        "money": lambda paise: plain_money(paise, manner.currency),
        "percent": percent_text,
        "day": date.isoformat,
        "moment": lambda at: moment_text(at, manner.zone),
    }
    return _told(found, show)


def for_people(found: Found, manner: Manner) -> Sections:
    """The same in plain words; of what was done with the data one sentence each."""

    def money(paise: int) -> str:
        return show_money(paise, manner.currency)

    def moment(at: datetime) -> str:
        return show_moment(at, manner.zone, date.min)

    def day(on: date) -> str:
        return show_date(on, date.min)

    def text(written: str) -> str:
        if words.is_day(written):
            return day(date.fromisoformat(written))
        return moment(datetime.fromisoformat(written)) if words.is_moment(written) else show_phone(written)

    def done(row: Mapping[str, Any]) -> Mapping[str, Any]:
        said = (row["verb"], row["thing_ref"], row["before"], row["after"])
        return {"at": row["at"], "what": sentence(*said, money, date.min, manner.zone)}

    show: rules.Show = {
        "name": words.label,
        "money": money,
        "percent": percent_text,
        "day": day,
        "moment": moment,
        "flag": lambda yes: "Yes" if yes else "No",
        "code": words.coded,
        "text": text,
    }
    return _told({name: list(map(done if name == "activity" else _once, rows)) for name, rows in found.items()}, show)


def _once(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row without the days that a time beside them says too."""
    told_by_time = {f"{name.removesuffix('_at')}_on" for name, value in row.items() if name.endswith("_at") and value}
    return {name: value for name, value in row.items() if name not in told_by_time}


def _on_top(name: str, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """An order or a return, whose tax is what came on top of the prices: said so, and not at all where none did."""
    if name not in ("orders", "returns"):
        return row
    called = {"tax_paise": "tax_on_top_paise", "returned_tax_paise": "returned_tax_on_top_paise"}
    return {called.get(key, key): value for key, value in row.items() if value or key not in called}


def _as_it_is(value: Any) -> Any:
    return value


def _told(found: Found, show: rules.Show) -> Sections:
    """Each table with its title and its rows; nothing is left out for being long."""
    orders = {row["id"]: row["ref"] for row in found["orders"]}
    return [
        (name, TITLES[name], [rules.told(_on_top(name, row), show, orders) for row in rows])
        for name, rows in found.items()
        if rows
    ]


def as_zip(data: Sections, about: Mapping[str, str], page: str) -> bytes:
    """One file with the same twice: `data.json` for programs, `data.html` for people."""
    whole = {"about": dict(about), **{name: rows for name, _title, rows in data}}
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("data.html", page)
        file.writestr("data.json", json.dumps(whole, ensure_ascii=False, indent=1))
    return out.getvalue()
