"""What all files of one import share: the shop, the clock, the report, the way through the rows of a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import select

from cms.dates import business_date, parse_moment, show_date
from cms.db import db
from cms.errors import RuleError
from cms.imports.batches import Batch, in_parts
from cms.imports.faults import all_of
from cms.imports.files import CsvFile, Rows
from cms.imports.report import FileCount, Noticed, Report
from cms.imports.rules import MORE, TABLES, needed, row_key
from cms.money import parse_money_rounding
from cms.refs import next_refs

EVERY = 20_000
_price = lru_cache(4096)(parse_money_rounding)


@dataclass
class Run:
    """One import."""

    zone: str
    currency: str
    country: str
    now: datetime
    report: Report
    files: frozenset[str]
    """The tables that this run has files of."""
    dry: bool = False
    """Whether everything is read and checked and nothing written: no lock is held, nobody waits."""
    by: Any = None
    most: int = 0
    """Rows that the file at hand may add to a table."""
    at: Callable[[int], None] = lambda _rows: None
    """Told how many rows are read."""
    batches: list[Batch] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    """What was changed of rows that were there, for `ImportChange`."""

    def batch(self, model: Any) -> Batch:
        """Rows of a table that this run adds."""
        batch = Batch(model, dry=self.dry, most=0 if self.dry else self.most)
        self.batches.append(batch)
        return batch

    @property
    def spans(self) -> dict[str, tuple[int, int]]:
        """The first and the last id that this run gave out, of each table that it added rows to."""
        return {batch.table.name: batch.span for batch in self.batches if batch.span}

    def moment(self, text: str, column: str) -> tuple[datetime, date]:
        """A time in UTC and its day in the shop. Raises RuleError."""
        at = parse_moment(text, self.zone, column)
        return at.replace(microsecond=0), business_date(at, self.zone)

    @cached_property
    def today(self) -> date:
        """The day of the import in the shop."""
        return business_date(self.now, self.zone)

    def past(self, text: str, column: str) -> tuple[datetime, date]:
        """The same of what has been: at any hour of today, and not later. Raises RuleError."""
        at, day = self.moment(text, column)
        check_has_been(day, self.today, column)
        return at, day


class FileRun:
    """One file of a run."""

    def __init__(self, run: Run, file: CsvFile):
        self.run, self.file, self.report = run, file, run.report
        self.count = FileCount()
        self.report.files[file.name] = self.count
        self.noticed = Noticed()
        self.twins: Counter[bytes] = Counter()
        self.numbers: dict[str, int] = {}
        self.known: set[str] = set()

    def chunks(self) -> Iterator[Rows]:
        """The rows, some thousand at a time, with progress told. Raises BadFile."""
        told = 0
        for chunk in self.file.chunks():
            self.count.rows += len(chunk)
            yield chunk
            self.run.at(self.count.rows)
            if self.count.rows - told >= EVERY:
                told = self.count.rows
                self.report.say(f"{self.file.name}: {told:,} rows")
        for line, why in self.file.ragged:
            self.count.rows += 1
            self.report.refuse(self.file.name, line, None, why)
        if self.file.unknown:
            self.report.notices.append(f"{self.file.name}: ignored unknown columns {', '.join(self.file.unknown)}")
        self.report.notices += self.noticed.sentences(self.file.name)

    def each(
        self, rows: Iterable[tuple[int, Any]], do: Callable[[int, Any], None], look: Callable[[Any], None] | None = None
    ) -> None:
        """Do it with each row; one that breaks a rule is listed and left out. `look` says what else is wrong with it,
        where that would cost the right rows too much."""
        for line, row in rows:
            try:
                do(line, row)
            except RuleError as error:
                for number, one in enumerate(all_of(error, look, row)):
                    self.report.refuse(self.file.name, line, one.field, one.message, again=number > 0)

    def price(self, line: int, text: str, column: str) -> int:
        """A price in minor units; decimals beyond the currency's are rounded half up and told, unless the line is 0.
        Raises RuleError."""
        paise, rounded = _price(text, self.run.currency, column)
        if rounded and line:
            self.noticed.add(f"values of {column} were rounded", f"line {line}: {text}")
        return paise

    def keyed(
        self, rows: Rows, column: Any, ref: Any = None, place: int = 0
    ) -> list[tuple[int, tuple[str, int, list[str]]]]:
        """Rows with their key and which of their twins they are; those imported before are left out.

        Rows that say their number in the cell at this place, as exports do, are known by that: all of a file, or none.
        """
        if ref is not None and ref_column(self.file.table, place) in self.file.has:
            return self._numbered(rows, ref, place)
        keyed = []
        for line, cells in rows:
            first = row_key(self.file.table, cells, 0)
            twin = bytes.fromhex(first)
            occurrence = self.twins[twin]
            self.twins[twin] += 1
            keyed.append(
                (line, (row_key(self.file.table, cells, occurrence) if occurrence else first, occurrence, cells))
            )
        known = existing(column, {key for _line, (key, *_rest) in keyed})
        self.count.known += len(known)
        self.known |= known
        return [(line, row) for line, row in keyed if row[0] not in known]

    def _numbered(self, rows: Rows, ref: Any, place: int) -> list[tuple[int, tuple[str, int, list[str]]]]:
        known = existing(ref, {cells[place] for _line, cells in rows})
        found: list[tuple[int, tuple[str, int, list[str]]]] = []

        def read(line: int, cells: list[str]) -> None:
            name = ref_column(self.file.table, place)
            number = needed(cells[place], 64, name)
            if number in self.numbers:
                raise RuleError(f"{number} stands in line {self.numbers[number]} already", name)
            self.numbers[number] = line
            if number in known:
                self.count.known += 1
            else:
                found.append((line, (row_key(self.file.table, cells, 0), 0, cells)))

        self.each(rows, read)
        return found

    def number(self, batch: Any, table: Any) -> None:
        """Give the rows that are to be written the next free numbers, unless they brought their own."""
        if self.run.dry:
            return
        bare = [row for row in batch.rows if not row["ref"]]
        for row, ref in zip(bare, next_refs(table, len(bare)), strict=True):
            row["ref"] = ref


def check_has_been(day: date, today: date, column: str) -> None:
    """Raises RuleError for a day after today."""
    if day > today:
        raise RuleError(f"{show_date(day, today)} lies in the future", column)


def ref_column(table: str, place: int) -> str:
    return (TABLES[table] + MORE[table])[place]


def existing(column: Any, values: Collection[Any]) -> set[Any]:
    """Which of these values a column holds."""
    return {value for part in in_parts(values) for value in db.session.scalars(select(column).where(column.in_(part)))}
