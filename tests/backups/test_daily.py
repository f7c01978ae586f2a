"""A backup every day, once, and only so many of them."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from cms.backups import archive, kept, queries
from cms.backups.rules import file_name
from cms.db import db
from cms.jobs import runner
from cms.jobs.runner import put_aside_what_is_due, run_next
from cms.models import BackupPlan, Job
from tests.factories import write


@pytest.fixture
def folder(app, clock, tmp_path, monkeypatch):
    """Where this test's backups are kept; nothing else is due."""
    monkeypatch.setattr(app, "instance_path", str(tmp_path))
    monkeypatch.setattr(runner, "DUE", {"backups.make": runner.DUE["backups.make"]})
    return tmp_path / "backups"


def plan(**values) -> BackupPlan:
    with write():
        for name, value in values.items():
            setattr(queries.the_plan(), name, value)
    return queries.the_plan()


def queued() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(Job.id))) or 0


def test_none_is_made_unless_wanted(folder):
    put_aside_what_is_due()
    assert queued() == 0


def test_what_a_killed_backup_left_goes_though_no_other_is_made(folder):
    folder.mkdir()
    dead, alive = (folder / f".{name}{archive.PART}" for name in ("dead", "alive"))
    dead.touch()
    with archive.held_file(alive):
        put_aside_what_is_due()
        assert queued() == 0 and not dead.exists() and alive.exists()


def test_it_is_due_once_a_day_from_its_hour_on(folder, clock):
    plan(daily=True, hour=13)  # it is noon in India
    put_aside_what_is_due()
    assert queued() == 0
    clock.forward(hours=1)
    for _ in range(3):
        put_aside_what_is_due()
    assert queued() == 1 and run_next() and not run_next()
    assert [(one.daily, one.name) for one in kept.all_kept()] == [(True, file_name(clock.now, daily=True))]
    assert queries.the_plan().made_at == clock.now
    clock.forward(hours=11)  # past midnight in India, still the same day in UTC
    put_aside_what_is_due()
    assert queued() == 1
    clock.forward(hours=13)
    put_aside_what_is_due()
    assert queued() == 2


def test_many_workers_make_one(app, folder):
    plan(daily=True, hour=0)

    def work():
        with app.app_context():
            put_aside_what_is_due()
            while run_next():
                pass

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert queued() == 1 and len(kept.all_kept()) == 1


def test_the_oldest_go_when_the_new_one_is_there(folder, clock):
    plan(daily=True, hour=0, keep=3)
    folder.mkdir(parents=True)
    for days in range(1, 6):
        (folder / file_name(clock.now - timedelta(days=days), daily=True)).write_bytes(b"x" * 100)
    by_hand = folder / file_name(clock.now - timedelta(days=9), daily=False)
    by_hand.write_bytes(b"x" * 100)
    put_aside_what_is_due()
    assert run_next()
    days = [clock.now - timedelta(days=days) for days in range(3)]
    assert [one.at for one in kept.all_kept() if one.daily] == days
    assert by_hand.exists()


def test_none_goes_when_the_new_one_did_not_come_about(folder, clock, client, viewer, monkeypatch):
    plan(daily=True, hour=0, keep=1)
    folder.mkdir(parents=True)
    old = [folder / file_name(clock.now - timedelta(days=days), daily=True) for days in (1, 2)]
    for path in old:
        path.write_bytes(b"x" * 100)
    with monkeypatch.context() as full:
        full.setattr("cms.backups.making.RESERVE", 1 << 62)
        put_aside_what_is_due()
        assert run_next()
    assert all(path.exists() for path in old)
    assert "not enough room" in queries.the_plan().problem
    assert "The last daily backup failed" in client.get("/").text
    assert "The last daily backup failed" in client.get("/settings/backup").text
    assert "backup" not in viewer.get("/").text
    clock.now = datetime(2026, 3, 15, 6, 30)
    put_aside_what_is_due()
    assert run_next()
    assert "The last daily backup failed" not in client.get("/").text
    assert len([path for path in old if path.exists()]) == 0


def test_home_says_when_there_was_none_for_long(folder, clock, client):
    plan(daily=True, hour=0, since=clock.now)
    assert "daily backup" not in client.get("/").text
    clock.forward(days=3)
    client.sign_in(client.user)
    assert "No daily backup was made for 3 days." in client.get("/").text
