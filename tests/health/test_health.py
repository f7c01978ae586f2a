"""What machines ask: does it live, can it serve."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from cms.db import db, writing
from cms.health.queries import known_revisions
from tests.databases import before_queries
from tests.test_db import gone


def at_revision(revision: str) -> None:
    with writing():
        db.session.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": revision})
        db.session.commit()


@pytest.fixture
def revisions(app):
    """Brings the migrations' mark back."""
    yield at_revision
    at_revision(known_revisions()[0])


def test_a_process_lives_and_is_ready(stranger):
    assert (stranger.get("/healthz").text, stranger.get("/readyz").text) == ("ok", "ok")


def test_a_process_without_its_database_lives_but_is_not_ready(stranger):
    with before_queries(gone):
        lives, ready = stranger.get("/healthz"), stranger.get("/readyz")
    assert lives.status_code == 200
    assert (ready.status_code, ready.text, ready.headers["Retry-After"]) == (503, "database", "5")


def test_a_database_behind_the_code_is_not_ready(stranger, revisions):
    revisions("0001")
    assert (stranger.get("/readyz").status_code, stranger.get("/readyz").text) == (503, "migrations")


def test_a_database_ahead_of_the_code_is_ready_so_that_an_upgrade_takes_nothing_down(stranger, revisions):
    revisions("9999")
    assert stranger.get("/readyz").status_code == 200


def test_the_newest_migration_is_the_one_the_tests_ran_to(app):
    assert db.session.scalar(text("SELECT version_num FROM alembic_version")) == known_revisions()[0]
