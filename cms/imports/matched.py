"""What of a file from the browser is in the shop already, and what it changes of it: customers and products alike."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from cms.db import db
from cms.errors import RuleError
from cms.imports.batches import Batch, in_parts
from cms.imports.rules import row_key
from cms.imports.run import FileRun
from cms.refs import catch_up

NOT_ASKED = {
    "create": "rows were left as they are in the shop: only new ones were asked for",
    "update": "rows are not in the shop and were left out: only what is there was to be updated",
}
FIELDS = {"price": "price_paise", "gst_rate": "gst_rate_bp"}
"""Columns whose field has another name."""


class Found:
    """What is in the shop already of a file's rows, and what they change of it."""

    model: Any
    columns: tuple[str, ...]
    own: str
    """The column of the file that holds the number."""
    key: str
    """The field that holds it."""

    file: FileRun
    batch: Batch
    met: dict[int, int]
    waiting: list[dict[str, Any]]

    def find(self, column: str, keys: set[Any]) -> dict[Any, Any]:
        """Those that have one of these, as they are now; held, if they are to be changed."""
        found: dict[Any, Any] = {}
        names = [getattr(self.model, name) for name in ("id", "version", *self.columns)]
        key = getattr(self.model, column)
        for part in in_parts(keys - {"", None}):
            query = select(key.label("found_by"), *names).where(key.in_(part)).order_by(self.model.id)
            if self.file.file.mode != "create" and not self.file.run.dry:
                query = query.with_for_update()
            found |= {row.found_by: row._mapping for row in db.session.execute(query)}
        return found

    def meet(self, line: int, was: Any, what: str) -> None:
        """Note that a row is about this one. Raises RuleError when an earlier one was already."""
        if was["id"] in self.met:
            raise RuleError(f"{what} stands in line {self.met[was['id']]} already", None)
        self.met[was["id"]] = line

    def differs(self, was: Any, said: dict[str, Any]) -> dict[str, Any]:
        """What a row says that is not so yet. A blank cell says nothing."""
        columns = self.file.file.has
        of = {FIELDS.get(column, column) for column in columns}
        return {name: value for name, value in said.items() if name in of and name in was and was[name] != value}

    def note(self, was: Any, now: dict[str, Any], ref: str) -> None:
        self.file.count.updated += 1
        self.file.run.changes.append(
            {
                "thing": self.model.__tablename__,
                "thing_id": was["id"],
                "ref": was[ref],
                "version": was["version"],
                "before": {name: was[name] for name in now},
                "after": now,
            }
        )

    def load(self) -> None:
        """All chunks, then the rows that wait for a number: they must not get one that a later row brings."""
        super().load()  # type: ignore[misc]
        if self.waiting:
            if not self.file.run.dry:
                catch_up(self.model)
            self.batch.rows, self.waiting = self.waiting, []
            self.number()
            self.write()

    def store(self) -> None:
        """Write what a chunk brought. Where some rows have a number, those without wait until all are read."""
        if self.own in self.file.file.has:
            self.waiting += [row for row in self.batch.rows if not row[self.key]]
            self.batch.rows = [row for row in self.batch.rows if row[self.key]]
        else:
            self.number()
        self.write()

    def number(self) -> None:
        """The next numbers for those without one, and what they are found by with it."""
        raise NotImplementedError

    def write(self) -> None:
        raise NotImplementedError

    def leave(self, line: int, why: str) -> None:
        self.file.count.known += 1
        self.file.noticed.add(NOT_ASKED[why], f"line {line}")

    def key_of(self, table: str, cells: list[str]) -> str:
        """What makes a row without any number known in the next file: all it says."""
        twin = bytes.fromhex(first := row_key(table, cells, 0))
        occurrence = self.file.twins[twin]
        self.file.twins[twin] += 1
        return row_key(table, cells, occurrence) if occurrence else first
