"""A CSV file, opened and doubted: its rows one by one with their physical lines, or one sentence on what is wrong."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import IO

from cms.exports.rules import LED, as_meant
from cms.imports.rules import MORE, REQUIRED, TABLES

CHUNK = 2000
"""Rows that are looked up and written together."""

LONGEST_CELL = 131_072
MOST_RAGGED = 100_000
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
Rows = list[tuple[int, list[str]]]


class BadFile(Exception):
    """The file as such cannot be read; the message is a whole sentence."""


def find(folder: Path, table: str) -> Path | None:
    """The table's file in the folder, plain or gzipped. Raises BadFile when both are there."""
    found = [path for path in (folder / f"{table}.csv", folder / f"{table}.csv.gz") if path.is_file()]
    if len(found) > 1:
        raise BadFile(f"There is {table}.csv and {table}.csv.gz; take one of them away")
    return found[0] if found else None


def digest_of(paths: Iterable[Path]) -> str:
    """One fingerprint of all these files, as they lie there."""
    whole = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            whole.update(path.name.encode() + hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()


class CsvFile:
    """The rows of one file, cells trimmed and in the order of the table's columns, "" for a column it lacks."""

    encoding, separator = "utf-8-sig", ","
    mode = ""
    """create, update or both, of a file from the browser."""

    def __init__(self, path: Path, table: str):
        self.path, self.table, self.name = path, table, path.name
        self.columns = TABLES[table] + MORE[table]
        self.unknown: list[str] = []
        self.has: set[str] = set()
        self.ragged: list[tuple[int, str]] = []
        self.blanks: list[str] = []
        self.marked = False

    def chunks(self) -> Iterator[Rows]:
        """All rows, CHUNK at a time; rows of another width are put aside in `ragged`. Raises BadFile."""
        rows = self._rows()
        try:
            while chunk := list(islice(rows, CHUNK)):
                yield chunk
        except UnicodeDecodeError:
            raise BadFile(self._not_utf8()) from None
        except (gzip.BadGzipFile, EOFError, zlib.error):
            raise BadFile(f"{self.name} is not a whole gzip file") from None

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        width, pick = 0, None
        for line, row in self._records():
            if pick is None:
                if row:
                    pick, width = self._header(row), len(row)
            elif len(row) == width:
                row.append("")
                cells = [*map(str.strip, pick(row)), *self.blanks]
                if self.marked:
                    cells, self.marked = [as_meant(cell) for cell in cells], False
                if any(cells):
                    yield line, cells
            elif row:
                self.ragged.append((line, f"This row has {len(row)} cells where the header has {width}"))
                if len(self.ragged) > MOST_RAGGED:
                    raise BadFile(f"{self.name} has over {MOST_RAGGED:,} rows that are not as wide as the header")
        if pick is None:
            raise BadFile(f"{self.name} is empty: it has not even a header row")

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Each row as it stands there, the header too, with the line in which it starts. Raises BadFile."""
        start = 1
        try:
            with self._open() as raw:
                self._check_start(raw)
                text = io.TextIOWrapper(raw, encoding=self.encoding, newline="")
                reader = csv.reader(self._lines(text), delimiter=self.separator, strict=True)
                for row in reader:
                    line, start = start, reader.line_num + 1
                    yield line, row
        except csv.Error as error:
            raise BadFile(self._bad_quotes(start, str(error))) from None

    def count_lines(self) -> int:
        """No file has more rows than this; 0 for one that cannot be read."""
        try:
            with self._open() as raw:
                return 1 + sum(part.count(b"\n") for part in iter(lambda: raw.read(1 << 20), b""))
        except (gzip.BadGzipFile, EOFError, zlib.error):
            return 0

    def _open(self) -> IO[bytes]:
        if self.path.suffix == ".gz":
            return io.BufferedReader(gzip.open(self.path, "rb"))  # type: ignore[arg-type]
        return self.path.open("rb")

    def _check_start(self, raw: IO[bytes]) -> None:
        start = raw.peek(8)[:8]  # type: ignore[attr-defined]
        if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise BadFile(f"{self.name} is written in UTF-16; save it as CSV UTF-8")
        if start[:2] == b"PK":
            raise BadFile(f"{self.name} is a workbook or zip file and not a CSV file; save its sheet as CSV UTF-8")

    def _lines(self, text: Iterable[str]) -> Iterator[str]:
        for number, line in enumerate(text, 1):
            if "\0" in line:
                raise BadFile(f"{self.name} has a NUL byte in line {number}; it is damaged or not a CSV file")
            self.marked = self.marked or LED in line
            if number > 1:  # as clean_text keeps it, so that a ref is the same in every file
                line = line.replace("\t", " ")
                line = line if line.isascii() else unicodedata.normalize("NFC", line)
            yield line

    def _header(self, row: list[str]) -> Callable[[list[str]], tuple[str, ...]]:
        names = [name.strip().lower() for name in row]
        if names[0].startswith("sep="):
            raise BadFile(f"{self.name} starts with a sep= line; take that line out and separate the cells by commas")
        for mark, word in SEPARATORS.items():
            if len(names) == 1 and mark in names[0]:
                raise BadFile(f"{self.name} separates its cells by {word}; save it with commas")
        twice = sorted({name for name in names if name and names.count(name) > 1})
        if twice:
            raise BadFile(f"{self.name} has the column {twice[0]} twice")
        lacking = [name for name in REQUIRED[self.table] if name not in names]
        if lacking:
            columns = "the column" if len(lacking) == 1 else "the columns"
            raise BadFile(f"{self.name} lacks {columns} {', '.join(lacking)}")
        self.has = set(names)
        self.unknown = [name for name in names if name and name not in self.columns]
        asked = self.columns
        if not self.has & set(MORE[self.table]):  # nearly every file
            asked, self.blanks = TABLES[self.table], [""] * len(MORE[self.table])
        return itemgetter(*(names.index(name) if name in names else len(names) for name in asked))

    def _bad_quotes(self, line: int, why: str) -> str:
        if "unexpected end of data" in why:
            return f"{self.name} has a quote in the row that starts in line {line} that is never closed"
        if "field larger" in why:
            most = f"{LONGEST_CELL:,} characters"
            return (
                f"{self.name} has a cell of more than {most} in the row that starts in line {line}; is a quote missing?"
            )
        return f"{self.name} has a quote in the wrong place in the row that starts in line {line}"

    def _not_utf8(self) -> str:
        with self._open() as raw:
            for number, line in enumerate(raw, 1):
                try:
                    line.decode("utf-8")
                except UnicodeDecodeError as error:
                    byte = f"0x{line[error.start]:02X}"
                    return f"{self.name} is not UTF-8: line {number} has the byte {byte}. Save it as CSV UTF-8"
        return f"{self.name} is not UTF-8. Save it as CSV UTF-8"
