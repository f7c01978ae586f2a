"""The original's database as it runs: read in one transaction that may not write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pymysql
from pymysql.cursors import SSCursor
from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from cms.db import engine_options
from cms.errors import RuleError
from cms.original.rules import NOT_READ, TABLES

SOME = 2000
HOW = "Write the address like mysql+pymysql://user:password@host/database, or name a dump file"
WHY = {
    1044: "The user {user} has no right to read the database {database}",
    1045: "The database server does not let {user} in: the user or the password is wrong",
    1049: "There is no database {database} on {host}",
    1142: "The user {user} has no right to read a table of the original",
    1143: "The user {user} has no right to read a column of the original",
    2003: "No database server answers at {host}",
    2005: "There is no host {host}",
    2006: "The database server ended the connection",
    2013: "The database server ended the connection",
    2026: "{host} does not offer a secure connection; use an SSH tunnel, or a dump file",
}


def address_of(text: str) -> URL:
    """The address of a MySQL or MariaDB database. Raises RuleError, which never repeats the password."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise RuleError(HOW) from None
    if url.get_backend_name() not in ("mysql", "mariadb"):
        raise RuleError(f"The original application ran on MySQL or MariaDB. {HOW}")
    if not url.database:
        raise RuleError(f"The address names no database. {HOW}")
    return url


class Live:
    """The rows of the original's tables in a running database."""

    def __init__(self, url: URL):
        self.url = url
        self.columns: dict[str, tuple[str, ...]] = {}
        self.notices: list[str] = []

    @property
    def label(self) -> str:
        """What it is called in the report: without user and password."""
        return f"the database {self.url.database}"

    def rows(self) -> Iterator[tuple[str, tuple[str, ...], list[str | None]]]:
        """Every row of the original's tables, as text the way the database writes it. Raises RuleError."""
        try:
            connection = self._connect()
            try:
                yield from self._all(connection)
            finally:
                connection.close()
        except pymysql.MySQLError as error:
            raise self._told(error) from None
        except (UnicodeError, RuntimeError):  # a host that can be none, a way to sign in that needs more than we have
            raise RuleError(f"The database at {self.url.host} cannot be reached this way; use a dump file") from None

    def lacking(self) -> str:
        """A whole sentence when this is no database of the original at all."""
        if self.columns:
            return ""
        user = self.url.username or "this user"
        tables = ", ".join(TABLES)
        return f"{self.label} has none of the original application's tables ({tables}), or {user} may not read them"

    def _connect(self) -> pymysql.Connection:
        connect: dict[str, Any] = engine_options(self.url)["connect_args"]
        return pymysql.connect(
            host=self.url.host or "localhost",
            port=self.url.port or 3306,
            user=self.url.username,
            password=self.url.password or "",
            database=self.url.database,
            charset="utf8mb4",
            cursorclass=SSCursor,
            unix_socket=self.url.query.get("unix_socket"),
            **connect,
        )

    def _all(self, connection: pymysql.Connection) -> Iterator[tuple[str, tuple[str, ...], list[str | None]]]:
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
            cursor.execute("SET time_zone = '+00:00'")  # a timestamp then comes as UTC
            cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
            found = self._tables(cursor)
            for table in TABLES:
                if table not in found:
                    continue
                name, columns = found[table]
                self.columns[table] = tuple(column.casefold() for column, _kind in columns)
                read = [(column, kind) for column, kind in columns if column.casefold() not in NOT_READ.get(table, ())]
                yield from self._rows(cursor, table, name, read)

    def _tables(self, cursor: Any) -> dict[str, tuple[str, list[tuple[str, str]]]]:
        """The name of each of the original's tables as it is written there, with its columns and their types."""
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position"
        )
        found: dict[str, tuple[str, list[tuple[str, str]]]] = {}
        for name, column, kind in cursor.fetchall():
            if name.casefold() in TABLES:
                there = found.setdefault(name.casefold(), (name, []))
                if there[0] == name:
                    there[1].append((column, kind))
        return found

    def _rows(self, cursor: Any, table: str, name: str, columns: list[tuple[str, str]]) -> Iterator[Any]:
        texts = ", ".join(f"CAST({_quoted(column)} AS CHAR)" for column, _kind in columns)
        names = tuple(column.casefold() for column, _kind in columns)
        stamps = [n for n, (_column, kind) in enumerate(columns) if kind == "timestamp"]
        cursor.execute(f"SELECT {texts} FROM {_quoted(name)}")  # noqa: S608 - names from the database, quoted
        while some := cursor.fetchmany(SOME):
            for found in some:
                row = [value.decode("utf-8", "replace") if isinstance(value, bytes) else value for value in found]
                for n in stamps:
                    row[n] = row[n] and f"{row[n]}Z"
                yield table, names, row

    def _told(self, error: pymysql.MySQLError) -> RuleError:
        """The reason in one sentence, without what the server says: that may repeat what was sent."""
        number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        why = WHY.get(number, "The database at {host} could not be read (error {number})")
        told = {"user": self.url.username or "nobody", "host": self.url.host or "localhost", "number": number}
        return RuleError(why.format(database=self.url.database, **told))


def _quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"
