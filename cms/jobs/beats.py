"""How far work is that is one long transaction: nobody sees what it has written before it commits.

So it is told beside that transaction: by a connection of its own, or, while SQLite lets nobody else write, in a small
file beside the database, which then is on the same machine as whoever asks.
"""

from __future__ import annotations

import contextlib
import os
import time
from contextvars import ContextVar
from pathlib import Path

from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from cms import clock
from cms.db import db, is_writing
from cms.models import Job

doing: ContextVar[int | None] = ContextVar("doing", default=None)
"""The job that this worker does."""
EVERY = 0.5

_told = 0.0


def tell(done: int, total: int) -> None:
    """Note how far the job at hand is, twice a second at most."""
    global _told
    job_id = doing.get()
    if job_id is None or time.monotonic() - _told < EVERY:
        return
    _told = time.monotonic()
    if db.engine.dialect.name == "sqlite" and is_writing():
        path = _path(job_id)
        if path is not None:
            with contextlib.suppress(OSError):
                new = path.with_suffix(".new")
                new.write_text(f"{done} {total}")
                os.replace(new, path)
        return
    with contextlib.suppress(OperationalError), db.engine.begin() as connection:
        said = {"done": done, "total": total, "seen_at": clock.now()}
        connection.execute(update(Job).where(Job.id == job_id, Job.state == "running").values(said))


def heard(job_id: int) -> tuple[int, int] | None:
    """What was told of a job in its file."""
    path = _path(job_id)
    if path is None:
        return None
    try:
        done, total = path.read_text().split()
        return int(done), int(total)
    except (OSError, ValueError):
        return None


def shown(job: Job) -> Job:
    """A job to be shown, as far as it is: what its long transaction tells beside it too."""
    if job.state == "running" and (told := heard(job.id)):
        db.session.expunge(job)  # what is put in here is never stored
        job.done, job.total = told
    return job


def forget(job_id: int) -> None:
    """Take the file away."""
    if path := _path(job_id):
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _path(job_id: int) -> Path | None:
    name = db.engine.url.database if db.engine.dialect.name == "sqlite" else None
    return Path(f"{name}-job{job_id}") if name and name != ":memory:" else None
