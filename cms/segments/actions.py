"""The segments of the shop's customers, changed one after the other: each change holds the row of settings."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from cms.activity.actions import record
from cms.db import db, lock
from cms.errors import RuleError
from cms.models import Segment
from cms.segments import queries
from cms.settings.queries import the_shop
from cms.text import fold

FIXED = "Individual"
"""New customers get this segment, and only its customers are asked for a gender."""


def add_segment(name: str, by: Any) -> None:
    """One more segment, at the end. Raises RuleError when there is one so called."""
    lock(the_shop())
    _check_new(name, besides=None)
    _store(Segment(name=name, position=1 + max((each.position for each in queries.segment_list()), default=0)))
    record(by, "settings.segment_added", the_shop(), after={"segment": name})


def rename_segment(old: str, new: str, by: Any) -> None:
    """Call a segment otherwise; its customers follow. Raises RuleError for the fixed one or a name that is taken."""
    lock(the_shop())
    segment = _segment(old)
    if old == new:
        return
    if old == FIXED:
        raise RuleError(f"{FIXED} keeps its name: new customers begin in it, and only there a gender is asked for")
    _check_new(new, besides=old)
    try:
        with db.session.begin_nested():
            db.session.execute(
                update(Segment).where(Segment.name == old).values(name=new).execution_options(synchronize_session=False)
            )
    except IntegrityError:
        raise _taken(new) from None
    db.session.expunge(segment)
    record(by, "settings.segment_renamed", the_shop(), before={"segment": old}, after={"segment": new})


def move_segment(name: str, up: bool, by: Any) -> None:
    """One place up or down the list; at its end it stays. Raises RuleError when it is gone."""
    lock(the_shop())
    segment, order = _segment(name), queries.segment_list()
    place = order.index(segment)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(order):
        return
    order[place], order[other] = order[other], order[place]
    for position, each in enumerate(order):
        each.position = position
    record(by, "settings.segment_moved", the_shop(), after={"segment": name})


def remove_segment(name: str, by: Any) -> None:
    """Take a segment off the list. Raises RuleError, saying how many, while customers are in it."""
    lock(the_shop())
    segment = _segment(name)
    if name == FIXED:
        raise RuleError(f"{FIXED} stays: new customers begin in it")
    if count := queries.customers_in(name):
        who = "1 customer is" if count == 1 else f"{count:,} customers are"
        raise RuleError(f"{who} in {name}: put them into another segment first, archived ones too")
    try:
        with db.session.begin_nested():
            db.session.delete(segment)
    except IntegrityError:
        raise RuleError(f"Someone has just been put into {name}; it cannot go yet") from None
    record(by, "settings.segment_removed", the_shop(), before={"segment": name})


def _segment(name: str) -> Segment:
    for segment in queries.segment_list():
        if segment.name == name:
            return segment
    raise RuleError("That segment is no longer on the list")


def _check_new(name: str, besides: str | None) -> None:
    for taken in queries.segment_list():
        if taken.name != besides and fold(taken.name) == fold(name):
            raise _taken(taken.name)


def _taken(name: str) -> RuleError:
    return RuleError(f"There is already a segment called {name}", "name")


def _store(segment: Segment) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(segment)
    except IntegrityError:  # MariaDB takes more names for the same than `fold` does
        raise _taken(segment.name) from None
