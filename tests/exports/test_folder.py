"""flask export, as it is typed."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
from sqlalchemy import select

from cms.config import ROOT
from cms.db import db
from cms.exports import folder
from cms.imports.rules import TABLES
from cms.models import Activity
from tests.databases import SECRET
from tests.exports.shops import rows_in
from tests.factories import make_customer, make_order


@pytest.fixture
def run(app):
    return lambda *words: app.test_cli_runner().invoke(args=["export", *map(str, words)])


def test_it_writes_every_file_that_the_import_reads(run, clock, tmp_path):
    make_order(make_customer("Meera Rao"))
    result = run(tmp_path / "new" / "folder")
    assert result.exit_code == 0 and "Exported 3 rows" in result.stdout
    assert "orders.csv: 1 rows" in result.stderr
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == sorted(f"{t}.csv" for t in TABLES)
    assert rows_in((tmp_path / "new" / "folder" / "customers.csv").read_bytes())[0]["name"] == "Meera Rao"
    db.session.rollback()
    noted = db.session.execute(select(Activity.by_name, Activity.after).where(Activity.thing == "exports")).all()
    assert len(noted) == len(TABLES) and {name for name, _after in noted} == {"Command line"}


def test_a_file_that_is_there_is_not_overwritten(run, tmp_path):
    (tmp_path / "orders.csv").write_text("mine")
    result = run(tmp_path)
    assert result.exit_code == 1 and "has orders.csv already" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["orders.csv"]


def test_a_folder_that_cannot_be_written_to_is_told(run, tmp_path):
    (tmp_path / "file").write_text("")
    result = run(tmp_path / "file" / "inner")
    assert result.exit_code == 1 and "cannot be written to" in result.output


def test_a_failure_leaves_nothing_half_done(run, tmp_path, monkeypatch):
    make_order()
    real = folder.Export.pieces

    def failing(export):
        if export.table.name == "returns":
            raise OSError(28, "No space left on device")
        return real(export)

    monkeypatch.setattr(folder.Export, "pieces", failing)
    result = run(tmp_path)
    assert result.exit_code == 1 and "No space left on device" in result.output
    assert list(tmp_path.iterdir()) == []


SLOW = """
import sys, time
from cms import create_app
from cms.exports import reading
app, real = create_app(), reading.rows_of
def slowly(*args):
    time.sleep(1)
    return real(*args)
reading.rows_of = slowly
app.test_cli_runner().invoke(args=sys.argv[1:])
"""


def test_one_that_is_killed_leaves_no_file_that_looks_whole(run, app, migrated, tmp_path):
    make_order(make_customer("Meera Rao"))
    out = tmp_path / "out"
    environ = os.environ | {"DATABASE_URL": migrated.url, "INSTANCE_DIR": str(tmp_path), "SECRET_KEY": SECRET}
    process = subprocess.Popen([sys.executable, "-c", SLOW, "export", str(out)], cwd=ROOT, env=environ)
    while not list(out.glob(".*part")) and process.poll() is None:
        time.sleep(0.02)
    process.kill()
    assert process.wait() and not list(out.glob("[!.]*"))
    assert run(out).exit_code == 0 and len(list(out.iterdir())) == len(TABLES), "begun anew, nothing else is left"
