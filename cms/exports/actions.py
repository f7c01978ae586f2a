"""The trail of what left the shop in files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cms.activity.actions import record
from cms.exports.table import Table
from cms.money import show_count


@dataclass(frozen=True)
class _File:
    """What an entry of the trail is about: a file that is kept nowhere."""

    ref: str
    id: None = None
    __tablename__ = "exports"


def record_folder(exports: Iterable[Any]) -> None:
    """Note the files of a folder that a command wrote."""
    for export in exports:
        record_export(None, export.table, export.format, export.sent, None, True)


def record_export(by: Any, table: Table, format: str, rows: int, wanted: Any | None, whole: bool) -> None:
    """Note who took how many rows of a table, under which filter, and whether the file broke off."""
    after = {
        "what": f"{show_count(rows)} {table.one if rows == 1 else table.many}",
        "format": "CSV" if format == "csv" else "Excel",
        "filter": dict(wanted.as_args()) if wanted is not None else {},
    }
    record(by, "export.made" if whole else "export.broken_off", _File(table.name), after=after)
