"""Jobs as the worker and the pages need them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import abort
from sqlalchemy import or_, select

from cms.db import db
from cms.models import Job


def waiting(silent_since: datetime) -> Sequence[int]:
    """The first jobs that nobody works on, oldest first."""
    lost = (Job.state == "running") & (Job.seen_at < silent_since)
    query = select(Job.id).where(or_(Job.state == "queued", lost)).order_by(Job.id).limit(10)
    return db.session.scalars(query).all()


def fresh(job_id: int) -> Job:
    """A job as it is now."""
    return db.session.scalars(select(Job).where(Job.id == job_id).execution_options(populate_existing=True)).one()


def by_request_key(key: str) -> Job | None:
    return db.session.scalar(select(Job).where(Job.request_key == key))


def job_or_404(job_id: int) -> Job:
    return db.session.get(Job, job_id) or abort(404)
