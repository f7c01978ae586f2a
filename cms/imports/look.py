"""A look at an uploaded file before it is kept: what it is, how it is written, its header and first rows.

Everything is doubted, and what cannot be read is refused in one sentence. Memory stays bounded whatever is sent.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from tempfile import TemporaryFile
from typing import IO

from cms.imports.files import BadFile
from cms.imports.sheets import MOST_COLUMNS
from cms.imports.workbooks import MOST_UNPACKED, Workbook

MOST_SENT = 256 * 1024 * 1024
LONGEST_LINE = 1_000_000
SAMPLES, LONGEST_SAMPLE = 3, 80
_PIECE = 1_048_576
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
NO_TABLE = (
    (b"Rar!", "a RAR archive"), (b"7z\xbc\xaf", "a 7z archive"), (b"%PDF", "a PDF"), (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"), (b"GIF8", "a picture"), (b"SQLite format 3", "a database"),
    (b"BZh", "a bzip2 archive"), (b"\xfd7zXZ", "an xz archive"), (b"MZ", "a program"), (b"\x7fELF", "a program"),
)  # fmt: skip
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_PAIR = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_NOT_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_TWICE = re.compile("[ÃÂ][\u0080-\u00bf\u2010-\u203a\u20ac\u0152-\u0192\u02c6\u02dc]|â€")


@dataclass
class Look:
    """What an upload is. `said`: what its sender should know of how it is read."""

    name: str
    kind: str
    size: int
    encoding: str = ""
    separator: str = ","
    skipped: int = 0
    headers: list[str] = field(default_factory=list)
    samples: list[list[str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


def look_at(file: IO[bytes], name: str) -> tuple[Look, IO[bytes]]:
    """What it is, and its content, unpacked if it was gzipped. Raises BadFile, and then closes it."""
    plain: list[IO[bytes]] = [file]
    try:
        return _looked_at(plain, last_part(name))
    except BaseException:
        for one in plain:
            one.close()
        raise


def _looked_at(opened: list[IO[bytes]], name: str) -> tuple[Look, IO[bytes]]:
    file = opened[0]
    file.seek(0)
    start = file.read(512)
    if start[:2] == b"\x1f\x8b":
        opened.append(TemporaryFile())  # noqa: SIM115
        _unpack(file, opened[1], name)
        file, name = opened[1], name.removesuffix(".gz")
        start = file.read(512)
    size = file.seek(0, 2)
    file.seek(0)
    if not size:
        raise BadFile(f"{name} is empty: it has not even a header row")
    what = next((what for sign, what in NO_TABLE if start.startswith(sign)), "")
    if what:
        raise BadFile(f"{name} is {what} and not a table; send a CSV or XLSX file")
    if start[:4] == OLD_EXCEL:
        raise BadFile(
            f"{name} is an old or password-protected Excel file; save it as .xlsx without a password, or as CSV"
        )
    if start[:2] == b"PK":
        return _workbook(file, name, size), file
    if start.lstrip()[:1] == b"<":
        raise BadFile(f"{name} is a web page or XML and not a table; save it as CSV or XLSX")
    return _csv(file, name, size), file


def last_part(name: str) -> str:
    """The last part of a file's name, without what cannot be shown."""
    kept = "".join(letter for letter in re.split(r"[/\\]", name)[-1] if letter.isprintable()).strip()
    return kept[-120:] or "the file"


def _unpack(file: IO[bytes], plain: IO[bytes], name: str) -> None:
    """Unpack a gzipped file, up to a limit."""
    size = 0
    file.seek(0)
    try:
        with gzip.GzipFile(fileobj=file) as packed:
            while piece := packed.read(_PIECE):
                size += len(piece)
                if size > MOST_UNPACKED:
                    raise BadFile(f"{name} unpacks to far more than it is; it is not read")
                plain.write(piece)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise BadFile(f"{name} is not a whole gzip file") from None
    plain.seek(0)


def _workbook(file: IO[bytes], name: str, size: int) -> Look:
    book = Workbook(file, name)
    found = Look(name, "xlsx", size, said=[f"The sheet {book.sheet} is read"] if book.sheet else [])
    _take_head(found, (row for _number, row in book.rows()))
    return found


def _csv(file: IO[bytes], name: str, size: int) -> Look:
    found = Look(name, "csv", size, encoding=_encoding(file, name))
    if found.encoding == "cp1252":
        found.said.append("Its letters are read as Windows-1252: look whether those with accents are right")
    elif found.encoding == "utf-16":
        found.said.append("It is written in UTF-16 and read as such")
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=found.encoding, newline="")
    try:
        _read_head(found, bounded_lines(text, name))
    finally:
        text.detach()  # else it would close the file
    return found


def _read_head(found: Look, lines: Iterator[str]) -> None:
    name = found.name
    first = next(lines, "")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        found.separator, found.skipped, first = first.strip()[4], 1, next(lines, "")
        if found.separator not in SEPARATORS:
            raise BadFile(f"{name} says that its cells are separated by {found.separator}; save it with commas")
    else:
        found.separator = _separator(first)
    if found.separator != ",":
        found.said.append(f"Its cells are separated by {SEPARATORS[found.separator]}")

    def rows() -> Iterator[list[str]]:
        yield from csv.reader(_chained(first, lines), delimiter=found.separator, strict=True)

    try:
        _take_head(found, rows())
    except csv.Error:
        if not found.headers:
            raise BadFile(f"{name} has a quote in the wrong place in its first row") from None
    if _TWICE.search(" ".join(cell for row in found.samples for cell in row)):
        found.said.append("Some letters look wrong (such as Ã©): the file was probably converted twice before")


def _chained(first: str, lines: Iterator[str]) -> Iterator[str]:
    yield first
    yield from lines


def _take_head(found: Look, rows: Iterator[list[str]]) -> None:
    """The header and some rows of it, shortened."""
    for row in rows:
        if any(cell.strip() for cell in row):
            found.headers = [cell.strip()[:200] for cell in row]
            break
    while found.headers and not found.headers[-1] and found.kind == "xlsx":
        found.headers.pop()
    if not found.headers:
        raise BadFile(f"{found.name} is empty: it has not even a header row")
    if len(found.headers) > MOST_COLUMNS:
        raise BadFile(f"{found.name} has {len(found.headers):,} columns; at most {MOST_COLUMNS:,} can be read")
    if found.headers[0].startswith(("{", "[")):
        raise BadFile(f"{found.name} is JSON and not a table; save it as CSV or XLSX")
    for row in islice((row for row in rows if any(row)), SAMPLES):
        cells = [cell.strip()[:LONGEST_SAMPLE] for cell in row[: len(found.headers)]]
        found.samples.append(cells + [""] * (len(found.headers) - len(cells)))  # a sheet ends with its last filled cell
    if not found.samples:
        raise BadFile(f"{found.name} has a header row and nothing under it")


def bounded_lines(text: IO[str], name: str) -> Iterator[str]:
    """The lines of a text, none of them endless. Raises BadFile."""
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if len(line) >= LONGEST_LINE:
            raise BadFile(f"{name} has a line of over {LONGEST_LINE:,} characters (line {number}); is it a table?")
        if "\0" in line:
            raise BadFile(f"{name} has a NUL byte in line {number}; it is damaged or not a CSV file")
        yield line


def _separator(header: str) -> str:
    """What stands most often between the names of the header, outside quotes; the comma if nothing does."""
    bare = re.sub(r'"[^"]*"', "", header)
    return max(SEPARATORS, key=bare.count)


def _encoding(file: IO[bytes], name: str) -> str:
    """How the file is written: UTF-8, UTF-16 with its mark, else Windows-1252 where that is sure. Raises BadFile."""
    start = file.read(2)
    file.seek(0)
    if start in (b"\xff\xfe", b"\xfe\xff"):
        _decode(file, "utf-16", name)
        return "utf-16"
    decoder, line = codecs.getincrementaldecoder("utf-8")(), 1
    while piece := file.read(_PIECE):
        try:
            decoder.decode(piece)
        except UnicodeDecodeError as error:
            line += piece[: error.start].count(b"\n")
            break
        line += piece.count(b"\n")
    else:
        try:
            decoder.decode(b"", True)
            return "utf-8-sig"
        except UnicodeDecodeError:
            pass
    file.seek(0)
    mixed = False
    while piece := file.read(_PIECE):
        mixed = mixed or bool(_PAIR.search(piece)) or bool(_NOT_CP1252.search(piece))
        if b"\0" in piece:
            raise BadFile(f"{name} is not a text file; send a CSV or XLSX file")
    if mixed:
        raise BadFile(f"{name} mixes ways of writing letters: line {line} is not UTF-8. Save it as CSV UTF-8")
    return "cp1252"


def _decode(file: IO[bytes], encoding: str, name: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while piece := file.read(_PIECE):
            decoder.decode(piece)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        raise BadFile(f"{name} begins as UTF-16 and does not go on so; save it as CSV UTF-8") from None
