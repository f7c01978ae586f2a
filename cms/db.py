"""The database handle, and the few things both databases need to be told to keep their promises."""

from __future__ import annotations

import errno
import sqlite3
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import URL, Connection, Engine, MetaData, event, text, update
from sqlalchemy.exc import DBAPIError, DisconnectionError, IntegrityError, InvalidRequestError, OperationalError
from sqlalchemy.orm import DeclarativeBase

from cms.errors import Conflict

LOST_RACE = {1213, 1205, 1020, 1412, 1305}
"""MySQL: deadlock, lock wait timeout, row changed since read, table changed since (a migration), savepoint gone.

The transaction is gone whole and may be tried again. A deadlock inside a savepoint is told as the last of these.
"""
NO_ROOM = {3, 28, 1021, 1026, 1114}
"""MySQL: the disk or a table is full, or a file cannot be written."""
LOST_ROW = {1451, 1452}
"""MySQL: a row that went, or was named, while this was written, as when two customers are merged."""


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


QUIET_FOR = 1.0
"""Seconds after which a connection is asked whether it still lives before it is used again."""

_reading: ContextVar[bool] = ContextVar("reading", default=False)
_writing: ContextVar[bool] = ContextVar("writing", default=False)
_turn = threading.Lock()


class ShopSession(Session):
    """Flask-SQLAlchemy's session, which reads over connections that cannot write while `reading()`."""

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **kwargs: Any) -> Engine | Connection:
        if bind is None and _reading.get() and not _writing.get():
            return db.engines.get("reading") or db.engine
        return super().get_bind(mapper, clause, bind, **kwargs)


# A commit keeps what was loaded: with lazy="raise" an expired row could not be shown after it.
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False, "class_": ShopSession})


def engine_options(url: URL) -> dict[str, Any]:
    """Options of `create_engine` for this address."""
    if url.get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": 10}, "hide_parameters": True}
    near = not url.host or url.host in ("localhost", "127.0.0.1", "::1")
    # PyMySQL would read the CA file at every connect (35-57 ms); a machine away it is read once, here.
    secured: dict[str, Any] = {"ssl_disabled": True} if near else {"ssl": ssl.create_default_context()}
    return {
        "connect_args": secured | {"connect_timeout": 5},
        # At MySQL's default level a page's first SELECT would freeze what a later check may see.
        "isolation_level": "READ COMMITTED",
        "pool_recycle": 900,
        "hide_parameters": True,  # an error in the log must not say what was typed
    }


def reading_binds(url: URL) -> dict[str, Any]:
    """A second engine on MySQL, for `reading()`: with no transaction to end, a question is one round trip."""
    if url.get_backend_name() == "sqlite":
        return {}
    options = engine_options(url)
    options["connect_args"]["init_command"] = "SET SESSION TRANSACTION READ ONLY"
    autocommit = {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True, "pool_reset_on_return": None}
    return {"reading": options | autocommit | {"url": url}}


def engines() -> list[Engine]:
    """All ways to the database, for who must watch or close them."""
    return list(db.engines.values())


@event.listens_for(Engine, "checkin")
def _note_the_time(connection: Any, record: Any) -> None:
    record.info["since"] = time.monotonic()


@event.listens_for(Engine, "checkout")
def _see_that_it_lives(connection: Any, record: Any, _fairy: Any) -> None:
    """SQLAlchemy's own ping costs every request a round trip, also the one that comes a moment after another."""
    if isinstance(connection, sqlite3.Connection) or time.monotonic() - record.info.get("since", 0) < QUIET_FOR:
        return
    try:
        connection.ping(reconnect=False)
    except Exception as error:  # whatever it says, another connection is to be made
        raise DisconnectionError from error


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None  # begin is ours, below
        for pragma in (
            "journal_mode=WAL",
            "foreign_keys=ON",
            "synchronous=NORMAL",
            "temp_store=MEMORY",
            "cache_size=-2000",
        ):
            connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        # A transaction that reads first and writes later is refused when another wrote meanwhile.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


@contextmanager
def reading() -> Iterator[None]:
    """Nothing inside writes, but what opens `writing()` of its own; on MySQL the database sees to it."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


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
    lost = LOST_RACE if isinstance(error, OperationalError) else LOST_ROW if isinstance(error, IntegrityError) else ()
    return len(said) > 0 and said[0] in lost


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
    """See the columns of this row as they are now; what was loaded around it stays. Raises Conflict when it is gone."""
    columns = [attribute.key for attribute in type(row).__mapper__.column_attrs]
    try:
        db.session.refresh(row, columns)
    except InvalidRequestError:  # a customer who was merged into another a moment ago
        raise Conflict("This is no longer there: somebody changed it a moment ago. Load the page again.") from None


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
