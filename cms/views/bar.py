"""What stands above every list: its saved views, the form that saves one, and what was left out of the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from cms.models import SavedView
from cms.views import queries, rules


@dataclass(frozen=True)
class Bar:
    """Of one list: `args` is what its filter says now, `here` the saved view that says the same."""

    room: str
    args: dict[str, str]
    saved: Sequence[SavedView]
    here: SavedView | None
    left_out: list[str]
    backwards: bool

    @property
    def can_save(self) -> bool:
        """Whether it shows something that is not the whole list, nor saved already."""
        return bool(self.args) and self.here is None

    @property
    def query(self) -> str:
        return urlencode(self.args)


def bar_of(room: str, wanted: Any, asked: Mapping[str, str], me: Any) -> Bar:
    """`wanted`: the list's filter as it was understood; `asked`: the address as it was typed. `me` says which lists
    have views, so that without any nothing is asked."""
    pairs = [(name, value) for name, values in _lists(asked) for value in values]
    args, saved = wanted.as_args(), queries.views_of(me.id, room) if room in me.view_rooms else ()
    return Bar(
        room,
        args,
        saved,
        next((view for view in saved if view.args == args), None),
        rules.left_out(pairs, vars(wanted), vars(type(wanted)())),
        rules.is_backwards(args),
    )


def _lists(asked: Any) -> Any:
    return asked.lists() if hasattr(asked, "lists") else ((name, [value]) for name, value in asked.items())
