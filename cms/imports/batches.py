"""Many rows into a table at once, and many looked up at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Row, Table, func, insert, select, text, update

from cms.db import db
from cms.errors import RuleError
from cms.models import Customer, Merge

SPARE = 100
MOST_IN = 1000
"""Values in one IN list."""


class Batch:
    """Rows for one table with ids of our own choosing, so that others can refer to them before they are written.

    `dry`: they are counted, and not written. `most`: so many may come while others add rows of their own; 0: none do.
    """

    def __init__(self, model: Any, size: int = 5000, dry: bool = False, most: int = 0):
        self.table: Table = model.__table__
        self.size, self.dry = size, dry
        self.rows: list[dict[str, Any]] = []
        self.first_id = (
            set_aside(self.table, most) if most and db.engine.dialect.name != "sqlite" else self._next_free()
        )
        self.next_id = self.first_id

    def _next_free(self) -> int:
        return int(db.session.scalar(select(func.coalesce(func.max(self.table.c.id), 0))) or 0) + 1

    def new_id(self) -> int:
        """The id that the next row is to have."""
        self.next_id += 1
        return self.next_id - 1

    def add(self, row: dict[str, Any]) -> None:
        """Take a row in; every row must name the same columns, `id` too."""
        self.rows.append(row)

    @property
    def full(self) -> bool:
        return len(self.rows) >= self.size

    def write(self) -> None:
        """Write what was taken in."""
        if self.rows and not self.dry:
            write_rows(self.table, self.rows)
        self.rows = []

    @property
    def span(self) -> tuple[int, int] | None:
        """The first and the last id given out, None while there is none."""
        return (self.first_id, self.next_id - 1) if self.next_id > self.first_id else None


_COUNTER = text(
    "SELECT auto_increment FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = :name"
)


def set_aside(table: Table, most: int) -> int:
    """The first of so many ids that nobody else gets from now on. SQLite needs none: there nobody writes meanwhile.

    A row at their end is put in and taken back at once, in a transaction of its own: the counter of MariaDB stays
    behind it. A row that breaks every rule will do.
    """
    with db.engine.connect() as connection:
        connection.detach()  # closed at the end, with what is set here
        for name in ("sql_mode = ''", "foreign_key_checks = 0", "check_constraint_checks = 0"):
            connection.exec_driver_sql(f"SET SESSION {name}")
        # Who takes a number between these questions and the next statement takes one of the spare ones.
        empty = connection.scalar(select(table.c.id).limit(1)) is None
        first = 1 if empty else int(connection.scalar(_COUNTER, {"name": table.name})) + SPARE
        connection.execute(insert(table).values(id=first + most))
        connection.rollback()
    return first


def write_rows(table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows that all name the same columns."""
    if rows:
        db.session.execute(insert(table), rows)


class Lookup:
    """Rows by a unique text column: those asked for are fetched together and remembered."""

    def __init__(self, key: Any, *columns: Any):
        self.key, self.columns = key, columns
        self.found: dict[str, Any] = {}
        self.held: set[int] = set()

    def fetch(self, keys: Iterable[str]) -> None:
        """Get to know these, as far as they exist and are not known yet."""
        for some in in_parts({key for key in keys if key not in self.found}):
            for row in db.session.execute(select(self.key, *self.columns).where(self.key.in_(some))):
                self.found[row[0]] = row

    def hold(self, model: Any, keys: Iterable[str]) -> None:
        """Lock those of these that are not held yet, and see them as they are now. `id` is the first column asked for.

        On SQLite nobody else writes.
        """
        ids = {row[1] for key in keys if (row := self.found.get(key))} - self.held
        if not ids or db.engine.dialect.name == "sqlite":
            return
        for some in in_parts(ids):
            held = update(model).where(model.id.in_(some)).values(id=model.id)
            db.session.execute(held.execution_options(synchronize_session=False))
        self.held |= ids
        again = [key for key, row in self.found.items() if row[1] in ids]
        for key in again:
            del self.found[key]
        self.fetch(again)

    def get(self, key: str) -> Row[Any] | None:
        return self.found.get(key)


def named(lookup: Lookup, key: str, thing: str, column: str) -> Any:
    """The row of this number. Raises RuleError when there is none."""
    if not key:
        raise RuleError(f"{column} is needed", column)
    if (found := lookup.get(key)) is None:
        raise RuleError(f"There is no {thing} {key[:64]}", column)
    return found


class CustomerLookup(Lookup):
    """Customers by their number; one that was merged into another leads there."""

    def __init__(self) -> None:
        super().__init__(Customer.ref, Customer.id)

    def fetch(self, keys: Iterable[str]) -> None:
        wanted = set(keys)
        super().fetch(wanted)
        for row in _merges(wanted - self.found.keys()):
            self.found[row[0]] = row


def merged_into(refs: set[str]) -> dict[str, int]:
    """Whom the numbers of merged customers lead to, by id."""
    return {row.old_ref: row.id for row in _merges(refs - {""})}


def _merges(refs: set[str]) -> Iterator[Any]:
    for some in in_parts(refs):
        yield from db.session.execute(select(Merge.old_ref, Merge.kept_id.label("id")).where(Merge.old_ref.in_(some)))


def in_parts(values: Collection[Any]) -> Iterator[list[Any]]:
    """The values sorted, MOST_IN at a time."""
    waiting = iter(sorted(values))
    while part := list(islice(waiting, MOST_IN)):
        yield part
