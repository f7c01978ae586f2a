"""What all tables of one move share: the shop, the old rows, the counts, what is worth a look."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cms.errors import RuleError
from cms.imports.run import Run
from cms.original.rules import TABLES, amount_of, kept_text, stated
from cms.original.staging import Staging


@dataclass
class Count:
    """Rows of an old table: read in all, kept, left out; and rows made beside them because others name them."""

    rows: int = 0
    kept: int = 0
    left: int = 0
    made: int = 0


class Moving:
    """One move. `kept` and `left` are counted row by row, `rows` when they were read, so the report can compare."""

    def __init__(self, run: Run, staging: Staging):
        self.run, self.staging = run, staging
        self.counts = {table: Count(rows=staging.counts[table]) for table in TABLES}

    def keep(self, table: str) -> None:
        self.counts[table].kept += 1

    def leave(self, table: str, row: sqlite3.Row, what: str) -> None:
        """A row that cannot be kept: why, with all it says."""
        self.counts[table].left += 1
        self.staging.look(table, row[TABLES[table][0]] or "", what, _cells(table, row), kept=False)

    def look(self, table: str, row: sqlite3.Row, what: str, detail: str = "") -> None:
        """A row that is kept, but not quite as it was."""
        cells = f"{detail} | {_cells(table, row)}" if detail else _cells(table, row)
        self.staging.look(table, row[TABLES[table][0]] or "", what, cells, kept=True)

    def note(self, table: str, shown: str, what: str, detail: str = "") -> None:
        """Something about a thing that is no row of the table."""
        self.staging.look(table, shown, what, detail, kept=True)

    def when(self, table: str, row: sqlite3.Row, column: str) -> tuple[datetime, date] | None:
        """A moment and its business day, None for what is no date. A date alone is its midnight in the shop's zone.

        What the original says of days to come cannot have been: it counts now, and is worth a look.
        """
        try:
            at, day = self.run.moment(stated(row[column]), column)
        except RuleError:
            return None
        if day > self.run.today:
            self.look(table, row, f"{column} lies in the future; it counts from the move", f"{row[column]}")
            return self.run.now, self.run.today
        return at, day

    def text(self, table: str, row: sqlite3.Row, column: str, longest: int, many_lines: bool = False) -> str:
        """A text as it can be kept; what is lost of it is worth a look."""
        text, lost = kept_text(row[column], longest, many_lines)
        if lost:
            self.look(table, row, f"{column} was too long or held characters that cannot be kept", column)
        return text

    def amount(self, table: str, row: sqlite3.Row, column: str, most: int) -> int:
        """An amount; what is none counts as 0 and is worth a look."""
        paise, rounded = amount_of(row[column], self.run.currency)
        if paise is None or paise > most:
            self.look(table, row, f"{column} is no amount of money; it counts as 0", f"{row[column]}")
            return 0
        if rounded:
            self.look(table, row, f"{column} was rounded half up to the smallest coin", f"{row[column]}")
        return paise


def _cells(table: str, row: sqlite3.Row) -> str:
    """All that the row says."""
    said: dict[str, Any] = {name: row[name] for name in TABLES[table] if row[name] not in (None, "")}
    return ", ".join(f"{name}: {value}" for name, value in said.items())
