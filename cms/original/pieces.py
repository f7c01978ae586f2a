"""The bytes of a dump file, whatever it is packed in."""

from __future__ import annotations

import codecs
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cms.original.sql import BadDump

PIECE = 1 << 18
STARTS = {
    b"PK\x03\x04": "is a zip file; unpack it first and give the .sql file inside",
    b"Rar!": "is a RAR file; unpack it first and give the .sql file inside",
    b"7z\xbc\xaf": "is a 7-Zip file; unpack it first and give the .sql file inside",
    b"BZh": "is packed with bzip2; unpack it first",
    b"\xfd7zX": "is packed with xz; unpack it first",
    b"SQLite format": "is an SQLite database and not a dump of MySQL",
}


def pieces_of(path: Path) -> Iterator[bytes]:
    """The bytes of a plain or gzipped file, UTF-16 turned into UTF-8. Raises BadDump for what is something else."""
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        file: Any = gzip.GzipFile(fileobj=raw) if packed else raw
        first = file.read(PIECE)
        if not first.strip():
            raise BadDump(f"{path.name} is empty")
        for start, why in STARTS.items():
            if first.startswith(start):
                raise BadDump(f"{path.name} {why}")
        decoder = None
        if first[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            decoder = codecs.getincrementaldecoder("utf-16")()
        elif b"\0" in first[:4096]:
            raise BadDump(f"{path.name} is not a text file; a dump is text that begins with comments or CREATE TABLE")
        piece = first.removeprefix(codecs.BOM_UTF8)
        while piece:
            if text := decoder.decode(piece).encode("utf-8", "replace") if decoder else piece:
                yield text
            piece = file.read(PIECE)
