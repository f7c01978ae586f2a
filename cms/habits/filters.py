"""Months as lists are narrowed by them: the month of a customer's first order, a month in which they ordered."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_

from cms.dates import next_month, parse_date
from cms.errors import RuleError

BEFORE = "before-"


def month_or_blank(text: str) -> str:
    """A month such as 2026-03; blank for what is none."""
    try:
        return f"{parse_date(f'{text}-01'):%Y-%m}" if text else ""
    except RuleError:
        return ""


def first_or_blank(text: str) -> str:
    """The month of a first order, or before-2026-03 for all months before; blank for what is neither."""
    before = BEFORE if text.startswith(BEFORE) else ""
    month = month_or_blank(text.removeprefix(BEFORE))
    return before + month if month else ""


def began(day: Any, first: str) -> ColumnElement[bool]:
    """Whether this day of a first order is in that month, or before it."""
    month = first.removeprefix(BEFORE)
    return day < date.fromisoformat(f"{month}-01") if month != first else in_month(day, month)


def in_month(day: Any, month: str) -> ColumnElement[bool]:
    first = date.fromisoformat(f"{month}-01")
    return and_(day >= first, day < next_month(first))
