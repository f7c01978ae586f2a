"""An uploaded file as the import reads it: its columns as they were matched, its cells put right."""

from __future__ import annotations

import io
import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import IO, Any

from cms.imports.columns import COMPANY, JOINED, columns_of, plain
from cms.imports.files import BadFile, CsvFile
from cms.imports.look import bounded_lines
from cms.imports.rules import MORE, TABLES
from cms.imports.tidy import OF_SOURCE, TIDY, unmarked
from cms.imports.workbooks import Workbook


@dataclass(frozen=True)
class Plan:
    """How a file is to be read: as an Upload keeps it."""

    name: str
    kind: str
    encoding: str
    separator: str
    skipped: int
    headers: Sequence[str]
    table: str
    matching: Sequence[str]
    mode: str
    source: str = ""

    @classmethod
    def of(cls, upload: Any) -> Plan:
        """The plan of an Upload."""
        names = ("name", "kind", "encoding", "separator", "skipped", "headers", "matching", "mode", "source")
        return cls(table=upload.fills, **{name: getattr(upload, name) for name in names})


class UploadFile(CsvFile):
    """The rows of an upload, in the order of the table's columns."""

    def __init__(self, content: IO[bytes], plan: Plan):
        super().__init__(Path(plan.name), plan.table)
        self.content = content
        self.plan, self.name, self.mode = plan, plan.name, plan.mode
        self.encoding, self.separator = plan.encoding, plan.separator
        self.titles: dict[str, str] = {}

    def _open(self) -> IO[bytes]:
        """The content from its beginning; closing this leaves it open."""
        again = open(os.dup(self.content.fileno()), "rb")  # noqa: SIM115
        again.seek(0)
        return again

    def _check_start(self, _raw: Any) -> None:
        """The look at the upload did."""

    def _lines(self, text: Iterable[str]) -> Iterator[str]:
        assert isinstance(text, io.TextIOWrapper)
        for number, line in enumerate(bounded_lines(text, self.name), 1):
            self.marked = self.marked or "'" in line
            if number > 1 + self.plan.skipped:
                line = line if self.separator == "\t" else line.replace("\t", " ")
                line = line if line.isascii() else unicodedata.normalize("NFC", line)
            if number > self.plan.skipped:
                yield line

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Each row as it stands in the file, the header too, with its line. Raises BadFile."""
        if self.plan.kind == "csv":
            for line, row in super()._records():
                yield line + self.plan.skipped, row
            return
        width = 0
        with self._open() as file:
            for number, row in Workbook(file, self.name).rows():
                width = width or len(self.plan.headers)
                row += [""] * (width - len(row))
                self.marked = True
                while len(row) > width and not row[-1].strip():
                    row.pop()
                yield number, row

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        rows = self.records()
        source = {"shopify-products": self._with_titles, "woo-products": self._without_parents}.get(self.plan.source)
        return source(rows) if source else rows

    def _without_parents(self, rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
        """WooCommerce has a row for what holds variations or a group together: it has no price and is not sold."""
        header = list(map(plain, self.plan.headers))
        kind, price = header.index("type"), header.index("regular price")
        for line, row in rows:
            parent = len(row) == len(header) and row[kind].partition(",")[0].strip() in ("variable", "grouped")
            if not parent or row[price].strip():
                yield line, row

    def _with_titles(self, rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
        """Shopify names a product once: its variants get the name and what sets them apart; rows of pictures go."""
        header = list(map(plain, self.plan.headers))
        handle, title, price = (header.index(name) for name in ("handle", "title", "variant price"))
        options = [at for at, name in enumerate(header) if name in ("option1 value", "option2 value", "option3 value")]
        for number, (line, row) in enumerate(rows):
            if number and len(row) == len(header):
                if row[title].strip():
                    self.titles = {row[handle]: row[title].strip()}
                elif not row[price].strip():
                    continue
                name = self.titles.get(row[handle], "")
                kinds = [row[at].strip() for at in options if row[at].strip() not in ("", "Default Title")]
                row[title] = f"{name} ({', '.join(kinds)})"[:200] if name and kinds else name
            yield line, row

    def _header(self, row: list[str]) -> Callable[[list[str]], Any]:
        if len(row) < len(self.plan.matching):
            raise BadFile(f"{self.name} has another header than when it was looked at")
        places: dict[str, list[int]] = {}
        for at, name in enumerate(self.plan.matching):
            if name:
                places.setdefault(name, []).append(at)
        self.has = {name for name in places if name in columns_of(self.table)} - {COMPANY}
        asked = self.columns
        if not self.has & set(MORE[self.table]):
            asked, self.blanks = TABLES[self.table], [""] * len(MORE[self.table])
        pick: Any = itemgetter(*(places[name][0] if name in places else len(row) for name in asked))
        tidy = {**TIDY.get(self.table, {}), **OF_SOURCE.get(self.plan.source, {})}
        every = [(at, tidy[name]) for at, name in enumerate(asked) if name in tidy and name in places]
        others = [(at, put_right) for at, put_right in every if put_right is not unmarked]
        several = [
            (at, name, _ours_first(name, places[name], row))
            for at, name in enumerate(asked)
            if len(places.get(name, ())) > 1
        ]
        stand_in = places.get(COMPANY, [None])[0] if self.table == "customers" else None
        plain_row = not (others or several or stand_in is not None)
        if plain_row and not every:
            return pick

        def cells_of(row: list[str]) -> list[str]:
            if plain_row and not self.marked:  # nearly every row of a long file
                return pick(row)
            cells = list(pick(row))
            for at, name, of in several:
                filled = [text for place in of if (text := row[place].strip())]
                cells[at] = JOINED[name].join(filled) if name in JOINED else filled[0] if filled else ""
            for at, put_right in every if self.marked else others:
                if cells[at]:
                    cells[at] = put_right(cells[at].strip())
            if stand_in is not None and not cells[1].strip():
                cells[1] = row[stand_in]
            return cells

        return cells_of


def _ours_first(name: str, places: list[int], header: list[str]) -> list[int]:
    """Of several columns for one, that of its own name goes first where only one can count."""
    return places if name in JOINED else sorted(places, key=lambda at: plain(header[at]) != plain(name))
