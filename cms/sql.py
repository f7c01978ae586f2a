"""Functions of SQL that the two databases spell differently."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, Float
from sqlalchemy.ext.compiler import compiles


class days_between(ColumnElement[float]):
    """Days from one date to the other, in SQL."""

    inherit_cache = False
    type = Float()

    def __init__(self, first: Any, last: Any):
        self.first, self.last = first, last


@compiles(days_between, "sqlite")
def _sqlite_days(element: days_between, compiler: Any, **kw: Any) -> str:
    return f"(julianday({compiler.process(element.last, **kw)}) - julianday({compiler.process(element.first, **kw)}))"


@compiles(days_between, "mysql", "mariadb")
def _mysql_days(element: days_between, compiler: Any, **kw: Any) -> str:
    return f"DATEDIFF({compiler.process(element.last, **kw)}, {compiler.process(element.first, **kw)})"


class month_of(ColumnElement[date]):
    """The first day of a day's month, in SQL."""

    inherit_cache = False
    type = Date()

    def __init__(self, day: Any):
        self.day = day


@compiles(month_of, "sqlite")
def _sqlite_month(element: month_of, compiler: Any, **kw: Any) -> str:
    return f"date({compiler.process(element.day, **kw)}, 'start of month')"


@compiles(month_of, "mysql", "mariadb")
def _mysql_month(element: month_of, compiler: Any, **kw: Any) -> str:
    day = compiler.process(element.day, **kw)
    return f"({day} - INTERVAL (DAYOFMONTH({day}) - 1) DAY)"


class half_up(ColumnElement[int]):
    """The quotient of two whole numbers that are not negative, rounded half up, in SQL: `money.round_half_up`."""

    inherit_cache = False
    type = BigInteger()

    def __init__(self, numerator: Any, denominator: Any):
        self.numerator, self.denominator = numerator, denominator


@compiles(half_up)
def _half_up(element: half_up, compiler: Any, **kw: Any) -> str:
    n, d = (f"({compiler.process(part, **kw)})" for part in (element.numerator, element.denominator))
    return f"((2 * {n} + {d}) {'/' if compiler.dialect.name == 'sqlite' else 'DIV'} (2 * {d}))"
