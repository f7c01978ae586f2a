"""Keeping the list of reasons for a return. Returns keep the words they were taken down with."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from cms.activity.actions import record
from cms.db import db, lock
from cms.errors import RuleError
from cms.models import ReturnReason
from cms.reasons import queries
from cms.settings.queries import the_shop
from cms.text import fold


def add_reason(name: str, any_time: bool, by: Any) -> None:
    """One more reason, at the end. Raises RuleError when there is one so called."""
    lock(the_shop())
    others = queries.reason_list()
    _check_new(name, others)
    last = max((each.position for each in others), default=0)
    try:
        with db.session.begin_nested():
            db.session.add(ReturnReason(name=name, any_time=any_time, position=last + 1))
    except IntegrityError:  # MariaDB takes more names for the same than `fold` does
        raise _taken(name) from None
    record(by, "settings.reason_added", the_shop(), after={"name": name})


def change_reason(old: str, name: str, any_time: bool, by: Any) -> None:
    """Another name, or bound by the last day or not. Raises RuleError for a name that is taken."""
    lock(the_shop())
    reason = _reason(old)
    before = {"name": reason.name, "any_time": reason.any_time}
    after = {"name": name, "any_time": any_time}
    if before == after:
        return
    _check_new(name, [each for each in queries.reason_list() if each is not reason])
    try:
        with db.session.begin_nested():
            changed = update(ReturnReason).where(ReturnReason.name == old).values(after)
            db.session.execute(changed.execution_options(synchronize_session=False))
    except IntegrityError:
        raise _taken(name) from None
    db.session.expunge(reason)
    record(by, "settings.reason_changed", the_shop(), before=before, after=after)


def move_reason(name: str, up: bool, by: Any) -> None:
    """One place up or down the list; at its end it stays. Raises RuleError when it is gone."""
    lock(the_shop())
    reason, order = _reason(name), queries.reason_list()
    place = order.index(reason)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(order):
        return
    order[place], order[other] = order[other], order[place]
    for position, each in enumerate(order):
        each.position = position
    record(by, "settings.reason_moved", the_shop(), after={"name": name})


def remove_reason(name: str, by: Any) -> None:
    """Take a reason off the list. Raises RuleError while returns name it, and for the last one."""
    lock(the_shop())
    reason = _reason(name)
    if uses := queries.uses_of(name):
        told = "1 return names" if uses == 1 else f"{uses:,} returns name"
        raise RuleError(f"{told} {name}, so it stays on the list")
    if len(queries.reason_list()) == 1:
        raise RuleError("A return needs a reason, so the last one stays")
    db.session.delete(reason)
    record(by, "settings.reason_removed", the_shop(), before={"name": name})


def _reason(name: str) -> ReturnReason:
    for reason in queries.reason_list():
        if reason.name == name:
            return reason
    raise RuleError("That reason is no longer on the list")


def _check_new(name: str, others: list[ReturnReason]) -> None:
    for taken in others:
        if fold(taken.name) == fold(name):
            raise _taken(taken.name)


def _taken(name: str) -> RuleError:
    return RuleError(f"There is already a reason called {name}", "name")
