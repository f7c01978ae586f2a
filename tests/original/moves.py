"""Moving in, in tests: a dump or a live database of these rows, brought in as the command does."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from cms.checks.invariants import all_checks
from cms.db import db
from cms.figures import sheet
from cms.original.actions import Wish, check_empty, move_in, source_of
from cms.original.report import Report
from tests.factories import write
from tests.original.old import Rows
from tests.original.styles import mysqldump
from tests.recount import assert_totals_right

TODAY = date(2026, 3, 14)


def moved(source: str, **wish: Any) -> Report:
    """Committed, as the command does; then everything that `flask check` proves is proved."""
    with write():
        check_empty()
        report = move_in(source_of(source), None, Wish(**wish))
    report.landed = True
    assert_totals_right()
    assert [problem for check in all_checks() for problem in check.failures()] == []
    db.session.rollback()
    return report


def dump_of(path: Any, rows: Rows, style: Any = mysqldump) -> str:
    (path / "old.sql").write_text(style(rows), encoding="utf-8")
    return str(path / "old.sql")


def figures() -> dict[str, Any]:
    db.session.rollback()
    return sheet.figures(TODAY, sheet.shop())


def looks(report: Report, table: str = "") -> set[tuple[str, str]]:
    """What is to be looked at: which row, and why."""
    return {(row["id"], row["what"]) for row in report.looks if row["table"] == (table or row["table"])}


def many(seed: int) -> Rows:
    """A year of a shop as the original kept it: everything counts, though little is spelt twice alike."""
    dice = random.Random(seed)
    names = ["Clay lamp", "Brass bell", "Copper jug", "T-Shirt", "Oil 1.5 l"]
    products = [(f"PROD{n:03}", name, f"{dice.randint(100, 99999) / 100:.2f}") for n, name in enumerate(names[:4], 1)]
    customers = [
        (f"CUST{n:03}", f"Buyer {n}", dice.choice(["Female", "None", None]), f"b{n}@example.com", f"98765{n:05}",
         "Individual", dice.choice(["Active", "Inactive"]), 0, "2025-01-01 00:00:00", None)
        for n in range(1, 41)
    ]  # fmt: skip
    orders, returns = [], []
    for n in range(1, 301):
        name = dice.choice([str.upper, str.lower, str.title])(dice.choice(names))
        price = dice.choice([f"{dice.randint(100, 99999) / 100:.2f}", str(dice.randint(1, 999)), "19.5"])
        day = date(2025, 3, 1) + timedelta(dice.randint(0, 370))
        status = dice.choice([None, "Pending", "Shipped", "Delivered", "Delivered", "Cancelled"])
        buyer = f"CUST{dice.randint(1, 40):03}"
        orders.append((f"ORD{n:03}", buyer, name, price, dice.randint(1, 5), day.isoformat(), status))
        if status == "Delivered" and dice.random() < 0.3:
            back = f"{day + timedelta(3)} 04:00:00"
            units = dice.randint(1, orders[-1][4])
            returns.append((f"RET{len(returns) + 1:03}", buyer, name, "Cracked", back, f"ORD{n:03}", units))
    rest: Rows = {"complaints": [], "feedback": [], "users": [("admin", "admin123")], "loyalty_points": []}
    return {"customers": customers, "orders": orders, "returns": returns, "products": products, **rest}
