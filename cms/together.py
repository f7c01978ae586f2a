"""Several small questions put to the database in one round trip.

A page about one order asks eight tables for a few rows each. Asked one after the other, that costs more than all the
rest of the page.
"""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeAlias

from sqlalchemy import (
    JSON,
    BindParameter,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Select,
    func,
    literal,
    select,
    union_all,
)

from cms.db import db

Value: TypeAlias = int | date | BindParameter[Any]
"""What a question is asked about: itself, or where it will stand."""

MOST = 10_000
"""The limit of a question that has none of its own: MariaDB keeps the order of a part only where it is cut."""


class Together:
    """Selects by name, made once. What differs from time to time stands in them as `bindparam`, which `ask` fills.

    Each row travels as one JSON array, so that the parts of the union need not be of one shape.
    """

    def __init__(self, **selects: Select):
        self.questions = selects
        self._readers = [(name, _reader(name, list(query.selected_columns))) for name, query in selects.items()]
        self._query = union_all(*(_as_part(number, query) for number, query in enumerate(selects.values())))

    def ask(self, **values: Any) -> dict[str, list[Any]]:
        """The rows of each, in its own order, by name; an attribute for each column."""
        found: dict[str, list[Any]] = {name: [] for name, _read in self._readers}
        for number, text in db.session.execute(self._query, values):
            name, read = self._readers[number]
            found[name].append(read(text))
        return found


def _as_part(number: int, query: Select) -> Select:
    # JSON is made of the rows that are left: it is of any length, and MariaDB keeps such things on disk between steps.
    rows = query.subquery()
    return select(literal(number), func.json_array(*rows.c))


def _reader(name: str, columns: list[ColumnElement[Any]]) -> Callable[[str], Any]:
    shape = namedtuple(name, [column.key for column in columns])  # type: ignore[misc]
    typed = [(n, read_typed) for n, column in enumerate(columns) if (read_typed := _READERS.get(type(column.type)))]

    def read(text: str) -> Any:
        values = json.loads(text)
        for n, read_typed in typed:
            if values[n] is not None:
                values[n] = read_typed(values[n])
        return shape._make(values)

    return read


def _json(value: Any) -> Any:
    """SQLite hands JSON on as text, MariaDB as what it says."""
    return json.loads(value) if isinstance(value, str) else value


_READERS: dict[type, Callable[[Any], Any]] = {
    DateTime: datetime.fromisoformat,
    Date: date.fromisoformat,
    Boolean: bool,
    JSON: _json,
}
