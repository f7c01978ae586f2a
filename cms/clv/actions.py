"""Storing what the lifetime model found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, update

from cms import clock
from cms.activity.actions import record
from cms.clv import queries, rules
from cms.db import db
from cms.errors import RuleError
from cms.jobs.actions import enqueue
from cms.models import ClvFit, CustomerValue, Job, User


def ask_for_fit(by: Any) -> Job:
    """Let the worker fit the model anew; a fit that waits or runs is given back. Raises RuleError for too few."""
    if job := queries.job_at_work():
        return job
    customers, repeaters = queries.enough_data()
    if not rules.enough(customers, repeaters):
        raise RuleError(rules.why_not(customers, repeaters))
    return enqueue(queries.KIND, {"by_id": getattr(by, "id", None)}, by)


def add_fit(values: dict[str, Any], today: date, by_id: int | None) -> int:
    """A new fit without customers yet; its id."""
    row = {"fitted_at": clock.now(), "fitted_on": today, "by_id": by_id} | values
    made = db.session.execute(insert(ClvFit).values(**row))
    return int(made.inserted_primary_key[0])  # type: ignore[attr-defined]


def add_values(rows: Sequence[dict[str, Any]]) -> None:
    """What is expected of some customers."""
    db.session.execute(insert(CustomerValue), rows)


def finish_fit(fit_id: int, by_id: int | None) -> None:
    """From now on the pages show this fit."""
    db.session.execute(
        update(ClvFit)
        .where(ClvFit.id == fit_id)
        .values(finished_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    fit = db.session.get_one(ClvFit, fit_id)
    by = db.session.get(User, by_id) if by_id else None
    record(by, "clv.fitted", fit, after={"customers": fit.customers, "repeaters": fit.repeaters})


def drop_values(fit_id: int, limit: int) -> int:
    """Forget some of what fits before this one expected; how many went."""
    found = queries.older_values(fit_id, limit)
    for old in sorted({row.fit_id for row in found}):
        customers = [row.customer_id for row in found if row.fit_id == old]
        db.session.execute(
            delete(CustomerValue)
            .where(CustomerValue.fit_id == old, CustomerValue.customer_id.in_(customers))
            .execution_options(synchronize_session=False)
        )
    return len(found)
