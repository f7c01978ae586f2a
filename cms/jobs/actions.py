"""Putting work aside for `flask worker`, and the worker's own writes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, update
from sqlalchemy.exc import IntegrityError

from cms import clock
from cms.db import db
from cms.jobs import queries
from cms.models import Job

SILENT_FOR = timedelta(minutes=5)
"""A running job without a sign of life for so long has lost its worker; another begins it anew."""
MOST_TRIES = 3


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


def waiting() -> Sequence[int]:
    """The jobs that wait or have lost their worker, oldest first."""
    return queries.waiting(clock.now() - SILENT_FOR)


def claim() -> Job | None:
    """The oldest job that waits, or that lost its worker, for this worker alone; None when there is none."""
    now = clock.now()
    for job_id in waiting():
        won = db.session.execute(
            update(Job)
            .where(Job.id == job_id, or_(Job.state == "queued", Job.seen_at < now - SILENT_FOR))
            .where(Job.state.in_(("queued", "running")))
            .values(state="running", seen_at=now, tries=Job.tries + 1)
            .execution_options(synchronize_session=False)
        ).rowcount  # type: ignore[attr-defined]
        if won:
            return queries.fresh(job_id)
    return None


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
