"""Importing a folder of CSV files: it lands whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from cms import clock
from cms.activity.actions import record
from cms.db import db
from cms.imports import files
from cms.imports.care import Complaints, Feedbacks
from cms.imports.customers import Customers, date_by_first_order
from cms.imports.orders import Orders
from cms.imports.payments import Payments
from cms.imports.products import Products
from cms.imports.report import Report
from cms.imports.returns import Returns
from cms.imports.rules import TABLES
from cms.imports.run import FileRun, Run
from cms.models import Complaint, Customer, Import, Order, Payment, Product, Return, Settings
from cms.refs import catch_up
from cms.totals.actions import rebuild

LOADERS: dict[str, Any] = {
    "customers": Customers,
    "products": Products,
    "orders": Orders,
    "returns": Returns,
    "payments": Payments,
    "feedback": Feedbacks,
    "complaints": Complaints,
}


def import_folder(
    folder: Path, by: Any, dry_run: bool = False, say: Callable[[str], None] = lambda _text: None
) -> Report:
    """Read the files into the open transaction and tell what came of it; whoever calls commits it or rolls it back."""
    report = Report(dry_run=dry_run, say=say)
    paths = _files(folder, report)
    started = clock.now()
    shop = db.session.execute(select(Settings.zone, Settings.currency, Settings.country)).one()
    run = Run(shop.zone, shop.currency, shop.country, started, report, frozenset(paths))
    first_ids: dict[str, int] = {}
    for table, path in paths.items():
        loader = LOADERS[table](FileRun(run, files.CsvFile(path, table)))
        batch = loader.orders if table == "orders" else loader.batch
        first_ids[table] = batch.first_id
        try:
            loader.load()
        except files.BadFile as error:
            report.refuse(path.name, None, None, str(error))
            return report  # what follows rests on it
    if report.added and not dry_run:
        _finish(run, first_ids, folder, paths, by)
    return report


def _files(folder: Path, report: Report) -> dict[str, Path]:
    """The files to read, in the order in which one rests on another."""
    paths = {}
    for table in TABLES:
        try:
            if path := files.find(folder, table):
                paths[table] = path
        except files.BadFile as error:
            report.refuse(f"{table}.csv", None, None, str(error))
    known = {path.name for path in paths.values()}
    others = sorted(path.name for path in folder.iterdir() if path.name.endswith((".csv", ".csv.gz")))
    if strange := [name for name in others if name not in known]:
        report.notices.append(f"Ignored files of other names: {', '.join(strange)}")
    if not paths and not report.problems:
        wanted = ", ".join(f"{table}.csv" for table in TABLES)
        report.refuse(folder.name, None, None, f"There is none of {wanted} in this folder")
    return paths if not report.problems else {}


def _finish(run: Run, first_ids: dict[str, int], folder: Path, paths: dict[str, Path], by: Any) -> None:
    """Totals, numbers and the record of the run, once all rows are in."""
    run.report.say("Adding up")
    if "customers" in first_ids and "orders" in first_ids:
        date_by_first_order(run, first_ids["customers"], first_ids["orders"])
    rebuild()
    for table in (Customer, Product, Order, Return, Payment, Complaint):
        catch_up(table)
    counts = {name: {"rows": count.rows, "added": count.added} for name, count in run.report.files.items()}
    values = {"source": folder.resolve().name[:255], "digest": files.digest_of(paths.values()), "counts": counts}
    made = db.session.execute(
        insert(Import).values(started_at=run.now, finished_at=clock.now(), by_id=getattr(by, "id", None), **values)
    )
    landed = db.session.get_one(Import, made.inserted_primary_key[0])  # type: ignore[attr-defined]
    record(by, "import.landed", landed, after={name: count["added"] for name, count in counts.items()})
