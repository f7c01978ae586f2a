"""Whatever is wrong with a file is told in a sentence, and nothing is changed."""

from __future__ import annotations

import json
import zipfile

import pytest
from sqlalchemy import func, select

from cms.backups import archive
from cms.backups.archive import Backup
from cms.db import db
from cms.errors import RuleError
from cms.models import Activity, Customer
from tests.backups.files import MANIFEST, backed_up, changed, command, flipped, manifest, members, sealed
from tests.factories import make_customer, make_order

one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def good(app, tmp_path):
    make_order(make_customer("Meera Rao"))
    return backed_up(app, tmp_path / "good.cmsbackup")


@pytest.fixture
def refused(app):
    """Restores, sees that it is refused and that nothing changed, and gives the sentence."""

    def run(path, *words):
        before = sizes()
        result = command(app, "restore", path, "--replace", *words)
        assert result.exit_code == 1 and "Traceback" not in result.output, result.output
        assert isinstance(result.exception, SystemExit)
        db.session.rollback()
        assert sizes() == before
        return result.stderr

    return run


def sizes() -> tuple:
    return tuple(db.session.scalar(select(func.count(table.id))) for table in (Customer, Activity))


@one_database
def test_one_byte_altered_anywhere_is_seen(good, tmp_path):
    size = good.stat().st_size
    places = {0, 1, 4, 10, 30, size // 2, size - 1, size - 64, size - 65, size - 70, size - 90}
    places |= set(range(7, size, max(1, size // 150)))
    for place in sorted(places):
        with pytest.raises(RuleError, match=r"good\.cmsbackup|bad"):
            Backup(flipped(good, tmp_path / "bad.cmsbackup", place))
    with zipfile.ZipFile(good) as found:  # what programs that open it hardly look at
        for info in found.infolist():
            with pytest.raises(RuleError):
                Backup(flipped(good, tmp_path / "bad.cmsbackup", info.header_offset + 11))


@one_database
def test_the_command_says_so(good, refused, tmp_path):
    bad = flipped(good, tmp_path / "bad.cmsbackup", good.stat().st_size // 2)
    assert "was altered or damaged" in refused(bad)


@one_database
@pytest.mark.parametrize("left", [0, 3, 60, 500, -1, -64, -65])
def test_a_file_that_was_cut_off_is_refused(good, refused, tmp_path, left):
    bad = tmp_path / "bad.cmsbackup"
    bad.write_bytes(good.read_bytes()[:left])
    assert "bad.cmsbackup" in refused(bad)


@one_database
def test_other_files_are_no_backups(refused, tmp_path):
    (text := tmp_path / "notes.txt").write_text("PK is not enough" * 20)
    with zipfile.ZipFile(other := tmp_path / "other.zip", "w") as made:
        made.writestr("hello.txt", "hello" * 100)
    assert "no backup of a shop" in refused(text)
    assert "no backup of a shop" in refused(other)
    assert "cannot be read" in refused(tmp_path / "missing")
    assert "cannot be read" in refused(tmp_path)


@one_database
def test_a_newer_version_is_named_as_the_reason(good, refused, tmp_path):
    newer = changed(good, tmp_path / "newer.cmsbackup", lambda said: said.update(format=2))
    assert "newer version" in refused(newer)
    newer = changed(good, tmp_path / "newer.cmsbackup", lambda said: said.update(revision="9999"))
    assert "newer version" in refused(newer)


@one_database
def test_a_file_that_would_unpack_without_end_is_refused_before_it_is(good, refused, tmp_path):
    bomb = changed(good, tmp_path / "bomb.cmsbackup", lambda said: None, tables__orders=b"\n" * 50_000_000)
    assert bomb.stat().st_size < 100_000
    assert "far more than a backup does" in refused(bomb)


def put(name, **said):
    return lambda manifest: manifest["tables"][name].update(said)


WRONG = {
    "no table": lambda said: said["tables"].pop("orders"),
    "another table": lambda said: said["tables"].update(users2=said["tables"].pop("users")),
    "another column": lambda said: said["tables"]["users"]["columns"][0].__setitem__(0, "id; DROP TABLE users"),
    "another kind": lambda said: said["tables"]["users"]["columns"][0].__setitem__(1, "text"),
    "fewer rows": put("customers", rows=0),
    "more rows": put("customers", rows=2),
    "other rows": put("customers", sha256="0" * 64),
    "other figures": lambda said: said["figures"].update(net="1.00"),
    "no figures": lambda said: said.pop("figures"),
    "no revision": lambda said: said.pop("revision"),
    "a list": lambda said: said.update(tables=[]),
    "nonsense": lambda said: said.update(tables={"orders": 7}),
    "no day": lambda said: said.update(figures_on="soon"),
}


@one_database
@pytest.mark.parametrize("what", WRONG)
def test_a_manifest_that_says_something_else_is_refused(good, refused, tmp_path, what):
    assert "bad.cmsbackup" in refused(changed(good, tmp_path / "bad.cmsbackup", WRONG[what])) or what == "other rows"


LINES = {
    "no JSON": b"{\n",
    "no array": b"7\n",
    "too few cells": b"[1]\n",
    "deep": b"[" * 100_000 + b"\n",
    "another type": None,
    "a huge number": None,
    "no UTF-8": b'["\xff"]\n',
}


@one_database
@pytest.mark.parametrize("what", LINES)
def test_a_row_that_is_none_is_refused(good, refused, tmp_path, what):
    line = LINES[what]
    if line is None:
        [row] = map(json.loads, members(good)["tables/customers.jsonl"].splitlines())
        row[0] = "1" if what == "another type" else 10**30
        line = json.dumps(row).encode() + b"\n"
    bad = changed(good, tmp_path / "bad.cmsbackup", lambda said: None, tables__customers=line)
    assert "customers cannot be read" in refused(bad)


def test_a_row_that_names_a_missing_one_is_refused(good, refused, tmp_path):
    bad = changed(
        good, tmp_path / "bad.cmsbackup", put("customers", rows=0, sha256=archive.hashlib.sha256().hexdigest()),
        tables__customers=b"",
    )  # fmt: skip
    assert "nothing was changed" in refused(bad)


def test_a_manifest_alone_is_not_enough(refused, good, tmp_path):
    parts = {MANIFEST: members(good)[MANIFEST]}
    assert "cannot be read as a backup" in refused(sealed(tmp_path / "bare.cmsbackup", parts))
    assert manifest(good)["figures"]["total"] == 1
