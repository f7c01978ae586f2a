"""Backups are made while people work, and are there whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import textwrap
import time
import tracemalloc
from pathlib import Path

import pytest
from sqlalchemy import select, update

from cms.backups import archive, kept, making, tables
from cms.backups.archive import Backup
from cms.config import ROOT
from cms.db import db
from cms.demo.actions import Size, fill_shop
from cms.errors import RuleError
from cms.jobs import queries as jobs
from cms.jobs.runner import run_next
from cms.models import Customer, Order
from tests.backups.files import backed_up, command, manifest
from tests.databases import SECRET
from tests.exports.shops import TODAY
from tests.factories import make_customer, make_job, make_order, make_product, write

one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def folder(app, tmp_path, monkeypatch):
    """Where this test's backups are kept."""
    monkeypatch.setattr(app, "instance_path", str(tmp_path))
    return tmp_path / "backups"


def whole(steps) -> making.Made:
    """What comes of it."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def test_it_says_what_was_so_at_one_moment(app, tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "MOST", 3)
    monkeypatch.setattr(tables, "FIRST", 2)
    monkeypatch.setattr(making, "TELL", -1)
    customer, product = make_customer("Meera Rao"), make_product(stock=100)
    for _ in range(8):
        make_order(customer, product)
    steps, placed = making.make(tmp_path / "b.cmsbackup", "command"), 0
    try:
        while True:
            next(steps)
            if placed < 12:
                placed += 1
                make_order(customer, product, status="Delivered")
    except StopIteration as end:
        made = end.value
    assert placed == 12 and made.manifest["figures"]["total"] == 8
    assert made.manifest["tables"]["orders"]["rows"] == made.manifest["tables"]["order_lines"]["rows"] == 8
    result = command(app, "restore", made.path, "--replace")
    assert result.exit_code == 0 and "checks passed" in result.output, result.output
    db.session.rollback()
    assert len(db.session.scalars(select(Order.id)).all()) == 8


@one_database
def test_the_command_writes_one_file_that_only_its_owner_reads(app, folder, tmp_path):
    make_order(make_customer("Meera Rao"))
    path = backed_up(app, tmp_path / "b.cmsbackup")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    result = command(app, "backup", path)
    assert result.exit_code == 1 and "is there already" in result.output
    result = command(app, "backup", "--to", tmp_path / "new")
    assert result.exit_code == 0 and archive.seal_of(next((tmp_path / "new").iterdir())) in result.output
    assert command(app, "backup").exit_code == 0
    assert [one.daily for one in kept.all_kept()] == [False]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert manifest(path)["figures"]["total"] == 1
    (tmp_path / "file").write_text("")
    assert "cannot be written" in command(app, "backup", tmp_path / "file" / "x").output


@one_database
@pytest.mark.parametrize("when", ["writing", "sealing", "from the start"])
def test_a_full_disk_leaves_nothing_behind(app, folder, monkeypatch, when):
    def full(*_args):
        raise OSError(errno.ENOSPC, "No space left on device")

    class Full:
        def __getattr__(self, name):
            return full

        def __enter__(self):
            return self

        def __exit__(self, *_how):
            return None

    make_order(make_customer("Meera Rao"))
    if when == "writing":
        real = archive.Writer.table
        monkeypatch.setattr(archive.Writer, "table", lambda it, name: Full() if name == "orders" else real(it, name))
    elif when == "sealing":
        monkeypatch.setattr(archive, "seal", full)
    else:
        monkeypatch.setattr(making, "RESERVE", 1 << 62)
    job = make_job("backups.make")
    assert run_next() and not run_next()
    done = jobs.fresh(job.id)
    assert (done.state, done.message) == ("failed", making.NO_ROOM)
    assert list(folder.iterdir()) == []
    assert command(app, "backup").exit_code == 1


@one_database
def test_it_needs_no_more_memory_for_more_rows(app, tmp_path):
    def peak() -> int:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        made = whole(making.make(tmp_path / f"{time.monotonic_ns()}", "command"))
        after = tracemalloc.get_traced_memory()[1] - before
        with Backup(made.path):
            return after

    with write():
        fill_shop(Size(30, 300, 1), TODAY, None)
    tracemalloc.start()
    try:
        peak()
        with_few = peak()
        with write():
            for n in range(4):  # files are the longest rows there are
                db.session.execute(update(Customer).where(Customer.id % 4 == n).values(note="x" * 60_000))
        assert peak() < with_few + 12_000_000
    finally:
        tracemalloc.stop()


SLOW = """
    import pathlib, sys, time
    from cms import create_app
    from cms.backups import archive, restoring
    slow, app = float(sys.argv[1]), create_app()
    def slowly(real):
        def call(*args):
            pathlib.Path(app.instance_path, "begun").touch()
            time.sleep(slow)
            return real(*args)
        return call
    archive.Writer.table = slowly(archive.Writer.table)
    restoring.load = slowly(restoring.load)
    sys.exit(app.test_cli_runner().invoke(args=sys.argv[2:]).exit_code)
"""


def slowly(migrated, instance: Path, *words: object) -> subprocess.Popen[bytes]:
    """A command in a process of its own that takes its time."""
    environ = os.environ | {"DATABASE_URL": migrated.url, "INSTANCE_DIR": str(instance), "SECRET_KEY": SECRET}
    program = [sys.executable, "-c", textwrap.dedent(SLOW), "0.05", *map(str, words)]
    return subprocess.Popen(program, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL)


def killed_after(process: subprocess.Popen[bytes], begun, wait: float) -> None:
    deadline = time.monotonic() + 60
    while not begun() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert process.poll() is None, "it was done before it could be killed"
    time.sleep(wait)
    process.kill()
    process.wait()


def test_a_worker_killed_in_the_middle_leaves_nothing_half_done(app, migrated, folder):
    make_order(make_customer("Meera Rao"))
    job = make_job("backups.make")
    worker = slowly(migrated, folder.parent, "worker", "--once")
    killed_after(worker, (folder.parent / "begun").exists, 0.4)
    assert not list(folder.glob("*.cmsbackup")) and len(list(folder.glob(".*part"))) == 1
    assert run_next()
    assert jobs.fresh(job.id).state == "done"
    [one] = folder.iterdir()  # what the first left behind is gone
    with Backup(one) as found:
        assert found.manifest["figures"]["total"] == 1


def test_a_restore_killed_in_the_middle_leaves_the_shop_as_it_was(app, migrated, tmp_path):
    path = backed_up(app, tmp_path / "b.cmsbackup")
    make_order(make_customer("Meera Rao"))
    restore = slowly(migrated, tmp_path, "restore", path, "--replace")
    killed_after(restore, (tmp_path / "begun").exists, 0.7)
    db.session.rollback()
    assert db.session.scalars(select(Customer.name)).all() == ["Meera Rao"]
    assert command(app, "restore", path, "--replace").exit_code == 0
    db.session.rollback()
    assert db.session.scalars(select(Customer.name)).all() == []


@one_database
def test_two_at_one_file_are_told(app, tmp_path):
    with (
        archive.part_of(tmp_path / "b") as part,
        pytest.raises(RuleError, match="under way"),
        archive.part_of(tmp_path / "b"),
    ):
        pass
    assert (tmp_path / "b").exists() and not part.exists()
    (others := tmp_path / ".orders.csv.part").touch()
    (dead := tmp_path / f".d{archive.PART}").touch()
    with archive.part_of(tmp_path / "c") as part:
        archive.sweep(tmp_path)
        assert part.exists() and others.exists() and not dead.exists()
