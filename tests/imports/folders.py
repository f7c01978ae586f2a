"""Folders of CSV files for tests, and imports of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import select

from cms.db import db
from cms.imports.actions import import_folder
from cms.imports.report import Report
from tests.factories import write

REAL = Path(__file__).parent.parent / "data" / "online_retail"
SMALL = {
    "customers": "customer_ref,name\nC1,Asha Rao\nC2,Ravi Stores\n",
    "products": "sku,name,price\nP1,Clay lamp,100\nP2,Brass bell,250.50\n",
    "orders": "order_no,customer_ref,ordered_at,status,line_no,sku,quantity,unit_price\n"
    "O1,C1,2026-01-05 10:00,Delivered,1,P1,3,100\n"
    "O1,C1,2026-01-05 10:00,Delivered,2,P2,1,250.50\n"
    "O2,C2,2026-01-06 10:00,Pending,1,P1,2,90\n",
}
ORDERS = "order_no,customer_ref,ordered_at,status,line_no,sku,quantity,unit_price,discount_percent,delivered_at\n"


def folder_of(path: Path, **files: str) -> Path:
    """A folder with these files beside SMALL's; an empty text leaves one out."""
    for name, text in (SMALL | files).items():
        if text:
            (path / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    return path


def imported(folder: Path, skip_bad_rows: bool = False) -> Report:
    """Import it as the command does: committed when nothing is wrong."""
    with write():
        report = import_folder(folder, None)
        if report.file_errors or (report.error_count and not skip_bad_rows):
            db.session.rollback()
    return report


def one(table: Any, *conditions: Any) -> Any:
    return db.session.scalars(select(table).where(*conditions)).one()


def problems(report: Report) -> list[tuple[str, int | None, str | None, str]]:
    return [(problem.file, problem.line, problem.column, problem.why) for problem in report.problems]
