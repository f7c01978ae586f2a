"""Names of saved views, and what an address asks for that its list does not know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cms.errors import RuleError

MOST = 20
"""Views of one list that one person may keep."""
LONGEST_NAME = 40
CURSORS = ("after", "before")
MOST_SAID = 4


def left_out(asked: Iterable[tuple[str, str]], wanted: Mapping[str, str], usual: Mapping[str, str]) -> list[str]:
    """What was asked for and does not narrow the list, as `name “value”`: unknown, no such value, or said twice.

    >>> left_out([("status", "Lost"), ("page", "2"), ("q", "")], {"status": "", "q": ""}, {"status": "", "q": ""})
    ['status “Lost”', 'page “2”']
    """
    taken: dict[str, str] = {}
    out: list[str] = []
    for name, text in asked:
        value = text.strip()
        if not value or name in CURSORS:
            continue
        known = name in wanted and (wanted[name] != usual[name] or value == usual[name])
        if not known or taken.setdefault(name, value) != value:
            out.append(f"{_short(name)} “{_short(value)}”")
    return out[:MOST_SAID]


def known_only(wanted: Any, **found: Any) -> Any:
    """The filter without what it asks for in vain. `found`: what each of these fields leads to, nothing for what the
    shop does not have; a list narrowed by that would be empty without saying why.
    """
    gone = {name: "" for name, there in found.items() if getattr(wanted, name) and not there}
    return replace(wanted, **gone) if gone else wanted


def is_backwards(wanted: Mapping[str, str]) -> bool:
    """Whether the first day that is asked for comes after the last."""
    since, until = wanted.get("since"), wanted.get("until")
    return bool(since and until and since > until)


def check_new(name_key: str, args: Mapping[str, Any], others: Sequence[Any]) -> None:
    """Raises RuleError unless there is something to save under a name that is free, and room for it."""
    if not args:
        raise RuleError("Choose a filter first: this is the whole list, as it always is", "name")
    check_name(name_key, others)
    if len(others) >= MOST:
        raise RuleError(f"You have {MOST} views of this list. Delete one first", "name")


def check_name(name_key: str, others: Sequence[Any]) -> None:
    """Raises RuleError when another view of the list is called so."""
    if any(view.name_key == name_key for view in others):
        raise RuleError("You have a view of this name here; choose another", "name")


def _short(text: str) -> str:
    return text if len(text) <= 30 else f"{text[:29]}…"
