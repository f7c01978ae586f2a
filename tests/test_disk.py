"""The database's own disk is full: every door says so, whatever number the server gives it."""

from __future__ import annotations

from typing import Any

import pymysql
import pytest
from sqlalchemy.exc import DBAPIError

from cms.backups import restoring
from cms.db import db
from tests.factories import make_customer
from tests.imports.folders import folder_of

OF_SERVER: dict[int, type[pymysql.Error]] = {
    3: pymysql.err.InternalError,
    1021: pymysql.err.OperationalError,
    1026: pymysql.err.OperationalError,
    1114: pymysql.err.OperationalError,
}
"""As PyMySQL raises them: a number below 1000 is an InternalError."""


@pytest.fixture(params=OF_SERVER)
def full(request) -> Any:
    """Fails as a statement does that finds no room."""
    said = OF_SERVER[request.param](request.param, "No space left on device")

    def fail(*_args: Any, **_how: Any) -> None:
        raise DBAPIError.instance("INSERT", {}, said, pymysql.Error)  # type: ignore[misc]

    return fail


def test_an_import_by_the_command(app, full, monkeypatch, tmp_path):
    monkeypatch.setattr("cms.imports.actions.rebuild", full)
    answer = app.test_cli_runner().invoke(args=["import", str(folder_of(tmp_path))])
    assert answer.exit_code == 1 and "The disk is full. Nothing was stored" in answer.output
    db.session.rollback()
    assert db.session.scalar(db.text("SELECT count(*) FROM orders")) == 0


def test_a_restore(app, full, monkeypatch, tmp_path):
    make_customer()
    run = app.test_cli_runner().invoke
    assert run(args=["backup", str(tmp_path / "a.cmsbackup")]).exit_code == 0
    with monkeypatch.context() as disk:
        disk.setattr(restoring, "_bunches", full)
        answer = run(args=["restore", "--replace", str(tmp_path / "a.cmsbackup")])
    assert answer.exit_code == 1 and "The disk is full. Nothing was stored" in answer.output, answer.output


def test_a_customer(client, full, monkeypatch):
    monkeypatch.setattr("cms.customers.actions.add_customer", full)
    answer = client.post_form("/customers", {"name": "Asha", "segment": "Individual"})
    assert answer.status_code == 503 and "disk" in answer.text
