"""Whether every kept total is what its rows say."""

from __future__ import annotations

from cms.db import db
from cms.habits.queries import wholes, wrong_rows
from cms.totals.products import wrong_products
from cms.totals.queries import kept_totals, wrong, wrong_days, wrong_methods
from cms.totals.ratings import wrong_ratings


def assert_totals_right() -> None:
    """For the end of every test that writes."""
    db.session.rollback()
    for kept in kept_totals():
        found = db.session.execute(wrong(kept)).all()
        assert not found, f"{kept.table.__tablename__} {kept.columns}: {found}"
    assert wrong_days() == []
    assert wrong_methods() == []
    assert wrong_ratings() == []
    assert wrong_products() == []
    for whole in wholes():
        assert wrong_rows(whole) == [], whole.table.__tablename__
