"""Answers kept in this process's memory until the next write, for figures that take longer than a page may.

Every write appends to `activity` in its transaction, so what stands at the end of it is a stamp of all that is stored,
by whichever process. Ids are given out before a commit: of two writes at once the one with the lower id may land last.
So the stamp also counts the last entries, which a late one adds to.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from flask import g, has_request_context
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from cms.db import db, is_writing
from cms.models import Activity

T = TypeVar("T")

MOST = 64
"""So many answers are kept, the ones asked for longest ago are dropped first."""
LAST = 500
"""Entries that are counted: more than are ever written at once beside an open transaction."""

_last, _late = aliased(Activity), aliased(Activity)
_newest = select(func.max(_last.id)).scalar_subquery()
_STAMP = select(
    Activity.id,
    Activity.at,
    Activity.verb,
    Activity.thing_id,
    select(func.count()).where(_late.id > _newest - LAST).scalar_subquery(),
).where(Activity.id == _newest)

_answers: OrderedDict[tuple, tuple[Any, Any]] = OrderedDict()


def kept(name: str, today: date, make: Callable[[], T], *args: Any) -> T:
    """What `make` gives, made anew only after a write, on another day or in another database.

    `args` is what it depends on besides. The answer is shared: leave it as it is. Inside a write nothing is kept.
    """
    if is_writing():
        return make()
    key = (str(db.engine.url), name, args)
    stamp = (today, *_stamp())  # before it is made: never newer than the answer
    known = _answers.get(key)
    if known is not None and known[0] == stamp:
        return known[1]
    answer = make()
    _answers.pop(key, None)
    _answers[key] = (stamp, answer)
    while len(_answers) > MOST:
        _answers.popitem(last=False)
    return answer


def _stamp() -> tuple[Any, ...]:
    """What stands at the end of the activity; one page looks once."""
    if not has_request_context():
        return tuple(db.session.execute(_STAMP).first() or ())
    if "stamp" not in g:
        g.stamp = tuple(db.session.execute(_STAMP).first() or ())
    return g.stamp


def forget() -> None:
    """Keep nothing of before: the database was filled in another way than by the shop's own writes."""
    _answers.clear()
