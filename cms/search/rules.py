"""What somebody may mean who types this into the one search box."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from cms.dates import financial_year_label
from cms.errors import RuleError
from cms.formats import phone_digits
from cms.invoices.rules import document_number
from cms.text import LONGEST_QUERY, fold, query_words, western_digits

SERIES: Mapping[str, str] = {
    "orders": "ORD",
    "customers": "CUST",
    "complaints": "CMP",
    "returns": "RET",
    "payments": "PAY",
    "products": "PROD",
}
BARE = ("orders", "customers", "complaints")
"""What a number without letters may be the number of."""

SHORTEST_PHONE = 3
"""Fewer digits of a phone than this would find half of the shop."""

_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_NUMBER = re.compile(r"(?:([A-Z]{2,4})[\s#-]*)?0*([0-9]{1,9})")
_SERIAL = re.compile(r"(?:([A-Z0-9]{1,8})[\s/-]*)??(?:([0-9]{2}-[0-9]{2})/)?0*([0-9]{1,5})")


@dataclass(frozen=True)
class Asked:
    """What was typed, its words for looking in texts, and by room the numbers that it may be."""

    text: str
    words: list[str] = field(default_factory=list)
    refs: dict[str, list[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.words or any(self.refs.values()))


def read(typed: str, today: date, invoices: str = "INV", credits: str = "CN") -> Asked:
    """What was typed, understood. `invoices` and `credits` are how the shop's papers begin.

    >>> read(" ord-17 ", date(2026, 3, 14)).refs["orders"]
    ['ord-17', 'ORD-17', 'ORD017']
    >>> read("Meera 98480 22338", date(2026, 3, 14)).words
    ['meera', '9848022338']
    """
    text = _UNSEEN.sub(" ", typed).strip()[:LONGEST_QUERY].strip()
    if not fold(text):
        return Asked(text)
    bare = western_digits(text).removeprefix("#").strip()
    upper = bare.upper()
    refs = {room: [bare, upper] if len(bare) <= 64 else [] for room in SERIES}
    if found := _NUMBER.fullmatch(upper):
        for room, prefix in SERIES.items():
            if found[1] == prefix or (not found[1] and room in BARE):
                refs[room].append(f"{prefix}{int(found[2]):03d}")
    refs = {room: list(dict.fromkeys(names)) for room, names in refs.items()}
    refs["invoices"] = _papers(bare, today, invoices)
    refs["credit_notes"] = _papers(bare, today, credits)
    refs["references"] = ["".join(upper.split())][: len(upper) <= 40]
    short = bare.isascii() and bare.isdigit() and len(bare) < SHORTEST_PHONE
    return Asked(text, [] if short else query_words(text), refs)


def _papers(text: str, today: date, series: str) -> list[str]:
    """The numbers of an invoice or credit note: as typed, or a short form of one of this year or the last.

    >>> _papers("INV/25-26/7", date(2026, 5, 1), "INV"), _papers("7", date(2026, 5, 1), "INV")
    (['INV/25-26/7', 'INV/25-26/00007'], ['INV/26-27/00007', 'INV/25-26/00007'])
    """
    numbers = [text, text.upper()] if "/" in text and len(text) <= 20 else []
    found = _SERIAL.fullmatch(text.upper())
    if not found or (found[1] or series.upper()) != series.upper():
        return list(dict.fromkeys(numbers))
    last = date(today.year - 1, today.month, 1)  # in the financial year before
    years = [found[2]] if found[2] else [financial_year_label(today), financial_year_label(last)]
    for year in years:
        try:
            numbers.append(document_number(series, year, int(found[3])))
        except RuleError:
            continue  # no number that there can be
    return list(dict.fromkeys(numbers))


def digits_of(text: str) -> str:
    """The phone that was typed whole, as customers are kept unique by it; blank for anything else.

    >>> digits_of("098480 22338"), digits_of("22338")
    ('+919848022338', '')
    """
    digits = phone_digits(text)
    return f"+91{digits[-10:]}" if re.fullmatch(r"(?:00)?(?:91)?0?[0-9]{10}", digits) else ""
