"""What stands beside the list of complaints: how many wait, and who may look after one, in one round trip."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam

from cms.complaints.queries import Unsolved, assignee_rows, name_of, unsolved
from cms.complaints.rules import soon
from cms.together import Together


@cache
def _asked() -> Together:
    times: dict[str, Any] = {name: bindparam(name) for name in soon(datetime.min)}
    return Together(unsolved=unsolved(bindparam("me"), **times), users=assignee_rows())


def beside(me: int, now: datetime) -> tuple[Unsolved, dict[int, str]]:
    """What is to be answered, and the names of those who may look after a complaint, by id."""
    found = _asked().ask(me=me, **soon(now))
    return Unsolved(*found["unsolved"][0]), dict(found["users"])


def who_looks_after(assignee: str, users: Mapping[int, str]) -> str:
    """Whose complaints are asked for, by name, also of who left the shop; blank for everybody's, or nobody's id."""
    if assignee in ("", "none"):
        return "nobody yet" if assignee else ""
    return users.get(int(assignee)) or name_of(int(assignee))
