"""The plan of the daily backups, and the job that makes one."""

from __future__ import annotations

from sqlalchemy import Select, select

from cms.backups.rules import KIND
from cms.db import db
from cms.models import BackupPlan, Job, User


def the_plan() -> BackupPlan:
    """The one row of the plan."""
    return db.session.get_one(BackupPlan, 1)


def plan_news() -> Select:
    """What `rules.trouble` wants to know."""
    return select(BackupPlan.daily, BackupPlan.since, BackupPlan.made_at, BackupPlan.problem).limit(1)


def job_at_work() -> Job | None:
    """A backup that waits or is being made."""
    query = select(Job).where(Job.kind == KIND, Job.state.in_(("queued", "running")))
    return db.session.scalars(query.order_by(Job.id.desc()).limit(1)).first()


def made_by(job_id: int) -> Job | None:
    """This job, if it has made a backup."""
    return db.session.scalars(select(Job).where(Job.id == job_id, Job.kind == KIND, Job.state == "done")).first()


def last_failed() -> Job | None:
    """The last backup that did not come about."""
    query = select(Job).where(Job.kind == KIND, Job.state == "failed")
    return db.session.scalars(query.order_by(Job.id.desc()).limit(1)).first()


def user(user_id: int) -> User:
    return db.session.get_one(User, user_id)
