"""A dump of the original's database, read as text: what mysqldump, mariadb-dump, phpMyAdmin and HeidiSQL write."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from cms.original.pieces import pieces_of
from cms.original.rules import TABLES, TIMESTAMPS
from cms.original.sql import BadDump, Reader
from cms.original.tokens import CHARSETS

Row = tuple[str, tuple[str, ...], list[str | None]]

VERBS = {
    "ALTER", "ANALYZE", "BEGIN", "CALL", "CHANGE", "COMMIT", "CREATE", "DELETE", "DELIMITER", "DROP", "FLUSH", "GRANT",
    "INSERT", "LOCK", "OPTIMIZE", "RENAME", "REPLACE", "ROLLBACK", "SELECT", "SET", "START", "TRUNCATE", "UNLOCK",
    "UPDATE", "USE",
}  # fmt: skip
NOT_COLUMNS = {"PRIMARY", "KEY", "UNIQUE", "INDEX", "CONSTRAINT", "FULLTEXT", "SPATIAL", "CHECK", "FOREIGN", "PERIOD"}
_NAMES = re.compile(r"\bNAMES\s+['\"]?(\w+)", re.IGNORECASE)
_ZONE = re.compile(r"\btime_zone\s*=\s*['\"]([+-]\d\d:\d\d)['\"]", re.IGNORECASE)
_SAVED = re.compile(r"@OLD_(\w+)\s*=\s*@@", re.IGNORECASE)
_RESTORED = re.compile(r"=\s*(?:IFNULL\(\s*)?@OLD_(\w+)", re.IGNORECASE)
_NO_BACKSLASH = re.compile(r"NO_BACKSLASH_ESCAPES", re.IGNORECASE)


class Dump:
    """The rows of the original's tables in a file; whatever else is in it is gone past."""

    def __init__(self, path: Path):
        self.path, self.name = path, path.name
        self.columns: dict[str, tuple[str, ...]] = {}
        """Of each of the original's tables that was met."""
        self.notices: list[str] = []
        self._others: set[str] = set()
        self._types: dict[str, dict[str, str]] = {}
        self._home: dict[str, str] = {}
        self._filled: set[str] = set()
        self._database = ""
        self._zone = ""
        self._kept: set[str] = set()
        self._sql = Reader(iter(()), self.name)

    @property
    def label(self) -> str:
        return self.name

    def rows(self) -> Iterator[Row]:
        """Every row of the original's tables. Raises BadDump."""
        try:
            self._sql = Reader(pieces_of(self.path), self.name)
            yield from self._statements()
        except (gzip.BadGzipFile, EOFError, zlib.error):
            raise BadDump(f"{self.name} is not a whole gzip file") from None
        except UnicodeDecodeError:
            raise BadDump(f"{self.name} begins as UTF-16 and is none further on") from None
        except OSError as error:
            raise BadDump(f"{self.name} cannot be read: {error.strerror}") from None
        if self._sql.undecoded:
            self.notices.append(
                f"{self._sql.undecoded:,} texts of {self.name} are not UTF-8; they were read as Western (cp1252)"
            )

    def lacking(self) -> str:
        """A whole sentence when this is no dump of the original at all."""
        if self.columns:
            return ""
        others = ", ".join(sorted(self._others)[:5])
        there = f"it has {others}{' ...' if len(self._others) > 5 else ''}" if others else "it has no table at all"
        return f"{self.name} has none of the original application's tables ({', '.join(TABLES)}); {there}"

    def _statements(self) -> Iterator[Row]:
        sql = self._sql
        while True:
            sql.gap()
            if not sql.peek():
                break
            if sql.follows(";"):
                continue
            verb = sql.word()
            if verb in ("INSERT", "REPLACE"):
                yield from self._insert()
            elif verb == "CREATE":
                self._create()
            elif verb == "SET":
                self._set(sql.statement())
            elif verb == "USE":
                self._database = sql.name_here()
                sql.skip()
            elif verb == "DELIMITER":
                self._routine()
            elif verb in ("UPDATE", "DELETE", "TRUNCATE"):
                self._change()
            elif verb in VERBS:
                sql.skip()
            elif verb and not sql.peek() and any(known.startswith(verb) for known in VERBS):
                raise sql.cut()
            else:
                raise BadDump(f"{self.name} line {sql.line:,} is not SQL as MySQL and MariaDB dump it")
        unended = {"dump"} & sql.remarks and "completed" not in sql.remarks
        if unended or self._kept:
            raise sql.cut()

    def _insert(self) -> Iterator[Row]:
        sql = self._sql
        table = self._table_named(("LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE", "INTO"))
        if table is None:
            sql.skip()
            return
        columns = self._listed(table) if sql.follows("(") else self.columns.get(table)
        if sql.word() not in ("VALUES", "VALUE"):
            raise sql.bad(f"the rows of {table} are not written as VALUES")
        if columns is None:
            raise sql.bad(f"the columns of {table} are not named, and there is no CREATE TABLE for it before")
        self.columns.setdefault(table, columns)
        self._filled.add(table)
        stamped = [(n, self._zone) for n, name in enumerate(columns) if self._zone and self._is_stamp(table, name)]
        while True:
            sql.expect("(")
            row = sql.row()
            if len(row) != len(columns):
                raise sql.bad(f"a row of {table} has {len(row)} values where there are {len(columns)} columns")
            for n, zone in stamped:
                if len(row[n] or "") > len("2026-01-01"):  # a day has no zone
                    row[n] = f"{row[n]}{zone}"
            yield table, columns, row
            if not sql.follows(","):
                break
        if not sql.follows(";"):
            sql.skip()  # ON DUPLICATE KEY UPDATE ...

    def _change(self) -> None:
        """Go past what empties a table before its rows come; a script that changes them afterwards is no dump."""
        table = self._table_named(("LOW_PRIORITY", "QUICK", "IGNORE", "FROM", "TABLE"))
        if table in self._filled:
            raise self._sql.bad(f"rows of {table} are changed after they came, so this is a script and not a dump")
        self._sql.skip()

    def _table_named(self, before: tuple[str, ...]) -> str | None:
        """The table of the original that is meant, None for another; words that may stand before it are passed."""
        sql = self._sql
        name = sql.name_here()
        while name.upper() in before:
            name = sql.name_here()
        database = self._database
        if sql.follows("."):
            database, name = name, sql.name_here()
        if name in TABLES:
            home = self._home.get(name) or database
            if database and home != database:
                raise BadDump(f"{self.name} has {name} in several databases; ask for a dump of only one of them")
            self._home[name] = home
            return name
        self._others.add(name)
        return None

    def _listed(self, table: str) -> tuple[str, ...]:
        names = [self._sql.name_here()]
        while self._sql.follows(","):
            names.append(self._sql.name_here())
        self._sql.expect(")")
        return tuple(names)

    def _is_stamp(self, table: str, column: str) -> bool:
        """Whether the dump has this time in the zone it set, as it has timestamps."""
        if table not in self._types:
            return (table, column) in TIMESTAMPS
        return self._types[table].get(column) == "TIMESTAMP"

    def _create(self) -> None:
        sql = self._sql
        what = sql.word()
        while what in ("OR", "REPLACE", "TEMPORARY"):
            what = sql.word()
        if what != "TABLE":
            sql.skip()
            return
        table = self._table_named(("IF", "NOT", "EXISTS"))
        if table is None or not sql.follows("("):
            sql.skip()
            return
        if table in self._types:
            raise BadDump(f"{self.name} has the table {table} twice; ask for a dump of only one database")
        types: dict[str, str] = {}
        while True:
            sql.gap()
            quoted = sql.peek() in ("`", '"')
            name = sql.name_here()
            if quoted or name.upper() not in NOT_COLUMNS:
                types[name] = sql.word()
            if self._definition_ends():
                break
        self.columns[table], self._types[table] = tuple(types), types
        sql.skip()

    def _definition_ends(self) -> bool:
        """Go to the end of one column or key; True behind the last."""
        sql, depth = self._sql, 0
        while True:
            sql.gap()
            mark = sql.peek()
            if mark in ("'", '"', "`"):
                sql._string(mark) if mark != "`" else sql.name_here()
                continue
            if not mark or mark == ";":
                raise sql.bad("a CREATE TABLE ends in the middle")
            sql.at += 1
            if depth == 0 and mark in ",)":
                return mark == ")"
            depth += (mark == "(") - (mark == ")")

    def _set(self, statement: str) -> None:
        if found := _NAMES.search(statement):
            charset = CHARSETS.get(found[1].lower())
            if charset is None:
                raise BadDump(f"{self.name} is written in {found[1][:20]}; ask for a dump in utf8mb4")
            self._sql.charset = charset
        if found := _ZONE.search(statement):
            self._zone = found[1]
        if _NO_BACKSLASH.search(statement):
            raise BadDump(f"{self.name} was written with NO_BACKSLASH_ESCAPES; ask for a dump without it")
        self._kept |= {name.upper() for name in _SAVED.findall(statement)}
        self._kept -= {name.upper() for name in _RESTORED.findall(statement)}

    def _routine(self) -> None:
        """Go past triggers and procedures, which stand between two changes of the delimiter."""
        self._sql.gap()
        start = self._sql.peek(2)
        if start[:1] != ";" or start == ";;":
            self._sql.past(re.compile(r"^DELIMITER[ \t]+;(?!;)", re.IGNORECASE | re.MULTILINE))
        else:
            self._sql.at += 1
