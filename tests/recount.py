"""Whether every kept total is what its rows say."""

from __future__ import annotations

from cms.db import db
from cms.habits.queries import wholes, wrong_rows
from cms.totals.queries import kept_totals, wrong, wrong_days


def assert_totals_right() -> None:
    """For the end of every test that writes."""
    db.session.rollback()
    for kept in kept_totals():
        found = db.session.execute(wrong(kept)).all()
        assert not found, f"{kept.table.__tablename__} {kept.columns}: {found}"
    assert wrong_days() == []
    for whole in wholes():
        assert wrong_rows(whole) == [], whole.table.__tablename__
