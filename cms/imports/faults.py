"""All that is wrong with a row, and not just the first of it: whoever puts a file right does it once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from cms.errors import RuleError

T = TypeVar("T")


class BadRow(RuleError):
    """Several rules say no to one row."""

    def __init__(self, errors: list[RuleError]):
        super().__init__("; ".join(error.message for error in errors), errors[0].field)
        self.errors = errors


class Faults:
    """Reads the cells of a row one by one: `tell = Faults()`, `name = tell(needed, text, 120, "name")`, `tell.end()`.

    What a wrong cell gives is None, and must not be used before the end.
    """

    __slots__ = ("errors",)

    def __init__(self) -> None:
        self.errors: list[RuleError] = []

    def __call__(self, read: Callable[..., T], *args: Any, **how: Any) -> T:
        try:
            return read(*args, **how)
        except RuleError as error:
            self.errors += all_of(error)
            return None  # type: ignore[return-value]

    def end(self) -> None:
        """Raises RuleError when a cell was wrong."""
        if self.errors:
            raise BadRow(self.errors) if len(self.errors) > 1 else self.errors[0]


def all_of(error: RuleError, look: Callable[[Any], None] | None = None, row: Any = None) -> list[RuleError]:
    """The rules that were broken, one by one. `look` raises those that may not have been looked at yet."""
    found = list(error.errors) if isinstance(error, BadRow) else [error]
    if look:
        try:
            look(row)
        except RuleError as more:
            said = {one.field for one in found}
            found += [one for one in all_of(more) if one.field not in said]
    return found
