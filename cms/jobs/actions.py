"""Putting work aside for `flask worker`, and the worker's own writes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import or_, update
from sqlalchemy.exc import IntegrityError

from cms import clock
from cms.db import db
from cms.jobs import queries, workers
from cms.models import Job

SILENT_FOR = timedelta(minutes=5)
"""A running job without a sign of life for so long has lost its worker; another begins it anew."""
MOST_TRIES = 3
GIVEN_UP = (
    "It was begun three times, and each time the worker ended in the middle. What was not finished is not stored."
)


def enqueue(kind: str, args: dict[str, Any], by: Any, request_key: str | None = None) -> Job:
    """Queue a job of this kind (see `runner.KINDS`). The same request key gives back the one that it made."""
    if request_key and (made := queries.by_request_key(request_key)):
        return made
    job = Job(
        kind=kind, args=args, state="queued", created_at=clock.now(), by_id=getattr(by, "id", None),
        request_key=request_key,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(job)
    except IntegrityError:  # the same form, sent twice at the same moment
        if request_key and (made := queries.by_request_key(request_key)):
            return made
        raise
    return job


def waiting() -> list[Any]:
    """The jobs that wait or have lost their worker, oldest first."""
    silent = clock.now() - SILENT_FOR
    return [
        job
        for job in queries.open_jobs()
        if job.state == "queued" or job.seen_at < silent or workers.is_gone(job.worker)
    ]


def claim() -> Job | None:
    """The oldest job that waits, or that lost its worker, for this worker alone; None when there is none.

    One that lost its worker too often is ended: it may be what ends them.
    """
    now = clock.now()
    for job in waiting():
        given_up = job.state == "running" and job.tries >= MOST_TRIES
        values: dict[str, Any] = {"state": "running", "seen_at": now, "tries": Job.tries + 1, "worker": workers.me()}
        if given_up:
            values = {"state": "failed", "message": GIVEN_UP, "finished_at": now}
        won = db.session.execute(
            update(Job)
            .where(Job.id == job.id, Job.state == job.state, Job.tries == job.tries)
            .where(or_(Job.state == "queued", Job.seen_at == job.seen_at))
            .values(values)
            .execution_options(synchronize_session=False)
        ).rowcount  # type: ignore[attr-defined]
        if won and not given_up:
            return queries.fresh(job.id)
    return None


def let_go() -> None:
    """What this process worked on when it lost its database waits for a worker, as if this one had ended."""
    long_ago = clock.now() - 2 * SILENT_FOR
    db.session.execute(
        update(Job)
        .where(Job.state == "running", Job.worker == workers.me())
        .values(seen_at=long_ago)
        .execution_options(synchronize_session=False)
    )


def tell(job: Job, done: int, total: int) -> None:
    """Note how far a job is; it counts as a sign of life."""
    _set(job, done=done, total=total, seen_at=clock.now())


def finish(job: Job, message: str = "", failed: bool = False) -> None:
    """End a job, with a sentence for who asked for it."""
    _set(job, state="failed" if failed else "done", message=message[:300], finished_at=clock.now())


def put_back(job: Job) -> None:
    """Queue a job that failed once more."""
    _set(job, state="queued")


def _set(job: Job, **values: Any) -> None:
    db.session.execute(update(Job).where(Job.id == job.id).values(values).execution_options(synchronize_session=False))
