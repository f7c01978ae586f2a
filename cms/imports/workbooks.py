"""A workbook (XLSX) read one row after the other: the values of its first sheet as texts, nothing worked out.

Only the shared texts of the file are kept in memory, and those within bounds. It is unpacked as it is read and never
beyond a limit, whatever its directory says.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from decimal import Decimal
from typing import IO, Any
from xml.parsers import expat

from cms.imports.files import BadFile
from cms.imports.sheets import Elements, Sheet, Texts, kind_of, moment_of, plain_number

MOST_UNPACKED = 1_000_000_000
STEEPEST = 400
"""A part that unpacks to more times its size is no sheet that people made."""
_PIECE = 65_536
BROKEN = (
    zipfile.BadZipFile, zlib.error, KeyError, EOFError, StopIteration, ValueError, ArithmeticError, RuntimeError,
)  # fmt: skip


class Workbook:
    """The first sheet of a workbook. Raises BadFile for anything that is none, or that has no business being one."""

    def __init__(self, file: IO[bytes], name: str):
        self.name = name
        try:
            self.zip = zipfile.ZipFile(file)
            self._check()
            self.sheet, self.path, self.from_1904 = self._first_sheet()
            self.kinds = self._kinds()
            self.texts = self._texts()
        except BROKEN as error:
            raise BadFile(f"{name} is damaged: it cannot be read as a workbook") from error

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each row that holds something, with its number, as wide as it is filled. Raises BadFile."""
        sheet = Sheet(self)
        try:
            yield from self._parsed(self.path, sheet, sheet.taken)
        except BROKEN as error:
            raise BadFile(f"{self.name} is damaged: its sheet cannot be read to the end") from error

    def _check(self) -> None:
        parts = {part.filename: part for part in self.zip.infolist()}
        if "xl/workbook.bin" in parts:
            raise BadFile(f"{self.name} is a binary workbook (XLSB); save it as .xlsx or as CSV")
        if "xl/workbook.xml" not in parts:
            raise BadFile(f"{self.name} is a zip file and not a workbook; take the CSV or XLSX file out of it")
        if any(name.lower().endswith("vbaproject.bin") for name in parts):
            raise BadFile(f"{self.name} has macros in it; save it as .xlsx, without macros, or as CSV")
        for part in parts.values():
            steep = part.file_size > 10_000_000 and part.file_size > STEEPEST * max(part.compress_size, 1)
            if part.file_size > MOST_UNPACKED or steep:
                raise BadFile(f"{self.name} unpacks to far more than it is; it is not read")

    def _parsed(self, path: str, reader: Any, taken: Any = list) -> Iterator[Any]:
        """What a part gives as it is read, piece by piece."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
        parser.CharacterDataHandler = reader.text
        parser.StartDoctypeDeclHandler = self._no_doctype
        read = 0
        with self.zip.open(path) as part:
            try:
                while piece := part.read(_PIECE):
                    read += len(piece)
                    if read > MOST_UNPACKED:
                        raise BadFile(f"{self.name} unpacks to far more than it is; it is not read")
                    parser.Parse(piece, False)
                    yield from taken()
                parser.Parse(b"", True)
            except expat.ExpatError as error:
                raise BadFile(f"{self.name} is damaged: it cannot be read as a workbook") from error
        yield from taken()

    def _no_doctype(self, *_args: Any) -> None:
        raise BadFile(f"{self.name} has a document type in it, which no workbook has; it is not read")

    def _all(self, path: str, reader: Any) -> None:
        for _nothing in self._parsed(path, reader):
            pass

    def _first_sheet(self) -> tuple[str, str, bool]:
        book, links = Elements(), Elements()
        self._all("xl/workbook.xml", book)
        self._all("xl/_rels/workbook.xml.rels", links)
        sheets = [of for name, of in book.found if name == "sheet" and of.get("state", "visible") == "visible"]
        if not sheets:
            raise BadFile(f"{self.name} has no sheet that can be seen")
        wanted = next((value for key, value in sheets[0].items() if key.endswith(" id")), "")
        target = next(of["Target"] for name, of in links.found if name == "Relationship" and of["Id"] == wanted)
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        from_1904 = any(of.get("date1904") in ("1", "true") for name, of in book.found if name == "workbookPr")
        return sheets[0].get("name", ""), path, from_1904

    def _kinds(self) -> list[str]:
        """What the numbers of each cell format are: "date", "percent" or plain ones."""
        if "xl/styles.xml" not in self.zip.namelist():
            return []
        styles = Elements()
        self._all("xl/styles.xml", styles)
        own = {int(of["numFmtId"]): of.get("formatCode", "") for name, of in styles.found if name == "numFmt"}
        within, kinds = False, []
        for name, of in styles.found:
            within = name != "cellStyleXfs" and (within or name == "cellXfs") and name not in ("cellStyles", "dxfs")
            if name == "xf" and within:
                kinds.append(kind_of(int(of.get("numFmtId", 0)), own))
        return kinds

    def _texts(self) -> list[str]:
        if "xl/sharedStrings.xml" not in self.zip.namelist():
            return []
        texts = Texts(self.name)
        self._all("xl/sharedStrings.xml", texts)
        return texts.found

    def number(self, text: str, style: int) -> str:
        """A number as people would type it: a date, a percentage, or just its digits."""
        kind = self.kinds[style] if style < len(self.kinds) else ""
        if kind == "date":
            return moment_of(float(text), self.from_1904)
        number = Decimal(format(float(text), ".15g"))
        if not number.is_finite():
            return text
        return plain_number(number * 100 if kind == "percent" else number)
