"""Exports on their way: bytes as they are read, in a transaction of their own that ends with the last of them.

What is read and written down here belongs to no request: it goes on after the request's own context is gone. Every file
that left is noted in the trail, also one that broke off.
"""

from __future__ import annotations

import csv
import logging
from collections.abc import Generator, Iterator
from contextvars import Context
from dataclasses import dataclass
from io import StringIO
from threading import BoundedSemaphore
from typing import Any

from cms.db import db, writing
from cms.exports import actions, reading, sheets
from cms.exports.reading import Scene
from cms.exports.rules import Manner, writers
from cms.exports.table import Table

log = logging.getLogger("cms.exports")

MOST_AT_ONCE = 2
"""In one process: the other threads are for who does not export."""
turns = BoundedSemaphore(MOST_AT_ONCE)
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass
class Export:
    """One file: which rows of which table, in what format, and for whom. `sent` counts the rows that went out."""

    table: Table
    format: str
    manner: Manner
    wanted: Any | None = None
    scene: Scene | None = None
    by: Any = None
    sent: int = 0

    def pieces(self) -> Generator[bytes, None, None]:
        """The bytes of the file, read in the transaction that is open."""
        return self._csv() if self.format == "csv" else self._xlsx()

    def _batches(self) -> Iterator[list[Any]]:
        for rows in reading.batches(self.table, self.wanted, self.scene):
            yield rows
            self.sent += len(rows)

    def _csv(self) -> Generator[bytes, None, None]:
        """RFC 4180 with a byte order mark, without which Excel takes UTF-8 for something else."""
        yield "\ufeff".encode() + _lines([self.table.names])
        told = writers(self.manner)
        columns = [told[kind] for kind in self.table.kinds]
        for rows in self._batches():
            cells = [list(map(tell, column)) for tell, column in zip(columns, zip(*rows, strict=True), strict=True)]
            yield _lines(zip(*cells, strict=True))

    def _xlsx(self) -> Generator[bytes, None, None]:
        table = self.table
        return sheets.workbook(table.label, table.names, table.kinds, self._batches(), self.manner)


def _lines(rows: Any) -> bytes:
    text = StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def stream(app: Any, export: Export) -> Iterator[bytes]:
    """The file, piece by piece, for a response. Whoever stops taking it ends its transaction."""
    apart, pieces = Context(), _told(app, export)
    try:
        while piece := apart.run(next, pieces, b""):
            yield piece
    finally:
        apart.run(pieces.close)


def _told(app: Any, export: Export) -> Generator[bytes, None, None]:
    with app.app_context():
        whole, pieces = False, export.pieces()
        yield next(pieces)  # the head of it: who asks for no more has read nothing
        try:
            reading.steady()
            yield from filter(None, pieces)
            whole = True
        finally:
            pieces.close()
            note(export, whole)


def note(export: Export, whole: bool) -> None:
    """Write down that this file was taken, once its own transaction has ended."""
    db.session.rollback()
    try:
        with writing():
            actions.record_export(export.by, export.table, export.format, export.sent, export.wanted, whole)
            db.session.commit()
    except Exception:
        log.exception("an export of %s rows of %s could not be noted", export.sent, export.table.name)
