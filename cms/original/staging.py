"""The old tables side by side in a file of our own, gone when done: there they can be joined, however large."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from cms.errors import RuleError
from cms.original.rules import IDS, NEEDED, NOT_READ, TABLES

SOME = 2000
INDEXED = (
    ("customers", "customer_id"),
    ("orders", "order_id"),
    ("orders", "customer_id"),
    ("feedback", "feedback_id"),
)


class Staging:
    """All texts of the old tables, and all that is worth a look. A password never comes in here."""

    def __init__(self) -> None:
        # Without a name it is a file that nobody else can open, and that is gone however this process ends.
        self.file = sqlite3.connect("", isolation_level=None)
        self.file.row_factory = sqlite3.Row
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-16000", "temp_store=FILE"):
            self.file.execute(f"PRAGMA {pragma}")
        for table, columns in TABLES.items():
            texts = ", ".join(f"{column} TEXT COLLATE NOCASE" for column in columns)
            self.file.execute(f"CREATE TABLE {table} (row INTEGER PRIMARY KEY, {texts})")
        self.file.execute("CREATE TABLE looks (n INTEGER PRIMARY KEY, tbl, id, kept, what, cells)")
        self.file.execute("BEGIN")
        self.counts = Counter(dict.fromkeys(TABLES, 0))
        self.digest = hashlib.sha256()
        self._waiting: dict[str, list[list[str | None]]] = {table: [] for table in TABLES}
        self._looks: list[tuple[Any, ...]] = []

    def take_in(self, rows: Iterable[tuple[str, tuple[str, ...], list[str | None]]]) -> Iterator[int]:
        """Take in all rows of a source; how many so far comes out now and then."""
        picks: dict[tuple[str, tuple[str, ...]], list[int]] = {}
        for taken, (table, columns, row) in enumerate(rows, 1):
            pick = picks.get((table, columns))
            if pick is None:
                pick = picks[table, columns] = [
                    columns.index(name) if name in columns else -1 for name in TABLES[table]
                ]
            cells = [row[n] if n >= 0 else None for n in pick]
            self.digest.update(repr((table, cells)).encode("utf-8", "backslashreplace"))
            cells = [
                text.strip() if text and name in IDS else text for text, name in zip(cells, TABLES[table], strict=True)
            ]
            self.counts[table] += 1
            waiting = self._waiting[table]
            waiting.append(cells)
            if len(waiting) >= SOME:
                self._write(table)
                if taken % (SOME * 50) == 0:
                    yield taken
        for table in TABLES:
            self._write(table)
        for table, column in INDEXED:
            self.file.execute(f"CREATE INDEX {table}_{column} ON {table} ({column})")

    def _write(self, table: str) -> None:
        if rows := self._waiting[table]:
            marks = ", ".join("?" for _column in rows[0])
            self.file.executemany(f"INSERT INTO {table} ({', '.join(TABLES[table])}) VALUES ({marks})", rows)  # noqa: S608
            self._waiting[table] = []

    def ask(self, query: str, *values: Any) -> Iterator[sqlite3.Row]:
        return iter(self.file.execute(query, values))

    def chunks(self, query: str) -> Iterator[list[sqlite3.Row]]:
        """The rows of a query, some thousand at a time."""
        cursor = self.file.execute(query)
        while some := cursor.fetchmany(SOME):
            yield some

    def look(self, table: str, shown: str, what: str, cells: str, kept: bool) -> None:
        """Write down what somebody should look at, in the order in which it was met."""
        self._looks.append((table, shown, int(kept), what, cells))
        if len(self._looks) >= SOME:
            self.write_looks()

    def write_looks(self) -> None:
        self.file.executemany("INSERT INTO looks (tbl, id, kept, what, cells) VALUES (?, ?, ?, ?, ?)", self._looks)
        self._looks = []

    def close(self) -> None:
        self.file.close()


def check_tables(columns: dict[str, tuple[str, ...]], label: str, allow_missing: bool) -> list[str]:
    """What was not there but can be done without. Raises RuleError for what cannot."""
    notices = []
    missing = [table for table in TABLES if table not in columns]
    for table in TABLES:
        lacks = [name for name in NEEDED[table] if table in columns and name not in columns[table]]
        if lacks:
            word = "column" if len(lacks) == 1 else "columns"
            raise RuleError(
                f"The table {table} of {label} lacks the {word} {', '.join(lacks)}; is it another application's?"
            )
        known = {*TABLES[table], *NOT_READ.get(table, ())}
        if strange := [name for name in columns.get(table, ()) if name not in known]:
            notices.append(f"{table}: the columns {', '.join(strange)} are none of the original's and were not read")
    needed = [table for table in missing if table != "loyalty_points"]
    if needed and (not allow_missing or "customers" in needed):
        tables = "table" if len(needed) == 1 else "tables"
        raise RuleError(
            f"{label} has no {tables} {', '.join(needed)}; ask for the whole database"
            + ("" if "customers" in needed else ", or go on without by --allow-missing")
        )
    return notices + [f"There was no table {table}" for table in missing]
