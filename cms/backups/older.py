"""A backup of an older version: put into a database of that version, brought up to date there, and backed up anew.

That database is a SQLite file of its own, so the shop itself only ever meets backups of today, in one transaction.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import inspect

from cms.backups import archive, making
from cms.backups.archive import Backup
from cms.backups.restoring import UNFIT, load, prove, steps
from cms.backups.tables import STAYS, TYPES, Carried
from cms.config import Config, database_url
from cms.db import db, writing
from cms.errors import RuleError
from cms.place import instance

COMPARED = ("customers", "total", "lines", "units", "gross", "returned", "net")
"""Figures that mean the same in every version."""


@contextmanager
def of_today(backup: Backup, say: Callable[[str], None] = lambda _text: None) -> Iterator[Backup]:
    """The backup, or one of today's version made from it. Raises RuleError for one of a newer version."""
    known, revision = steps(), backup.manifest["revision"]
    if revision == known[0]:
        yield backup
        return
    if revision not in known:
        raise RuleError(f"{backup.name} was made by a newer version of this program: update this one first")
    say("Made by an older version: bringing it up to date")
    with _workshop() as folder:
        path = _brought_up(backup, folder, revision)
        with Backup(path, backup.name) as newer:
            for name in COMPARED:
                if newer.manifest["figures"][name] != backup.manifest["figures"].get(name):
                    raise RuleError(f"{backup.name} comes to other figures in this version; nothing was changed")
            newer.manifest["made_at"] = backup.manifest["made_at"]
            yield newer


@contextmanager
def _workshop() -> Iterator[Path]:
    """An empty folder that goes afterwards; what a killed restore left in it goes first."""
    folder = instance() / ".older"
    with archive.held_file(instance() / ".older.lock"):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _brought_up(backup: Backup, folder: Path, revision: str) -> Path:
    from flask_migrate import upgrade

    from cms import create_app

    url = database_url(f"sqlite:///{folder / 'shop.db'}")
    with create_app(Config(database_url=url, secret_key="none", instance=folder)).app_context():  # noqa: S106
        upgrade(revision=revision)
        with writing(), db.session.begin():  # of that file, not of the shop
            _fill(backup)
        upgrade()
        path = folder / "shop.cmsbackup"
        for _step in making.make(path, backup.manifest["why"]):
            pass
        db.session.remove()
        db.engine.dispose()
    return path


def _fill(backup: Backup) -> None:
    """Every table as the backup has it. Only names and kinds that this version had are taken from the file."""
    seen = inspect(db.session.connection())
    there = set(seen.get_table_names()) - STAYS - {"alembic_version"}
    if set(backup.tables) != there:
        raise RuleError(f"{backup.name} {UNFIT.format('it has other tables')}")
    tables = [_as_said(backup, name, seen) for name in backup.tables]
    db.session.connection().exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    for table in tables:  # all of them first: some rows would take those of others with them
        db.session.execute(table.twin.delete())
    for table in tables:
        load(backup, table)
    for table in tables:
        prove(backup, table)


def _as_said(backup: Backup, name: str, seen: Any) -> Carried:
    known = {column["name"] for column in seen.get_columns(name) if "computed" not in column}
    columns = tuple((str(column), str(kind)) for column, kind in backup.tables[name]["columns"])
    if {column for column, _kind in columns} != known or not {kind for _name, kind in columns} <= set(TYPES):
        raise RuleError(f"{backup.name} {UNFIT.format(f'{name} has other columns')}")
    return Carried(name, columns, tuple(seen.get_pk_constraint(name)["constrained_columns"]))
