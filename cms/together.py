"""Several small questions put to the database in one round trip.

A page about one order asks eight tables for a few rows each. Asked one after the other, that costs more than all the
rest of the page.
"""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import (
    JSON,
    BindParameter,
    Boolean,
    Date,
    DateTime,
    Integer,
    Select,
    String,
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
        self._readers = [(name, _reader_of(name, query)) for name, query in selects.items()]
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


def rows_of(query: Select) -> list[Any]:
    """The rows of a select that walks an index: on MariaDB each as one value, for which PyMySQL takes half the time.

    Where MariaDB sorts what it found, it would make the JSON of all that and keep it on disk.
    """
    columns = query.selected_columns
    if db.engine.dialect.name == "sqlite" or not all(isinstance(c.type, _PLAIN) for c in columns):
        return list(db.session.execute(query))
    texts = db.session.scalars(query.with_only_columns(func.json_array(*columns)))
    read = _reader_of("row", query)
    return [read(text) for text in texts]


def _reader_of(name: str, query: Select) -> Callable[[str], Any]:
    return _reader(name, tuple((column.key, type(column.type)) for column in query.selected_columns))


@cache
def _reader(name: str, columns: tuple[tuple[str, type], ...]) -> Callable[[str], Any]:
    shape = namedtuple(name, [key for key, _type in columns])  # type: ignore[misc]
    typed = [(n, read_typed) for n, (_key, kind) in enumerate(columns) if (read_typed := _READERS.get(kind))]

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


_PLAIN = (Integer, String, Date, DateTime, Boolean)
"""Types that JSON holds exactly, or as `_READERS` read."""

_READERS: dict[type, Callable[[Any], Any]] = {
    DateTime: datetime.fromisoformat,
    Date: date.fromisoformat,
    Boolean: bool,
    JSON: _json,
}
