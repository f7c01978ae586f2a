"""A shop's database for tests: made by the real migrations, emptied in no time, and served by a real gunicorn."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import Connection, Table, event, literal, select, union_all

from cms import Cms, create_app
from cms.config import ROOT, Config, database_url
from cms.db import db, engines, writing
from cms.kept import forget
from tests.mariadb import dying_with_us, free_port

SECRET = "only for tests"
Rows = dict[Table, list[dict[str, Any]]]


class Database:
    """One migrated database and the app on it. `empty` brings back what the migrations left."""

    def __init__(self, url: str, instance: Path):
        self.url, self.instance = url, instance
        self.app = app_on(url, instance)
        with self.app.app_context():
            upgrade()
            with db.engine.connect() as connection:
                self.tables = db.metadata.sorted_tables
                _spread_ids(connection)
                self.seeds = {table: _read(connection, table) for table in self.tables}

    def empty(self) -> None:
        """Every table as the migrations left it."""
        forget()
        with self.app.app_context(), writing(), db.engine.begin() as connection:
            filled = {name for (name,) in connection.execute(_FILLED(tuple(self.tables)))}
            with _foreign_keys_off(connection):
                for table in reversed(self.tables):
                    if table.name in filled:
                        connection.execute(table.delete())
                    _write(connection, table, self.seeds[table])

    def rows(self) -> Rows:
        """All there is, but for what the database works out itself."""
        with self.app.app_context(), db.engine.connect() as connection:
            return {table: _read(connection, table) for table in self.tables}

    def bring(self, rows: Rows) -> None:
        """Put rows back beside what is there; what the migrations filled becomes what these say."""
        with self.app.app_context(), writing(), db.engine.begin() as connection, _foreign_keys_off(connection):
            for table, found in rows.items():
                if self.seeds[table]:
                    connection.execute(table.delete())
                _write(connection, table, found)

    def close(self) -> None:
        with self.app.app_context():
            for engine in engines():
                engine.dispose()


def _spread_ids(connection: Connection) -> None:
    """No two tables number alike, so that no test passes because it took one's id for another's. SQLite begins anew."""
    if connection.dialect.name != "sqlite":
        for n, table in enumerate(db.metadata.sorted_tables, 1):
            if table.autoincrement_column is not None:
                connection.exec_driver_sql(f"ALTER TABLE {table.name} AUTO_INCREMENT = {n * 2000}")


def _read(connection: Connection, table: Table) -> list[dict[str, Any]]:
    """All rows as the driver gives them, but for what the database works out itself."""
    names = ", ".join(f"`{column.name}`" for column in table.c if column.computed is None)
    return [row._asdict() for row in connection.exec_driver_sql(f"SELECT {names} FROM {table.name}")]


def _write(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Past SQLAlchemy, which would take most of the time to put them into words."""
    if rows:
        names, hole = ", ".join(f"`{name}`" for name in rows[0]), "?" if connection.dialect.name == "sqlite" else "%s"
        holes = ", ".join([hole] * len(rows[0]))
        insert = f"INSERT INTO {table.name} ({names}) VALUES ({holes})"
        connection.exec_driver_sql(insert, [tuple(row.values()) for row in rows])


@cache
def _FILLED(tables: tuple[Any, ...]) -> Any:
    return union_all(*(select(literal(t.name)).where(select(t).exists()) for t in tables))


@contextmanager
def _foreign_keys_off(connection: Connection) -> Iterator[None]:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")  # until this transaction ends
        yield
    else:
        connection.exec_driver_sql("SET FOREIGN_KEY_CHECKS=0")
        yield
        connection.exec_driver_sql("SET FOREIGN_KEY_CHECKS=1")


def app_on(url: str, instance: Path) -> Cms:
    return create_app(Config(database_url=database_url(url), secret_key=SECRET, instance=instance))


@cache
def app_without_data() -> Cms:
    """To ask which addresses there are, before any database is."""
    return app_on("sqlite:///:memory:", ROOT / "instance")


class Queries(list[str]):
    """The statements sent to the database."""


@contextmanager
def count_queries() -> Iterator[Queries]:
    """Collects what is sent inside: `with count_queries() as queries: ...; len(queries)`."""
    queries = Queries()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.split(None, 1)[0].upper() in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"):
            queries.append(statement)

    with before_queries(note):
        yield queries


@contextmanager
def before_queries(do: Callable[..., None]) -> Iterator[None]:
    """Does this before each statement that is sent inside, on whichever way to the database."""
    ways = engines()
    for engine in ways:
        event.listen(engine, "before_cursor_execute", do)
    try:
        yield
    finally:
        for engine in ways:
            event.remove(engine, "before_cursor_execute", do)


@dataclass
class Server:
    """The shop as people meet it: gunicorn with the settings of deploy/, on a database of its own."""

    database: Database
    url: str
    process: subprocess.Popen[bytes]
    log: Path

    @classmethod
    def start(cls, database: Database) -> Server:
        """Raises RuntimeError with gunicorn's own words when it does not answer."""
        port, log = free_port(), database.instance / "gunicorn.log"
        environ = os.environ | {
            "DATABASE_URL": database.url,
            "INSTANCE_DIR": str(database.instance),
            "SECRET_KEY": SECRET,
            "PORT": str(port),
            "WEB_CONCURRENCY": "2",
        }
        gunicorn = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "wsgi:app"]
        with log.open("wb") as out:
            process = subprocess.Popen([*dying_with_us(), *gunicorn], cwd=ROOT, env=environ, stdout=out, stderr=out)
        server = cls(database, f"http://127.0.0.1:{port}", process, log)
        server._await()
        return server

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)

    def _await(self) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                urllib.request.urlopen(f"{self.url}/static/app.css", timeout=5).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(self.log.read_text()[-3000:]) from None
                time.sleep(0.05)
