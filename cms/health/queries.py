"""Whether the database answers, and whether it is what this code was written for."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cms.db import db
from cms.models import Job

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


@cache
def known_revisions() -> tuple[str, frozenset[str]]:
    """The newest migration of this code, and all of them."""
    scripts = ScriptDirectory(str(MIGRATIONS))
    return str(scripts.get_current_head()), frozenset(script.revision for script in scripts.walk_revisions())


def unready() -> str:
    """Why requests had better go to another machine, in one word; "" when all is well.

    A revision that this code does not know comes from a newer release, and migrations leave older code running: so it
    counts as ready, or an upgrade would take the shop down.
    """
    try:
        at = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    except ProgrammingError:
        return "migrations"  # no table yet
    except (DBAPIError, PoolTimeout) as error:
        return "migrations" if "no such table" in str(error) else "database"
    head, known = known_revisions()
    return "migrations" if at is None or (at in known and at != head) else ""


def jobs_by_state() -> dict[str, int]:
    """How many jobs wait, run and have failed."""
    rows = db.session.execute(
        select(Job.state, func.count()).where(Job.state.in_(("queued", "running", "failed"))).group_by(Job.state)
    )
    return dict.fromkeys(("queued", "running", "failed"), 0) | {row.state: row[1] for row in rows}
