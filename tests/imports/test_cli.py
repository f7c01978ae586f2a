"""flask import, as it is typed."""

import json

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from cms.db import db
from cms.imports.report import Problem
from cms.models import Order
from tests.imports.folders import REAL, folder_of


@pytest.fixture
def run(app):
    return lambda *words: app.test_cli_runner().invoke(args=["import", *map(str, words)])


def orders():
    db.session.rollback()
    return db.session.scalar(select(func.count(Order.id)))


def test_an_import_says_what_it_did_and_shows_how_far_it_is(run):
    result = run(REAL)
    assert result.exit_code == 0 and "Imported 277 rows." in result.stdout
    assert "Adding up" in result.stderr and orders() == 30
    assert "Nothing new; nothing changed." in run(REAL).stdout


def test_a_dry_run_stores_nothing(run):
    assert "A dry run: nothing was stored." in run(REAL, "--dry-run").stdout
    assert orders() == 0


def test_rows_in_error_are_listed_and_nothing_lands(run, tmp_path):
    result = run(folder_of(tmp_path, customers="customer_ref,name\nC1,Asha\nC2,\n"))
    assert result.exit_code == 1 and orders() == 0
    assert "customers.csv line 3: Name is needed\n" in result.stdout


def test_a_problem_names_its_column_once_and_in_words():
    said = [
        str(Problem("orders.csv", 3, name, why)) for name, why in (("unit_price", "unit_price is needed"), ("at", "?"))
    ]
    assert said == ["orders.csv line 3: Unit price is needed", "orders.csv line 3, Given on: ?"]


def test_a_full_disk_is_told_in_a_sentence(run, monkeypatch):
    def full(*_args):
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr("cms.imports.actions.rebuild", full)
    result = run(REAL)
    assert result.exit_code == 1 and "The disk is full. Nothing was stored" in result.output
    assert orders() == 0


def test_json_tells_the_same(run, tmp_path):
    result = run(folder_of(tmp_path, customers="customer_ref,name\nC1,Asha\nC2,\n"), "--json", "--skip-bad-rows")
    said = json.loads(result.stdout)
    assert result.exit_code == 0 and said["landed"] and orders() == 1
    assert said["files"]["customers.csv"] == {"rows": 2, "added": 1, "known": 0, "errors": 1}
    assert said["errors"][0] == {"file": "customers.csv", "line": 3, "column": "name", "why": "name is needed"}
