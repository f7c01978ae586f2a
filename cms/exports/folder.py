"""Every table that the import reads, as one folder of CSV files."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from cms import clock
from cms.db import db
from cms.errors import RuleError
from cms.exports import reading
from cms.exports.rules import Manner
from cms.exports.runner import Export
from cms.exports.tables import TABLES
from cms.figures.sheet import shop
from cms.imports.rules import TABLES as READ


def export_folder(folder: Path, say: Callable[[str], None] = lambda _text: None) -> list[Export]:
    """Write the files, all as of one moment, and give what was written. Raises RuleError when one is there already.

    Each stands under another name until all are whole: what is there under its own was not cut off.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        there = [name for table in READ if (folder / (name := f"{table}.csv")).exists()]
        if there:
            raise RuleError(f"{folder} has {', '.join(there)} already; name a new folder")
        return _write(folder, say)
    except OSError as error:
        raise RuleError(f"{folder} cannot be written to: {error.strerror}") from None


def _write(folder: Path, say: Callable[[str], None]) -> list[Export]:
    here = shop()
    manner = Manner(here.currency, here.zone, clock.today(here.zone))
    exports, begun = [Export(TABLES[name], "csv", manner) for name in READ], []
    reading.steady()
    try:
        for export in exports:
            begun.append(path := folder / f".{export.table.name}.csv.part")
            with path.open("wb") as file:
                for piece in export.pieces():
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            say(f"{export.table.name}.csv: {export.sent:,} rows")
        for export, path in zip(exports, begun, strict=True):
            path.replace(folder / f"{export.table.name}.csv")
    finally:
        db.session.rollback()
        for path in begun:
            path.unlink(missing_ok=True)
    return exports
