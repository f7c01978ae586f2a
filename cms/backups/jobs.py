"""The worker's part: a backup that an owner asked for, or the one of the day."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from cms import clock
from cms.backups import actions, archive, kept, making, queries
from cms.backups.rules import due_key, file_name, show_size
from cms.dates import to_local
from cms.errors import RuleError
from cms.jobs.runner import Step, Work
from cms.settings.queries import the_shop


def make(by_id: int | None = None, **_more: Any) -> Work:
    """Make one, and only when it is there and whole let the oldest daily ones go. Nobody asked: it is the day's."""
    daily = by_id is None
    try:
        made = yield from _made(daily)
    except RuleError as error:
        if daily:
            problem = error.message
            yield Step(0, 0, lambda: actions.note_daily(problem))
        raise
    yield Step(1, 1, lambda: _note(by_id, made))
    for path in kept.too_many(queries.the_plan().keep) if daily else ():
        path.unlink(missing_ok=True)
    return f"Backup ready: {show_size(made.size)}"


def _made(daily: bool) -> Generator[Step, Any, making.Made]:
    path = kept.folder() / file_name(clock.now(), daily)
    steps = making.make(path, "daily" if daily else "asked")
    try:
        while True:
            try:
                done, total = next(steps)
            except StopIteration as end:
                return end.value
            yield Step(done, total)
    finally:
        steps.close()


def _note(by_id: int | None, made: making.Made) -> None:
    if by_id is None:
        actions.note_daily()
    actions.record_made(queries.user(by_id) if by_id else None, made)


def due() -> str | None:
    """The key of today's backup, if there should be one by now. What a killed one left behind goes meanwhile."""
    archive.sweep(kept.folder())
    plan = queries.the_plan()
    return due_key(plan.daily, plan.hour, to_local(clock.now(), the_shop().zone))
