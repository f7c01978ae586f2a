"""Answers kept in this process's memory until the next write, for figures that take longer than a page may.

Every write appends to `activity` in its transaction, so what stands at the end of it is a stamp of all that is stored,
by whichever process. Ids are given out before a commit: of two writes at once the one with the lower id may land last.
So the stamp also counts the last entries, which a late one adds to.

An answer that a few writes change little is mended rather than made anew: by the entries since its stamp.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
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
FEW = 100
"""After more entries than this an answer is made anew."""

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


def kept(
    name: str,
    today: date,
    make: Callable[[], T],
    *args: Any,
    mend: Callable[[T, Sequence[Any]], T | None] | None = None,
) -> T:
    """What `make` gives, made anew only after a write, on another day or in another database.

    `args` is what it depends on besides. The answer is shared: leave it as it is. Inside a write nothing is kept.
    `mend` makes the answer of now out of the last one and of what was written since (verb, customer_id), or gives None.
    """
    if is_writing():
        return make()
    key = (str(db.engine.url), name, args)
    stamp = (today, *_stamp())  # before it is made: never newer than the answer
    known = _answers.get(key)
    if known is not None and known[0] == stamp:
        return known[1]
    answer = None
    if mend and known is not None and known[0][0] == today and (since := _since(*known[0][1:])) is not None:
        answer = mend(known[1], since)
    if answer is None:
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


def _since(*stamp: Any) -> Sequence[Any] | None:
    """The entries after this stamp; None where they are many, a late one came before it, or it is of other data.

    What is committed while this is read stands behind the new stamp too, and is looked at again.
    """
    if not stamp:
        return None
    last = stamp[0]
    late = select(func.count()).where(_late.id > last - LAST, _late.id <= last).scalar_subquery()
    query = select(Activity.id, Activity.at, Activity.verb, Activity.thing_id, late, Activity.customer_id)
    rows = db.session.execute(query.where(Activity.id >= last).order_by(Activity.id).limit(FEW + 2)).all()
    if not rows or tuple(rows[0])[:5] != stamp or len(rows) > FEW + 1:
        return None
    return rows[1:]


def left_by(rooms: frozenset[str]) -> Callable[[Any, Sequence[Any]], Any]:
    """A `mend` that gives the answer again after entries of these rooms of the trail alone, which leave it as it is."""
    return lambda answer, since: answer if all(entry.verb.partition(".")[0] in rooms for entry in since) else None


def forget() -> None:
    """Keep nothing of before: the database was filled in another way than by the shop's own writes."""
    _answers.clear()
