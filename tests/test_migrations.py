"""The migrations go up and down on both databases, with data in the tables."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from alembic.script import ScriptDirectory
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import inspect, text

from cms.config import ROOT
from cms.db import db
from tests.databases import Database
from tests.factories import make_customer, make_order, make_product, make_user

STEPS = sorted(ScriptDirectory(str(ROOT / "migrations")).walk_revisions(), key=lambda step: step.revision)


@pytest.fixture
def migrated_alone(new_address) -> Iterator[Database]:
    """A database at the newest step that no other test sees, its context pushed."""
    database = Database(*new_address("migrations"))
    with database.app.app_context():
        yield database
    database.close()


def test_the_models_say_what_the_migrations_made(migrated_alone):
    check()


def test_down_to_nothing_and_up_again_gives_the_same_tables(migrated_alone):
    fill()
    made = schema()
    downgrade(revision="base")
    assert set(counts()) == {"alembic_version"}
    upgrade()
    assert schema() == made
    seeded = {table.name: len(rows) for table, rows in migrated_alone.seeds.items()}
    assert counts() == seeded | {"alembic_version": 1}


def test_a_step_down_and_up_keeps_the_rows_of_what_it_does_not_drop(migrated_alone):
    fill()
    before = counts()
    downgrade(revision="-1")
    below = counts()
    assert all(before[table] == count for table, count in below.items() if table != "alembic_version")
    upgrade()
    assert all(before[table] == count for table, count in counts().items() if table in below)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.revision)
def test_a_step_tells_what_it_does_and_how_it_goes_back(step):
    module = ast.parse((ROOT / "migrations" / "versions" / step.path.rpartition("/")[2]).read_text())
    functions = {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}
    assert step.doc.endswith("."), "its first line is a sentence"
    assert "Down " in (ast.get_docstring(module) or ""), "its docstring says what going down loses"
    assert not any(isinstance(node, ast.Pass | ast.Raise) for node in functions["downgrade"].body)


def test_the_steps_stand_in_one_row():
    assert [step.down_revision for step in STEPS] == [None, *(step.revision for step in STEPS[:-1])]


def fill() -> None:
    make_user()
    make_order(make_customer(email="meera@shop.example"), make_product(stock=9), qty=2, status="Delivered")
    db.session.remove()


def schema() -> dict[str, object]:
    """Every table with its columns, keys, indexes and checks."""
    seen = inspect(db.engine)
    names = ("columns", "indexes", "foreign_keys", "unique_constraints", "check_constraints")
    parts = {name: getattr(seen, f"get_multi_{name}")() for name in names}
    return {name: {str(table): sorted(map(repr, rows)) for table, rows in part.items()} for name, part in parts.items()}


def counts() -> dict[str, int]:
    """How many rows each table has; an open session would hold MariaDB's tables against a change."""
    with db.engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        return {table: connection.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar_one() for table in tables}
