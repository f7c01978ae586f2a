"""Bringing a backup back: all of it in one transaction, proven by reading it again before anything counts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy import insert, inspect, select, text, update
from sqlalchemy.exc import DBAPIError

from cms import clock
from cms.activity.actions import record
from cms.backups.archive import Backup
from cms.backups.making import headline, revision
from cms.backups.rules import Broken
from cms.backups.tables import Carried, carried
from cms.config import ROOT
from cms.db import db, disk_full, lock, lost_race
from cms.errors import RuleError
from cms.models import Activity, BackupPlan, Customer, Job, Order, Product, Settings, User

AT_ONCE = 2000
AGAIN = ("invoices.pdf",)
"""Jobs that may be begun anew after a restore. Others might do a second time what was done since: send a message."""
ENDED = "The shop was restored from a backup, which ended this. Begin it anew if it is still wanted."
UNFIT = "does not fit this version of the program: {0}. Restore it with the version that made it"


def steps() -> list[str]:
    """The steps of the migrations, the newest first."""
    from alembic.script import ScriptDirectory

    return [step.revision for step in ScriptDirectory(str(ROOT / "migrations")).walk_revisions()]


def check_place(replace: bool) -> None:
    """Hold the shop. Raises RuleError when it is not empty and not to be replaced."""
    lock(db.session.get_one(Settings, 1))
    filled = any(db.session.scalar(select(table.id).limit(1)) for table in (User, Customer, Product, Order, Activity))
    if filled and not replace:
        raise RuleError(
            "This shop is not empty. A restore would delete all that is in it: say --replace if you mean that, "
            "or name another DATABASE_URL"
        )


def restore(backup: Backup, say: Callable[[str], None] = lambda _text: None) -> None:
    """Put what the backup holds in place of what is here; whoever calls commits it or rolls it back.

    Raises RuleError when it does not fit, or when what is here then is not to the last byte what was backed up.
    """
    tables = fitting(backup)
    sqlite = db.engine.dialect.name == "sqlite"
    with _roomy(sqlite):
        _clear(sqlite)
        for table in tables:
            if rows := backup.tables[table.name]["rows"]:
                say(f"{table.name}: {rows:,} rows")
            load(backup, table)
        say("Reading it all again")
        for table in tables:
            prove(backup, table)
        if sqlite and (lost := db.session.execute(text("PRAGMA foreign_key_check")).first()):
            raise RuleError(f"{backup.name} names rows that are not in it ({lost[0]}); nothing was changed")
        shown = headline(date.fromisoformat(backup.manifest["figures_on"]))
        if shown != backup.manifest["figures"]:
            raise RuleError(f"{backup.name} comes to other figures here than it says; nothing was changed")
        _settle_in(backup)


def fitting(backup: Backup) -> list[Carried]:
    """The tables of this database, which are those of the backup. Raises RuleError when they are not."""
    if backup.manifest["revision"] != revision():
        raise RuleError(f"{backup.name} {UNFIT.format('its tables are of another one')}")
    tables = carried()
    if {table.name for table in tables} != set(backup.tables):
        raise RuleError(f"{backup.name} {UNFIT.format('it has other tables')}")
    for table in tables:
        if [list(column) for column in table.columns] != backup.tables[table.name]["columns"]:
            raise RuleError(f"{backup.name} {UNFIT.format(f'{table.name} has other columns')}")
    return tables


def load(backup: Backup, table: Carried) -> None:
    """Insert the rows of a table."""
    try:
        for some in _bunches(backup, table.name):
            db.session.execute(insert(table.twin), table.read(some))
    except Broken as error:
        raise RuleError(f"{backup.name} cannot be restored: {error}") from None
    except DBAPIError as error:
        if disk_full(error):
            raise
        if lost_race(error):
            raise RuleError(
                "Somebody is working in the shop. Stop it, then restore again; nothing was changed"
            ) from None
        raise RuleError(
            f"The database refuses what the backup has for {table.name}; nothing was changed ({error.orig})"
        ) from None


def _bunches(backup: Backup, name: str) -> Iterator[list[bytes]]:
    for lines in backup.lines(name):
        for first in range(0, len(lines), AT_ONCE):
            yield lines[first : first + AT_ONCE]


def prove(backup: Backup, table: Carried) -> None:
    """Raises RuleError unless the database gives the rows of a table as the backup has them."""
    rows, hashed, said = 0, hashlib.sha256(), backup.tables[table.name]
    for some in table.batches():
        hashed.update(table.written(some)[1])
        rows += len(some)
    if (rows, hashed.hexdigest()) != (said["rows"], said["sha256"]):
        raise RuleError(f"{table.name} reads otherwise here than in {backup.name}; nothing was changed")


@contextmanager
def _roomy(sqlite: bool) -> Iterator[None]:
    """More memory for the indexes of SQLite, which are built row by row."""
    connection = db.session.connection()
    if sqlite:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")  # until the transaction ends
        connection.exec_driver_sql("PRAGMA cache_size=-32000")
    try:
        yield
    finally:
        if sqlite:
            connection.exec_driver_sql("PRAGMA cache_size=-4000")


def _clear(sqlite: bool) -> None:
    """Empty every table, sessions too: their users may be others from now on."""
    if not sqlite:
        db.session.execute(text("SET FOREIGN_KEY_CHECKS=0"))
    try:
        for table in reversed(db.metadata.sorted_tables):
            db.session.execute(table.delete().execution_options(synchronize_session=False))
    finally:
        if not sqlite:
            db.session.execute(text("SET FOREIGN_KEY_CHECKS=1"))
    db.session.expunge_all()


def _settle_in(backup: Backup) -> None:
    """What must not go on as it was when the backup was made, and a word in the trail."""
    unfinished = update(Job).where(Job.state.in_(("queued", "running"))).execution_options(synchronize_session=False)
    db.session.execute(unfinished.where(Job.kind.in_(AGAIN)).values(state="queued", tries=0))
    db.session.execute(
        unfinished.where(Job.kind.not_in(AGAIN)).values(state="failed", message=ENDED, finished_at=clock.now())
    )
    plan = db.session.get_one(BackupPlan, 1)
    plan.since, plan.made_at, plan.problem = clock.now(), None, ""
    record(None, "backup.restored", plan, after={"made_at": backup.manifest["made_at"], "name": backup.name})


def check_version() -> None:
    """Raises RuleError when the tables here are not those of this version: an older shop may be in them."""
    if revision() != steps()[0]:
        raise RuleError("The tables of this database are of another version: run `flask db upgrade` first")


def has_schema() -> bool:
    """Whether there is a shop in this database, if only an empty one."""
    return inspect(db.engine).has_table("alembic_version")
