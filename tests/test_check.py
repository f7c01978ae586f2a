"""flask check finds whatever is no longer so, and names it."""

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import text

from cms.checks.invariants import all_checks
from cms.db import db
from tests.factories import make_order, write
from tests.imports.folders import REAL, imported


@pytest.fixture
def shop(app):
    """A shop with history, and an order that went through the app."""
    imported(REAL)
    make_order(status="Shipped")
    return app


def tampered(statement):
    """Change the data behind the shop's back, with no constraint in the way."""
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(db.engine.url.database, isolation_level=None)) as file:
            file.execute("PRAGMA ignore_check_constraints=ON")
            file.execute(statement)
        return
    with write():
        db.session.execute(text("SET check_constraint_checks=0, foreign_key_checks=0"))
        db.session.execute(text(statement))
        db.session.execute(text("SET check_constraint_checks=1, foreign_key_checks=1"))


def failures():
    db.session.rollback()
    return [f"{check.says}: {problem}" for check in all_checks() for problem in check.failures()]


def test_a_sound_shop_passes(shop):
    result = shop.test_cli_runner().invoke(args=["check"])
    assert result.exit_code == 0 and result.stdout.startswith("All ") and "checks passed" in result.stdout


def test_a_failure_is_printed_with_what_is_kept_and_what_was_counted(shop):
    tampered("UPDATE customers SET gross_paise = gross_paise + 1 WHERE ref = '17450'")
    result = shop.test_cli_runner().invoke(args=["check"])
    assert result.exit_code == 1
    assert "customer 17450: gross_paise is 224001, counted 224000" in result.stdout


@pytest.mark.parametrize(
    "statement, told",
    [
        (
            "UPDATE orders SET line_count = line_count + 1 WHERE ref = '536365'",
            "order 536365: line_count is 8, counted 7",
        ),
        ("UPDATE products SET sold_units = 0 WHERE sku = '85123A'", "product 85123A: sold_units is 0"),
        ("UPDATE order_lines SET returned_quantity = 1 WHERE id = 1", "line 1: returned_quantity is 1, counted 0"),
        (
            "UPDATE order_lines SET total_paise = total_paise + 1 WHERE id = 1",
            "line 1: total_paise is 1531, counted 1530",
        ),
        (
            "UPDATE orders SET payable_paise = payable_paise + 1 WHERE ref = '536365'",
            "order 536365: payable_paise is 13913",
        ),
        ("UPDATE orders SET discount_paise = 5 WHERE ref = '536365'", "order 536365: discount_paise is 5, counted 0"),
        ("UPDATE day_totals SET units = units + 1 WHERE day = '2010-12-01'", "day 2010-12-01: units is"),
        ("DELETE FROM day_totals WHERE day = '2010-12-01'", "day 2010-12-01: "),
        ("UPDATE product_days SET units = units + 1 WHERE day = '2010-12-01'", "product_days of 2010-12-01: product "),
        ("DELETE FROM product_months WHERE month = '2010-12-01'", "product_months of 2010-12-01: product "),
        (
            "INSERT INTO product_days (day, product_id, units, gross_paise, returned_units, returned_paise) "
            "VALUES ('1999-12-31', 1, 0, 1, 0, 0)",
            "product_days of 1999-12-31: product ",
        ),
        ("UPDATE returns SET quantity = 9999 WHERE id = 1", "sold, 9999 came back"),
        (
            "UPDATE orders SET status = 'Delivered' WHERE ref = 'ORD001'",
            "ORD001: status is Delivered, its last step led to Shipped",
        ),
        ("UPDATE status_changes SET new = 'Pending' WHERE new = 'Shipped'", "cannot go from Pending to Pending"),
        ("UPDATE status_changes SET old = 'Shipped' WHERE new = 'Shipped'", "follows one that led to Pending"),
        ("DELETE FROM status_changes WHERE order_id = 1", "has no steps at all"),
        (
            "UPDATE customers SET name = 'Somebody' WHERE ref = '17450'",
            "customer 17450: name_key, search_text, name_alike, search terms",
        ),
        (
            "INSERT INTO merges (gone_id, kept_id, old_ref, entry_id, at) SELECT MAX(id), MIN(id), 'OLD1', "
            "(SELECT MAX(id) FROM activity), '2026-03-14 06:30:00' FROM customers",
            "is there, and was merged as OLD1",
        ),
        ("DELETE FROM customer_terms WHERE customer_id = 1 AND term = 'customer'", "search terms not as counted"),
        ("UPDATE products SET name = 'Something' WHERE sku = '85123A'", "product 85123A: name_key is not as counted"),
        (
            "UPDATE orders SET ordered_on = '2010-12-05' WHERE ref = '536365'",
            "has the day 2010-12-05, counted 2010-12-01",
        ),
        (
            "UPDATE orders SET ordered_at = '2099-12-25 06:30:00', ordered_on = '2099-12-25' WHERE ref = '536365'",
            "orders 536365: has the day 2099-12-25, which is still to come",
        ),
        ("UPDATE order_lines SET product_id = 999999 WHERE id = 1", "order_lines 1: product_id 999999 does not exist"),
        ("UPDATE returns SET customer_id = customer_id + 1 WHERE id = 1", "belongs to another customer than order"),
        ("UPDATE returns SET product_id = product_id + 1 WHERE id = 1", "names another order or product than its line"),
    ],
)
def test_whatever_is_changed_behind_the_shops_back_is_found(shop, statement, told):
    assert failures() == []
    tampered(statement)
    assert [problem for problem in failures() if told in problem], failures()
