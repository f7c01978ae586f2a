"""What is exported and read into an empty shop is the same shop, as far as files carry it."""

from __future__ import annotations

from cms.checks.invariants import all_checks
from cms.db import db
from cms.imports.rules import MORE, TABLES
from tests.exports.shops import NASTY, all_figures, exported, fill_with_everything, rows_in
from tests.factories import set_shop
from tests.imports.folders import REAL, imported, problems


def empty(migrated) -> None:
    db.session.remove()
    migrated.empty()


def failing() -> list[str]:
    db.session.rollback()
    return [problem for check in all_checks() for problem in check.failures()]


def test_all_of_it_comes_back_byte_for_byte_with_the_same_figures(app, clock, migrated, tmp_path):
    fill_with_everything()
    assert failing() == []
    before, figures = exported(tmp_path / "a"), all_figures()
    empty(migrated)
    report = imported(tmp_path / "a")
    assert problems(report) == []
    assert all_figures() == figures
    after = exported(tmp_path / "b")
    assert list(after) == [f"{name}.csv" for name in sorted(TABLES)]
    for name, data in before.items():
        assert after[name].decode().splitlines() == data.decode().splitlines(), name
    assert after == before and failing() == []
    again = imported(tmp_path / "a")
    assert again.added == 0 and problems(again) == []


def test_reading_its_own_export_adds_nothing_to_a_shop(app, clock, migrated, tmp_path):
    fill_with_everything(demo=20)
    exported(tmp_path / "a")
    report = imported(tmp_path / "a")
    assert (report.added, problems(report)) == (0, [])


def test_a_shop_from_elsewhere_comes_back_too(app, clock, migrated, tmp_path):
    imported(REAL)
    before, figures = exported(tmp_path / "a"), all_figures()
    empty(migrated)
    assert problems(imported(tmp_path / "a")) == []
    assert all_figures() == figures and exported(tmp_path / "b") == before
    assert {row["settled"] for row in rows_in(before["orders.csv"])} == {"yes"}


def test_it_comes_back_in_a_zone_whose_clocks_change_and_a_currency_of_three_decimals(app, clock, migrated, tmp_path):
    here = {"zone": "Europe/Berlin", "currency": "KWD"}
    set_shop(**here)
    fill_with_everything(demo=40)
    before, figures = exported(tmp_path / "a"), all_figures()
    empty(migrated)
    set_shop(**here)
    assert problems(imported(tmp_path / "a")) == []
    assert exported(tmp_path / "b") == before and all_figures() == figures


def test_the_first_columns_are_those_that_every_import_reads(app, clock, tmp_path):
    fill_with_everything(demo=5)
    for name, data in exported(tmp_path / "a").items():
        table = name.removesuffix(".csv")
        head = data.decode("utf-8-sig").split("\r\n")[0].split(",")
        assert tuple(head) == TABLES[table] + MORE[table]


def test_no_cell_is_one_that_a_spreadsheet_works_out(app, clock, tmp_path):
    fill_with_everything(demo=20)
    seen = 0
    for name, data in exported(tmp_path / "a").items():
        for row in rows_in(data):
            for column, cell in row.items():
                if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\uff1d"):
                    assert cell.replace(" ", "").replace("-", "").replace("+", "").replace(".", "").isdigit(), (
                        name, column, cell,
                    )  # fmt: skip
                seen += cell.startswith("'")
    assert seen > len(NASTY)
