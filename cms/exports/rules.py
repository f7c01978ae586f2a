"""How the values of a table are written in a file, so that a spreadsheet shows them and the import reads them back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any

from cms.dates import to_local, to_utc
from cms.formats import show_phone
from cms.money import plain_money

LED = "'"
"""Stands before a text that a spreadsheet would take for a formula."""

_FORMULA = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_HARMLESS = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?|\+[0-9]{1,3} [0-9][0-9 -]*")
"""Numbers and phones: nothing is worked out of them, and a mark before them would spoil them."""


@dataclass(frozen=True)
class Manner:
    """What the shop's settings say of writing: its currency, its zone, and the day in the names of files."""

    currency: str
    zone: str
    today: date


def defused(text: str) -> str:
    """The text as a cell that no spreadsheet works out. `as_meant` takes the mark away again.

    >>> [defused(text) for text in ("=1+1", "'=1+1", "-5.50", "+1 650-253-0000", "-1+1", "Asha")]
    ["'=1+1", "''=1+1", '-5.50', '+1 650-253-0000', "'-1+1", 'Asha']
    """
    return LED + text if _FORMULA.match(text) and not _HARMLESS.fullmatch(text) else text


def as_meant(cell: str) -> str:
    """What a cell of a file says: without the mark that keeps it from being worked out.

    >>> as_meant("'=1+1"), as_meant("''=1+1"), as_meant("'n' Co")
    ('=1+1', "'=1+1", "'n' Co")
    """
    return cell[1:] if cell[:1] == LED and _FORMULA.match(cell, 1) else cell


@lru_cache(maxsize=20_000)
def moment_text(at_utc: datetime | None, zone: str) -> str:
    """A moment on the shop's clock; with its distance from UTC in the hour that a clock set back shows twice.

    >>> moment_text(datetime(2026, 3, 14, 6, 30), "Asia/Kolkata"), moment_text(None, "UTC")
    ('2026-03-14 12:00:00', '')
    >>> moment_text(datetime(2026, 10, 25, 1, 30), "Europe/Berlin")
    '2026-10-25 02:30:00+01:00'
    """
    if at_utc is None:
        return ""
    local = to_local(at_utc, zone)
    text = local.isoformat(" ", "seconds")
    if to_utc(local, zone) == at_utc:
        return text
    minutes = round((local - at_utc).total_seconds() / 60)
    return f"{text}{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def percent_text(basis_points: int | None) -> str:
    """A rate in percent.

    >>> percent_text(1800), percent_text(1250), percent_text(5), percent_text(0), percent_text(None)
    ('18', '12.5', '0.05', '0', '')
    """
    if basis_points is None:
        return ""
    whole, part = divmod(basis_points, 100)
    return f"{whole}.{part:02}".rstrip("0") if part else str(whole)


def json_text(value: Any) -> str:
    """What the trail keeps of a record, as JSON."""
    return "" if value is None else defused(json.dumps(value, ensure_ascii=False))


def writers(manner: Manner) -> Mapping[str, Callable[[Any], str]]:
    """How each kind of column is written in CSV."""
    return {
        "text": lambda text: defused(text) if text else "",
        "phone": lambda phone: defused(show_phone(phone)) if phone else "",
        "whole": lambda number: "" if number is None else str(number),
        "money": lambda paise: "" if paise is None else plain_money(paise, manner.currency),
        "percent": percent_text,
        "moment": partial(moment_text, zone=manner.zone),
        "day": lambda day: "" if day is None else day.isoformat(),
        "flag": lambda flag: "" if flag is None else "yes" if flag else "no",
        "json": json_text,
    }


def file_name(table: str, kind: str, manner: Manner) -> str:
    """`customers-2026-11-23.csv`"""
    return f"{table}-{manner.today.isoformat()}.{kind}"
