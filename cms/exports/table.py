"""What an export is made of: its columns, and the rows behind the ids that a list shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

Columns = tuple[tuple[str, str, Any], ...]


@dataclass(frozen=True)
class Table:
    """One table: `rows` selects its columns behind the id of what a list shows, in the order that its rows keep."""

    name: str
    label: str
    one: str
    many: str
    of: Any
    columns: Columns
    join: Callable[[Select], Select]
    order: tuple[Any, ...] = ()
    read_back: bool = True
    room: str = ""
    """The list that shows it, where there is one."""
    count: Any = None
    """How many rows an id has, where that may be many."""

    def rows(self) -> Select:
        return self.join(select(self.of.id, *(column for _name, _kind, column in self.columns)))

    @property
    def names(self) -> list[str]:
        return [name for name, _kind, _column in self.columns]

    @property
    def kinds(self) -> list[str]:
        return [kind for _name, kind, _column in self.columns]
