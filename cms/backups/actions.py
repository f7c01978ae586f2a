"""Asking for backups, planning them, and the trail of them."""

from __future__ import annotations

from typing import Any

from cms import clock
from cms.activity.actions import record
from cms.backups import queries
from cms.backups.making import Made
from cms.backups.rules import KIND, show_size
from cms.db import claim
from cms.jobs.actions import enqueue
from cms.models import Job


def ask_for_backup(by: Any, href: str) -> Job:
    """Let the worker make a backup; one that waits or is being made is given back. `href`: where it will be found."""
    if job := queries.job_at_work():
        return job
    return enqueue(KIND, {"by_id": by.id, "href": href}, by)


def change_plan(values: dict[str, Any], version: int, by: Any) -> None:
    """Change what is made every day. Raises Conflict for an edit in between."""
    plan = queries.the_plan()
    claim(plan, version, tuple(values))
    before = {name: getattr(plan, name) for name in values}
    if values["daily"] and not plan.daily:
        plan.since, plan.problem, plan.made_at = clock.now(), "", None
    for name, value in values.items():
        setattr(plan, name, value)
    if before != values:
        record(by, "backup.planned", plan, before=before, after=values)


def note_daily(problem: str = "") -> None:
    """What came of the daily backup."""
    plan = queries.the_plan()
    plan.problem = problem[:300]
    if not problem:
        plan.made_at = clock.now()


def record_made(by: Any, made: Made) -> None:
    """A backup is there."""
    after = {"name": made.path.name, "what": show_size(made.size), "digest": made.digest}
    record(by, "backup.made", queries.the_plan(), after=after)


def record_taken(by: Any, name: str) -> None:
    """Somebody took a backup away."""
    record(by, "backup.downloaded", queries.the_plan(), after={"name": name})


def record_deleted(by: Any, name: str) -> None:
    record(by, "backup.deleted", queries.the_plan(), after={"name": name})
