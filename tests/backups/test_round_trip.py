"""A shop goes to the other database and back, and is the same shop."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask_migrate import downgrade
from sqlalchemy import inspect, select, text

from cms.backups import archive
from cms.backups.archive import Backup
from cms.backups.restoring import ENDED
from cms.backups.tables import Carried, carried, kind_of
from cms.clock import now
from cms.db import db
from cms.logo.actions import save_logo
from cms.logo.pictures import as_logo
from cms.models import Activity, ClvFit, Customer, Job, Notification, Session, User
from cms.orders.queries import order_or_404
from tests.after_sale import make_message
from tests.backups.files import backed_up, command, manifest
from tests.databases import app_on
from tests.endpoints import PICTURE
from tests.exports.shops import all_figures, fill_with_everything
from tests.factories import make_customer, make_job, make_order, make_user, write

MOVES = {"activity", "jobs", "backup_plan"}
"""Tables in which making and restoring a backup leave a word themselves."""


@pytest.fixture
def other(database, request, tmp_path):
    """An app on the other kind of database, which has no tables yet."""
    url = request.getfixturevalue("mariadb").schema("other") if database == "sqlite" else f"sqlite:///{tmp_path}/o.db"
    yield from _app(url, tmp_path / "other")


@pytest.fixture
def third(new_address, tmp_path):
    """An app on the same kind again, without tables."""
    yield from _app(new_address("third")[0], tmp_path / "third")


def _app(url: str, folder: Path):
    folder.mkdir()
    app = app_on(url, folder)
    yield app
    with app.app_context():
        db.engine.dispose()


def digests(path: Path) -> dict[str, str]:
    return {name: table["sha256"] for name, table in manifest(path)["tables"].items() if name not in MOVES}


def test_a_shop_goes_to_the_other_database_and_back(app, clock, other, third, tmp_path):
    fill_with_everything(20)
    with write():
        save_logo(as_logo(PICTURE), None)
    figures = all_figures()
    first = backed_up(app, tmp_path / "first.cmsbackup")
    result = command(other, "restore", first)
    assert result.exit_code == 0 and "checks passed" in result.output, result.output
    second = backed_up(other, tmp_path / "second.cmsbackup")
    assert command(third, "restore", second).exit_code == 0
    with third.app_context():
        assert all_figures() == figures
        last = order_or_404(db.session.scalar(select(text("MAX(id)")).select_from(text("orders"))))
        placed = make_order(db.session.get_one(Customer, last.customer_id))
        assert placed.id > last.id and placed.ref > last.ref  # numbers go on where they stood
    backed_up(third, tmp_path / "grown.cmsbackup")
    assert digests(first) == digests(second) and len(digests(first)) > 30
    assert digests(tmp_path / "grown.cmsbackup") != digests(first)


def test_values_come_through_exactly(app, other, tmp_path):
    odd = ["  gaps  ", "\\", "\\n", "NULL", "null", '"', "'", "a\nb\tc", "🪔🦚", "é", "\u202eabc", "0", "\u0001"]
    for number in odd:
        make_customer(f"{number} x", note=number, address=number)
    with write():
        for after in ({}, {"b": [1, 2.5, None], "a": "é", "c": "'\\"}, None):
            db.session.add(Activity(at=now(), by_name="x", verb="x.y", thing="x", after=after, before=None))
        floats = {"r": 0.1 + 0.2, "alpha": 1 / 3, "a": 1e300, "b": 1e-300, "log_likelihood": -123456.789012345678}
        fit = {"fitted_at": now(), "fitted_on": now().date(), "customers": 1, "repeaters": 2**31 - 1, "calibration": {}}
        db.session.add(ClvFit(p=None, q=5e-11, **floats, **fit))
    result = command(other, "restore", backed_up(app, tmp_path / "b.cmsbackup"))
    assert result.exit_code == 0, result.output
    here = values()
    with other.app_context():
        assert values() == here and len(here) == len(odd) + 4


def values() -> list[tuple]:
    """As the app reads them, and JSON as it is stored."""
    json = "SELECT `after` IS NULL, `after`, `before` FROM activity WHERE verb = 'x.y' ORDER BY id"
    customers = select(*Customer.__table__.c).order_by(Customer.id)
    asked = (customers, select(*ClvFit.__table__.c), text(json))
    return [tuple(row) for query in asked for row in db.session.execute(query)]


def test_a_shop_that_is_not_empty_is_replaced_only_when_told(app, tmp_path):
    make_order(make_customer("Before"))
    path = backed_up(app, tmp_path / "b.cmsbackup")
    owner = make_user()
    app.test_client().sign_in(owner)
    make_customer("After")
    result = command(app, "restore", path)
    assert result.exit_code == 1 and "not empty" in result.output and "--replace" in result.output
    db.session.rollback()
    assert set(db.session.scalars(select(Customer.name))) == {"Before", "After"}
    result = command(app, "restore", path, "--replace")
    assert result.exit_code == 0, result.output
    db.session.rollback()
    assert set(db.session.scalars(select(Customer.name))) == {"Before"}
    assert not db.session.scalar(select(Session.id)) and not db.session.scalar(select(User.id))
    latest = db.session.scalars(select(Activity).order_by(Activity.id.desc()).limit(1)).one()
    assert (latest.verb, latest.after["name"]) == ("backup.restored", "b.cmsbackup")


def test_what_was_under_way_is_ended_and_never_done_twice(app, tmp_path):
    make_message(make_customer("Meera Rao", phone="+919876543210"))
    sending, paper = make_job("notifications.send"), make_job("invoices.pdf", key="invoice-1", href="/")
    own = make_job("backups.make")
    assert command(app, "restore", backed_up(app, tmp_path / "b.cmsbackup"), "--replace").exit_code == 0
    db.session.rollback()
    jobs = {job.id: (job.state, job.message) for job in db.session.scalars(select(Job))}
    assert jobs == {sending.id: ("failed", ENDED), paper.id: ("queued", "")} and own.id not in jobs
    assert db.session.scalar(select(Notification.state)) in ("outbox", "sent", "opened")


def older(new: Path, revision: str, path: Path, folder: Path) -> Path:
    """A backup as the version of that step would have made it: its tables, taken from a database stepped down to it."""
    folder.mkdir()
    app = app_on(f"sqlite:///{folder}/old.db", folder)
    assert (result := command(app, "restore", new)).exit_code == 0, result.output
    with app.app_context():
        db.session.remove()
        downgrade(revision=revision)
        seen, head = inspect(db.engine), manifest(new)
        known = {table.name: table for table in db.metadata.sorted_tables}
        head |= {"revision": revision, "tables": {}}
        with archive.Writer(path) as writer:
            for name in sorted(set(seen.get_table_names()) & {table.name for table in carried()}):
                there = [column["name"] for column in seen.get_columns(name)]
                columns = tuple((c.name, kind_of(c)) for c in known[name].c if c.name in there and c.computed is None)
                table = Carried(name, columns, tuple(seen.get_pk_constraint(name)["constrained_columns"]))
                rows, hashed = 0, archive.hashlib.sha256()
                with writer.table(name) as file:
                    for some in table.batches():
                        lines, counting = table.written(some)
                        file.write(lines)
                        hashed.update(counting)
                        rows += len(some)
                head["tables"][name] = {"rows": rows, "sha256": hashed.hexdigest(), "columns": columns}
            writer.finish(head)
        archive.seal(path)
        db.session.remove()
        db.engine.dispose()
    return path


def test_a_backup_of_an_older_version_is_brought_up_to_date(app, clock, tmp_path):
    make_order(make_customer("Meera Rao", email="meera@shop.example"), qty=3, status="Delivered")
    figures = all_figures()
    path = older(backed_up(app, tmp_path / "new.cmsbackup"), "0006", tmp_path / "old.cmsbackup", tmp_path / "old")
    with Backup(path) as found:
        assert "backup_plan" not in found.tables
    make_customer("After")
    result = command(app, "restore", path, "--replace")
    assert result.exit_code == 0 and "older version" in result.output, result.output
    assert all_figures() == figures
    assert list(db.session.scalars(select(Customer.name))) == ["Meera Rao"]
    assert not list(Path(app.instance_path).glob(".older/*"))
