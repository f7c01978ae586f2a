"""What the tests of sending share."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select

from cms.db import db
from cms.jobs import runner
from cms.models import Notification
from tests.factories import make_customer

BATCH = "b" * 32


def work() -> None:
    """Do all that waits, as the worker does."""
    while runner.run_next():
        pass
    db.session.rollback()


def states() -> Counter:
    return Counter(db.session.scalars(select(Notification.state)))


def people(count: int) -> list[str]:
    return sorted(make_customer(f"N{n}", email=f"n{n}@example.com").email for n in range(count))
