"""Functions of SQL that the two databases spell differently. What has them is compiled once, as any other."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Date, Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class days_between(FunctionElement[float]):
    """Days from one date to the other, in SQL."""

    inherit_cache = True
    name = "days_between"
    type = Float()


@compiles(days_between, "sqlite")
def _sqlite_days(element: days_between, compiler: Any, **kw: Any) -> str:
    first, last = (compiler.process(part, **kw) for part in element.clauses)
    return f"(julianday({last}) - julianday({first}))"


@compiles(days_between, "mysql", "mariadb")
def _mysql_days(element: days_between, compiler: Any, **kw: Any) -> str:
    first, last = (compiler.process(part, **kw) for part in element.clauses)
    return f"DATEDIFF({last}, {first})"


class month_of(FunctionElement[date]):
    """The first day of a day's month, in SQL."""

    inherit_cache = True
    name = "month_of"
    type = Date()


@compiles(month_of, "sqlite")
def _sqlite_month(element: month_of, compiler: Any, **kw: Any) -> str:
    (day,) = (compiler.process(part, **kw) for part in element.clauses)
    return f"date({day}, 'start of month')"


@compiles(month_of, "mysql", "mariadb")
def _mysql_month(element: month_of, compiler: Any, **kw: Any) -> str:
    (day,) = (compiler.process(part, **kw) for part in element.clauses)
    return f"({day} - INTERVAL (DAYOFMONTH({day}) - 1) DAY)"


class half_up(FunctionElement[int]):
    """The quotient of two whole numbers that are not negative, rounded half up, in SQL: `money.round_half_up`."""

    inherit_cache = True
    name = "half_up"
    type = BigInteger()


@compiles(half_up)
def _half_up(element: half_up, compiler: Any, **kw: Any) -> str:
    n, d = (f"({compiler.process(part, **kw)})" for part in element.clauses)
    return f"((2 * {n} + {d}) {'/' if compiler.dialect.name == 'sqlite' else 'DIV'} (2 * {d}))"
