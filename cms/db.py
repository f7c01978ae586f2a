"""The database handle, and the few things both databases need to be told to keep their promises."""

from __future__ import annotations

import errno
import sqlite3
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import URL, BigInteger, ColumnElement, Connection, Date, Engine, Float, MetaData, event, text, update
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase

from cms.errors import Conflict

LOST_RACE = {1213, 1205, 1020}
"""MySQL: deadlock, lock wait timeout, row changed since read. The transaction is gone whole and may be tried again."""

NO_ROOM = {3, 28, 1021, 1026, 1114}
"""MySQL: the disk or a table is full, or a file cannot be written."""


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


# A commit keeps what was loaded: with lazy="raise" an expired row could not be shown after it.
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

_writing: ContextVar[bool] = ContextVar("writing", default=False)
_turn = threading.Lock()


def engine_options(url: URL) -> dict[str, Any]:
    """Options of `create_engine` for this address."""
    if url.get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": 10}}
    near = not url.host or url.host in ("localhost", "127.0.0.1", "::1")
    # PyMySQL would read the CA file at every connect (35-57 ms); a machine away it is read once, here.
    secured: dict[str, Any] = {"ssl_disabled": True} if near else {"ssl": ssl.create_default_context()}
    return {
        "connect_args": secured | {"connect_timeout": 5},
        # At MySQL's default level a page's first SELECT would freeze what a later check may see.
        "isolation_level": "READ COMMITTED",
        "pool_pre_ping": True,
        "pool_recycle": 900,
    }


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None  # begin is ours, below
        for pragma in (
            "journal_mode=WAL",
            "foreign_keys=ON",
            "synchronous=NORMAL",
            "temp_store=MEMORY",
            "cache_size=-4000",
        ):
            connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        # A transaction that reads first and writes later is refused when another wrote meanwhile.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


@contextmanager
def writing() -> Iterator[None]:
    """Everything inside may write: SQLite takes its write lock at the start of each transaction.

    The threads of one process queue on a lock of ours first: SQLite's own waiting sleeps, ours does not.
    """
    if _writing.get():
        raise RuntimeError("writing() inside writing() would wait for itself for ever")
    token = _writing.set(True)
    sqlite = db.engine.dialect.name == "sqlite"
    if sqlite:
        _turn.acquire()
    try:
        yield
    finally:
        db.session.rollback()  # a refused write must not keep the lock until the answer is sent
        if sqlite:
            _turn.release()
        _writing.reset(token)


def is_writing() -> bool:
    """Whether this is inside `writing()`: what is read may not be stored yet."""
    return _writing.get()


def lost_race(error: DBAPIError) -> bool:
    """Whether the database gave this transaction up in favour of another: nothing of it was stored, try again."""
    said: tuple[Any, ...] = getattr(error.orig, "args", ())
    return isinstance(error, OperationalError) and len(said) > 0 and said[0] in LOST_RACE


def disk_full(error: BaseException) -> bool:
    """Whether there was no room left on the disk, ours or the database server's: nothing of it was stored."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    said: tuple[Any, ...] = getattr(getattr(error, "orig", None), "args", ())
    return len(said) > 0 and (said[0] in NO_ROOM or "disk is full" in str(said[0]))


def lock(row: Any) -> None:
    """Hold this row until the commit, and see it as it is now. Rows are locked in the order of their ids.

    A same-value UPDATE, since SQLite has no FOR UPDATE.
    """
    table = type(row)
    key = table.__mapper__.primary_key[0]
    db.session.execute(
        update(table)
        .where(key == getattr(row, key.name))
        .values({key.name: key})
        .execution_options(synchronize_session=False)
    )
    refresh(row)


def refresh(row: Any) -> None:
    """See the columns of this row as they are now; what was loaded around it stays."""
    db.session.refresh(row, [attribute.key for attribute in type(row).__mapper__.column_attrs])


def claim(row: Any, version: int, fields: tuple[str, ...] = ()) -> None:
    """Hold this row for an edit made on `version` of it, and count the version up.

    Raises Conflict, with what `fields` say now, when someone else has edited it since.
    """
    table = type(row)
    won = db.session.execute(
        update(table)
        .where(table.id == row.id, table.version == version)
        .values(version=version + 1)
        .execution_options(synchronize_session=False)
    ).rowcount  # type: ignore[attr-defined]
    refresh(row)
    if won != 1:
        raise Conflict(
            "Someone else changed this a moment ago. See what it says now, then save again if yours is right.",
            {field: getattr(row, field) for field in fields},
        )


def learn_sizes() -> None:
    """After very many new rows: MariaDB plans by statistics that lag behind. It commits by itself, so ask last."""
    if db.engine.dialect.name != "sqlite":
        for table in db.metadata.sorted_tables:
            db.session.execute(text(f"ANALYZE TABLE {table.name}"))


class days_between(ColumnElement[float]):
    """Days from one date to the other, in SQL."""

    inherit_cache = False
    type = Float()

    def __init__(self, first: Any, last: Any):
        self.first, self.last = first, last


@compiles(days_between, "sqlite")
def _sqlite_days(element: days_between, compiler: Any, **kw: Any) -> str:
    return f"(julianday({compiler.process(element.last, **kw)}) - julianday({compiler.process(element.first, **kw)}))"


@compiles(days_between, "mysql", "mariadb")
def _mysql_days(element: days_between, compiler: Any, **kw: Any) -> str:
    return f"DATEDIFF({compiler.process(element.last, **kw)}, {compiler.process(element.first, **kw)})"


class month_of(ColumnElement[date]):
    """The first day of a day's month, in SQL."""

    inherit_cache = False
    type = Date()

    def __init__(self, day: Any):
        self.day = day


@compiles(month_of, "sqlite")
def _sqlite_month(element: month_of, compiler: Any, **kw: Any) -> str:
    return f"date({compiler.process(element.day, **kw)}, 'start of month')"


@compiles(month_of, "mysql", "mariadb")
def _mysql_month(element: month_of, compiler: Any, **kw: Any) -> str:
    day = compiler.process(element.day, **kw)
    return f"({day} - INTERVAL (DAYOFMONTH({day}) - 1) DAY)"


class half_up(ColumnElement[int]):
    """The quotient of two whole numbers that are not negative, rounded half up, in SQL: `money.round_half_up`."""

    inherit_cache = False
    type = BigInteger()

    def __init__(self, numerator: Any, denominator: Any):
        self.numerator, self.denominator = numerator, denominator


@compiles(half_up)
def _half_up(element: half_up, compiler: Any, **kw: Any) -> str:
    n, d = (f"({compiler.process(part, **kw)})" for part in (element.numerator, element.denominator))
    return f"((2 * {n} + {d}) {'/' if compiler.dialect.name == 'sqlite' else 'DIV'} (2 * {d}))"
