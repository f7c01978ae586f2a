"""Making a backup: every table as of one moment, while people go on working."""

from __future__ import annotations

import errno
import hashlib
import shutil
import time
from collections.abc import Generator
from contextvars import Context
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text

from cms import clock
from cms.backups import archive
from cms.backups.rules import FIGURES, FORMAT
from cms.backups.tables import Carried, carried
from cms.db import db
from cms.errors import RuleError
from cms.exports.reading import steady
from cms.figures import sheet
from cms.models import Settings
from cms.place import this_app

RESERVE = 32_000_000
"""Bytes of the disk that are left to the shop, which may write to it too."""
TELL = 0.5
"""Seconds between two words about how far it is."""
NO_ROOM = "There is not enough room on the disk for the backup. Free some, then try again; nothing of it was kept."

Making = Generator[tuple[int, int], None, "Made"]


@dataclass(frozen=True)
class Made:
    """A backup that is there, whole and read again."""

    path: Path
    size: int
    digest: str
    manifest: dict[str, Any]


def make(path: Path, why: str) -> Making:
    """Write a backup to `path`, telling rows done and rows in all. Raises RuleError, and then nothing is left of it.

    It reads in a session of its own: who listens may write meanwhile.
    """
    apart, steps = Context(), _make(this_app(), path, why)
    try:
        while True:
            try:
                step = apart.run(next, steps)
            except StopIteration as end:
                return end.value
            yield step
    finally:
        apart.run(steps.close)


def _make(app: Any, path: Path, why: str) -> Making:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists():
            raise RuleError(f"{path} is there already; choose another name")
        archive.sweep(path.parent)
        with archive.part_of(path) as part:
            with app.app_context():
                steady()
                with archive.Writer(part) as writer:
                    yield from _write(writer, part, why)
            digest = archive.seal(part)
            with archive.Backup(part, path.name) as backup:  # all of it is read again
                manifest = backup.manifest
        return Made(path, path.stat().st_size, digest, manifest)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise RuleError(NO_ROOM) from None
        raise RuleError(f"The backup cannot be written to {path.parent}: {error.strerror or error}") from None


def _write(writer: archive.Writer, part: Path, why: str) -> Generator[tuple[int, int], None, None]:
    said = head(why)
    total, done, told = sum(map(_count, tables := carried())), 0, time.monotonic()
    yield 0, total
    for table in tables:
        rows, hashed = 0, hashlib.sha256()
        with writer.table(table.name) as file:
            for some in table.batches():
                lines, counting = table.written(some)
                file.write(lines)
                hashed.update(counting)
                rows, done = rows + len(some), done + len(some)
                if shutil.disk_usage(part.parent).free < RESERVE:
                    raise RuleError(NO_ROOM)
                if time.monotonic() - told > TELL:
                    told = time.monotonic()
                    yield done, max(done, total)
        said["tables"][table.name] = {"rows": rows, "sha256": hashed.hexdigest(), "columns": table.columns}
    writer.finish(said)


def _count(table: Carried) -> int:
    return db.session.scalar(select(func.count()).select_from(table.twin)) or 0


def head(why: str) -> dict[str, Any]:
    """What a backup says of itself, before its tables."""
    here = sheet.shop()
    today = clock.today(here.zone)
    return {
        "format": FORMAT,
        "revision": revision(),
        "database": db.engine.dialect.name,
        "made_at": clock.now().isoformat(),
        "why": why,
        "shop": db.session.scalar(select(Settings.name)),
        "currency": here.currency,
        "figures_on": today.isoformat(),
        "figures": headline(today),
        "tables": {},
    }


def revision() -> str:
    """The newest step of the migrations that this database has taken."""
    return str(db.session.scalar(text("SELECT version_num FROM alembic_version")))


def headline(today: Any) -> dict[str, Any]:
    """The figures that a restored shop must show again."""
    found = sheet.figures(today, sheet.shop())
    known = found["orders"] | found["money"]
    known |= {"customers": found["customers"]["total"], "returns": found["returns"]["rows"]}
    return {name: known[name] for name in FIGURES}
