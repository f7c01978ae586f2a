"""What of the database goes into a backup, and how each value is written so that any database gives the same text.

A row is a JSON array: whole numbers, texts, ISO days and moments, bytes in base64, booleans as 0 and 1. NULL is null;
a JSON column is an array of one, so that the JSON word null stays what it is. The digest of a table does not depend on
the order of the keys in such a column, which MySQL changes.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Double,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    and_,
    collate,
    or_,
    select,
)

from cms.backups.rules import KIND, Broken
from cms.db import db

STAYS = {"sessions", "login_attempts"}
"""Tables that are of one place: who is signed in there, and the wrong passwords that were tried."""
FIRST, MOST = 20, 4000
"""Rows asked for at once: few until it is known how long they are."""
AT_ONCE = 4_000_000
"""Bytes of long texts, files and JSON asked for at once, more or less."""

TYPES: dict[str, Any] = {
    "whole": BigInteger, "real": Double, "text": Text, "json": Text, "moment": DateTime, "day": Date,
    "bytes": LargeBinary,
}  # fmt: skip
_KINDS: tuple[tuple[Any, str], ...] = (
    (JSON, "json"), (LargeBinary, "bytes"), (DateTime, "moment"), (Date, "day"), (Boolean, "whole"),
    (Integer, "whole"), (Float, "real"), (String, "text"),
)  # fmt: skip
_plain = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_sorted = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


@dataclass(frozen=True)
class Carried:
    """A table as it travels: a plain twin of it, without what the database works out itself."""

    name: str
    columns: tuple[tuple[str, str], ...]
    """Names and kinds."""
    keys: tuple[str, ...] = ()
    binary: frozenset[str] = frozenset()
    """Keys whose order needs to be asked for letter by letter, to be the same on all databases."""

    @cached_property
    def twin(self) -> Table:
        return Table(self.name, MetaData(), *(Column(name, TYPES[kind]()) for name, kind in self.columns))

    @cached_property
    def loose(self) -> bool:
        """Whether the order of keys may differ in it."""
        return any(kind == "json" for _name, kind in self.columns)

    def batches(self) -> Iterator[list[Any]]:
        """Its rows by their key, read in the session's transaction; about as many bytes each time."""
        heavy = [n for n, (_name, kind) in enumerate(self.columns) if kind in ("text", "json", "bytes")]
        places = [n for n, (name, _kind) in enumerate(self.columns) if name in self.keys]
        key = [self._sorter(self.columns[n][0]) for n in places]
        query = select(*self.twin.c).order_by(*key)
        if self.name == "jobs":
            query = query.where(self.twin.c.kind != KIND)  # itself among them
        size, after = FIRST, None
        while True:
            some = query if after is None else query.where(_beyond(key, after))
            rows = list(db.session.execute(some.limit(size)))
            if rows:
                yield rows
            if len(rows) < size:
                return
            after = [rows[-1][n] for n in places]
            weight = sum(len(row[n]) for row in rows for n in heavy if row[n]) // size
            size = max(1, min(MOST, 4 * size, AT_ONCE // (weight + 1)))

    def _sorter(self, name: str) -> ColumnElement[Any]:
        column = self.twin.c[name]
        return collate(column, "utf8mb4_bin") if name in self.binary else column

    def written(self, rows: Sequence[Any]) -> tuple[bytes, bytes]:
        """The lines of these rows, and what counts for their digest."""
        cells = [
            _WRITE[kind](column) if kind in _WRITE else column
            for (_name, kind), column in zip(self.columns, zip(*rows, strict=True), strict=True)
        ]
        ready = list(zip(*cells, strict=True))
        lines = _lines(_plain, ready)
        return lines, _lines(_sorted, ready) if self.loose else lines

    def read(self, lines: Iterable[bytes]) -> list[dict[str, Any]]:
        """Rows as they are inserted. Raises Broken for what is no row of this table."""
        try:
            rows = [json.loads(line) for line in lines]
            if not rows:
                return []
            columns = list(zip(*rows, strict=True))
            cells = [
                [None if cell is None else _READ[kind](cell) for cell in column]
                for (_name, kind), column in zip(self.columns, columns, strict=True)
            ]
        except (ValueError, TypeError, KeyError, RecursionError, binascii.Error):
            raise Broken(f"the table {self.name} cannot be read") from None
        names = [name for name, _kind in self.columns]
        return [dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True)]


def carried() -> list[Carried]:
    """Every table that travels, those that others name first."""
    return [_carried(table) for table in db.metadata.sorted_tables if table.name not in STAYS]


def _carried(table: Table) -> Carried:
    columns = tuple((column.name, kind_of(column)) for column in table.c if column.computed is None)
    keys = [column for column in table.c if column.primary_key]
    far = db.engine.dialect.name != "sqlite"
    binary = {
        key.name for key in keys
        if far and kind_of(key) == "text" and "_bin" not in key.type.compile(dialect=db.engine.dialect)
    }  # fmt: skip
    return Carried(table.name, columns, tuple(key.name for key in keys), frozenset(binary))


def kind_of(column: Column[Any]) -> str:
    return next(kind for type_, kind in _KINDS if isinstance(column.type, type_))


def _beyond(key: Sequence[ColumnElement[Any]], after: Sequence[Any]) -> ColumnElement[bool]:
    """After this key, said so that an index helps: a >= 1 AND (a > 1 OR b > 2)."""
    if len(key) == 1:
        return key[0] > after[0]
    return and_(key[0] >= after[0], or_(key[0] > after[0], _beyond(key[1:], after[1:])))


def _lines(told: Callable[[Any], str], rows: Iterable[Any]) -> bytes:
    return "".join([f"{told(row)}\n" for row in rows]).encode()


def _each(told: Callable[[Any], Any]) -> Callable[[Iterable[Any]], list[Any]]:
    return lambda column: [None if cell is None else told(cell) for cell in column]


_WRITE: dict[str, Callable[[Iterable[Any]], list[Any]]] = {
    "json": _each(lambda text: [json.loads(text)]),
    "moment": _each(lambda at: at.isoformat(timespec="seconds")),
    "day": _each(date.isoformat),
    "bytes": _each(lambda data: base64.b64encode(data).decode()),
}


def _only(cell: Any, type_: type) -> Any:
    if type(cell) is not type_:
        raise TypeError
    return cell


def _whole(cell: Any) -> int:
    if type(cell) is not int or not -(2**63) <= cell < 2**63:
        raise TypeError
    return cell


def _json(cell: Any) -> str:
    [value] = _only(cell, list)
    return json.dumps(value)


_READ: dict[str, Callable[[Any], Any]] = {
    "whole": _whole,
    "real": lambda cell: float(_only(cell, type(cell) if type(cell) is int else float)),
    "text": lambda cell: _only(cell, str),
    "json": _json,
    "moment": lambda cell: datetime.fromisoformat(_only(cell, str)),
    "day": lambda cell: date.fromisoformat(_only(cell, str)),
    "bytes": lambda cell: base64.b64decode(_only(cell, str), validate=True),
}
