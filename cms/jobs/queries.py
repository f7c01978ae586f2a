"""Jobs as the worker and the pages need them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort
from sqlalchemy import select

from cms.db import db
from cms.models import Job


def open_jobs() -> Sequence[Any]:
    """The first jobs that are not done, oldest first, with who works on them."""
    columns = (Job.id, Job.state, Job.tries, Job.seen_at, Job.worker)
    query = select(*columns).where(Job.state.in_(("queued", "running"))).order_by(Job.id).limit(50)
    return db.session.execute(query).all()


def fresh(job_id: int) -> Job:
    """A job as it is now."""
    return db.session.scalars(select(Job).where(Job.id == job_id).execution_options(populate_existing=True)).one()


def by_request_key(key: str) -> Job | None:
    return db.session.scalar(select(Job).where(Job.request_key == key))


def job_or_404(job_id: int) -> Job:
    return db.session.get(Job, job_id) or abort(404)
