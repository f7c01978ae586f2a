"""Keyset paging: a page begins after the last row of the one before, however deep, at the cost of the first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, true

from cms.db import db
from cms.together import rows_of

PAGE = 50
FOUND = 25
"""Rows of a page of what was searched for: it is asked for with every letter typed, and found by walking."""


@dataclass(frozen=True)
class Sort:
    """One way to sort a list: by `column`, then by `tie` (an id) the same way round. `read` parses a cursor's value.

    NULL sorts lowest, on both databases; a column that may hold it says so. `walks`: by an index, row after row.
    """

    label: str
    column: Any
    tie: Any
    descending: bool
    read: Callable[[str], Any]
    nullable: bool = False
    walks: bool = True

    def by_sorting(self) -> Sort:
        """The same order, but not by walking an index: for few rows found in another way.

        Both databases would else walk the whole index of the sort in the hope of meeting those few early.
        """
        return replace(self, column=func.coalesce(self.column, self.column), walks=False)

    def order(self, backwards: bool) -> tuple[ColumnElement, ColumnElement]:
        down = self.descending != backwards
        return (self.column.desc(), self.tie.desc()) if down else (self.column.asc(), self.tie.asc())

    def beyond(self, value: Any, tie: int, backwards: bool) -> list[ColumnElement]:
        """The rows strictly behind this one, in parts that follow each other: an index serves each, but not both."""
        column, last = self.column, self.tie
        if self.descending != backwards:
            if value is None:
                return [and_(column.is_(None), last < tie)]
            lower = and_(column <= value, or_(column < value, last < tie))
            return [lower, column.is_(None)] if self.nullable else [lower]
        if value is None:
            return [and_(column.is_(None), last > tie), column.is_not(None)]
        return [and_(column >= value, or_(column > value, last > tie))]


@dataclass(frozen=True)
class Page:
    """The rows of one page, and the cursors of its neighbours ("" where there is none)."""

    rows: list[Any]
    after: str
    before: str

    def __len__(self) -> int:
        return len(self.rows)


def page_of(select: Select, sort: Sort, args: Mapping[str, str], size: int = PAGE, shown: Select | None = None) -> Page:
    """The page that the cursors in `args` ask for, page one for a bad one. The select gives `sort_value` and `id`.

    With `shown` the select finds and sorts ids alone; `shown` says what is read of those that are left.
    """
    cursor, backwards = cursor_of(args, sort)
    rows: list[Any] = []
    for part in sort.beyond(*cursor, backwards) if cursor else [true()]:
        if len(rows) <= size:
            found = select.where(part).order_by(*sort.order(backwards)).limit(size + 1 - len(rows))
            if shown is not None:
                rows += _looked_up(found, sort, backwards, shown)
            else:
                rows += rows_of(found) if sort.walks else db.session.execute(found)
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    has_after, has_before = (cursor is not None, more) if backwards else (more, cursor is not None)
    return Page(
        rows,
        after=_cursor(rows[-1]) if rows and has_after else "",
        before=_cursor(rows[0]) if rows and has_before else "",
    )


def cursor_of(args: Mapping[str, str], sort: Sort) -> tuple[tuple[Any, int] | None, bool]:
    """Value and id of the row that the page begins behind, None for page one; and whether it goes back from there."""
    cursor = _read_cursor(args.get("before") or args.get("after") or "", sort)
    return cursor, bool(args.get("before")) and cursor is not None


def _looked_up(found: Select, sort: Sort, backwards: bool, shown: Select) -> list[Any]:
    """What is shown of those found, in their order: no row is read that stays away."""
    ids = found.subquery()
    rows = rows_of(shown.add_columns(ids.c.sort_value).join(ids, ids.c.id == shown.selected_columns.id))
    down = sort.descending != backwards
    return sorted(rows, key=lambda row: (row.sort_value is not None, row.sort_value, row.id), reverse=down)


def _cursor(row: Any) -> str:
    value = row.sort_value
    if value is None:
        return f"{row.id}~"
    return f"{row.id}~={value.isoformat() if isinstance(value, date | datetime) else value}"


def _read_cursor(text: str, sort: Sort) -> tuple[Any, int] | None:
    tie, mark, value = text.partition("~")
    if not mark or not tie.isascii() or not tie.isdigit() or len(tie) > 10:
        return None
    try:
        return (sort.read(value[1:]) if value else None), int(tie)
    except ValueError:
        return None


def read_whole(text: str) -> int:
    """A cursor's whole number within 63 bits. Raises ValueError."""
    number = int(text)
    if abs(number) >= 2**63:
        raise ValueError(text)
    return number
