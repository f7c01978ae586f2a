"""The worker: takes one job after the other, and commits at each step that a job reports.

A job is a generator in `cms/<room>/jobs.py`, called with the job's `args` as keywords. It reads and reckons as long as
it likes, and yields a Step for whatever is to be stored: only that holds the write lock, is committed with the
progress, and gives its result back to the generator. A worker that dies is followed by another that begins the job
anew, so a job looks first at what is done already. It may return a sentence for who asked for it; a RuleError says in
words why it cannot be done.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from sqlalchemy.exc import DBAPIError

from cms.db import db, disk_full, lost_race, writing
from cms.errors import RuleError
from cms.jobs import actions, beats
from cms.models import Job

log = logging.getLogger("cms.jobs")

KINDS: Mapping[str, str] = {
    "backups.make": "cms.backups.jobs:make",
    "clv.fit": "cms.clv.jobs:fit",
    "imports.check": "cms.imports.jobs:check",
    "imports.land": "cms.imports.jobs:land",
    "imports.revert": "cms.imports.jobs:revert",
    "invoices.pdf": "cms.invoices.jobs:render",
    "notifications.send": "cms.notifications.jobs:send",
}
"""Each kind of job, and where its work is: `module:function`, imported when it is needed."""
DUE: Mapping[str, str] = {"clv.fit": "cms.clv.jobs:due", "backups.make": "cms.backups.jobs:due"}
"""Kinds that nobody has to ask for, and who says when: a function that gives the request key, or None for not now."""
WHOLE: Mapping[str, str] = {
    "imports.check": "Nothing was changed.",
    "imports.land": "Nothing of the file was imported.",
    "imports.revert": "Nothing was taken back.",
}
"""What is to be said of kinds that are one transaction, when they fail."""
TRIES = 5


@dataclass(frozen=True)
class Step:
    """How far a job is, and what is to be stored now: a function that is called again if the database gave it up."""

    done: int
    total: int
    store: Callable[[], Any] | None = None


Work = Generator[Step, Any, str | None]


def run_next() -> bool:
    """Do the next job, if there is one; whether there was."""
    waits = actions.waiting()  # looked at first without the write lock
    db.session.rollback()
    job = _stored(actions.claim) if waits else None
    if job is None:
        return False
    log.info("job %s (%s) begins, try %s", job.id, job.kind, job.tries)
    try:
        said, failed = _steps(job), False
    except RuleError as error:
        said, failed = error.message, True
    except Exception as error:
        db.session.rollback()
        log.exception("job %s (%s) failed", job.id, job.kind)
        if job.tries < actions.MOST_TRIES and not disk_full(error):
            _stored(lambda: actions.put_back(job))
            return True
        why = "The disk of the server is full." if disk_full(error) else "Something went wrong on our side."
        said, failed = f"{why} {WHOLE.get(job.kind, 'What was done so far stands.')}", True
    finally:
        beats.forget(job.id)
    db.session.rollback()  # what the job read last must not hold up the write: SQLite would refuse it
    _stored(lambda: actions.finish(job, said, failed))
    return True


def let_go() -> None:
    """For a worker that has its database back: the job that it could not even say it failed at is begun anew."""
    _stored(actions.let_go)


def put_aside_what_is_due() -> None:
    """Queue what is due by itself. A key is due once, whichever worker asks first. Other work goes on if this fails."""
    for kind, place in DUE.items():
        try:
            key = _named(place)()
            db.session.rollback()
            if key:
                _stored(lambda kind=kind, key=key: actions.enqueue(kind, {}, None, key))  # type: ignore[misc]
        except DBAPIError:
            raise  # the worker waits for its database
        except Exception:
            db.session.rollback()
            log.exception("cannot tell whether %s is due", kind)


def _named(place: str) -> Callable[..., Any]:
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


def _steps(job: Job) -> str:
    beats.doing.set(job.id)
    work: Work = _named(KINDS[job.kind])(**job.args)
    answer: Any = None
    with closing(work):
        while True:
            try:
                step = work.send(answer)
            except StopIteration as end:
                return end.value or ""
            db.session.rollback()  # what was read may be old by the time it can be written
            answer = _stored(lambda step=step: _step(job, step))  # type: ignore[misc]


def _step(job: Job, step: Step) -> Any:
    answer = step.store() if step.store else None
    actions.tell(job, step.done, step.total)
    return answer


def _stored(write: Callable[[], Any]) -> Any:
    """Do this as one transaction, again when the database gave it up in favour of another."""
    for left in range(TRIES - 1, -1, -1):
        with writing():
            try:
                answer = write()
                db.session.commit()
                return answer
            except DBAPIError as error:
                db.session.rollback()
                if not left or not lost_race(error):
                    raise
    raise AssertionError("unreachable")
