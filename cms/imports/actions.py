"""Importing a folder of CSV files: it lands whole or not at all."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select

from cms import clock
from cms.activity.actions import record
from cms.db import db
from cms.imports import files
from cms.imports.care import Complaints, Feedbacks
from cms.imports.changes import can_count, note_changes
from cms.imports.customers import Customers, date_by_first_order
from cms.imports.matched_customers import MatchedCustomers
from cms.imports.matched_products import MatchedProducts
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
from cms.totals.added import count_span

LOADERS: dict[str, Any] = {
    "customers": Customers,
    "products": Products,
    "orders": Orders,
    "returns": Returns,
    "payments": Payments,
    "feedback": Feedbacks,
    "complaints": Complaints,
}
MATCHING: dict[str, Any] = {"customers": MatchedCustomers, "products": MatchedProducts}
"""Of files from the browser: what is there already is found by more than its number, and can be updated."""


def import_folder(
    folder: Path, by: Any, dry_run: bool = False, say: Callable[[str], None] = lambda _text: None
) -> Report:
    """Read the files into the open transaction and tell what came of it; whoever calls commits it or rolls it back."""
    report = Report(dry_run=dry_run, say=say)
    paths = _files(folder, report)
    run = begin(report, frozenset(paths), by)
    if load(run, {table: files.CsvFile(path, table) for table, path in paths.items()}) and report.added and not dry_run:
        finish(run, folder.resolve().name, files.digest_of(paths.values()))
    return report


def begin(report: Report, tables: frozenset[str], by: Any, dry: bool = False) -> Run:
    """A run that begins now. `dry`: nothing will be written."""
    shop = db.session.execute(select(Settings.zone, Settings.currency, Settings.country)).one()
    return Run(shop.zone, shop.currency, shop.country, clock.now(), report, tables, dry, by)


def load(run: Run, sources: Mapping[str, files.CsvFile]) -> bool:
    """Read the files into the open transaction, one resting on another; whether all of them could be read."""
    gc.disable()  # rows come and go by the thousand, none of them a cycle: looking for some takes a sixth of the time
    try:
        return _load(run, sources)
    finally:
        gc.enable()


def _load(run: Run, sources: Mapping[str, files.CsvFile]) -> bool:
    first_ids: dict[str, int] = {}
    expected = run.most
    for table, source in sources.items():
        run.most = 0 if run.report.dry_run else expected or source.count_lines()
        kind = MATCHING.get(table, LOADERS[table]) if source.mode else LOADERS[table]
        loader = kind(FileRun(run, source))
        batch = loader.orders if table == "orders" else loader.batch
        first_ids[table] = batch.first_id
        try:
            loader.load()
        except files.BadFile as error:
            run.report.refuse(source.name, None, None, str(error))
            return False  # what follows rests on it
    if "customers" in first_ids and "orders" in first_ids and not run.dry:
        date_by_first_order(run, first_ids["customers"], first_ids["orders"])
    return True


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


def finish(run: Run, source: str, digest: str) -> Import:
    """Totals, numbers and the record of the run, once all rows are in.

    What came without orders, and moves nobody to another segment, is counted in and the rest of the shop left alone.
    """
    run.report.say("Adding up")
    spans = run.spans
    if can_count(spans, [change["after"] for change in run.changes]):
        count_span(spans, +1)
    else:
        rebuild()
    for table in (Customer, Product, Order, Return, Payment, Complaint):
        catch_up(table)
    counts = {
        name: {"rows": count.rows, "added": count.added} | ({"updated": count.updated} if count.updated else {})
        for name, count in run.report.files.items()
    }
    landed = Import(
        source=source[:255],
        digest=digest,
        started_at=run.now,
        finished_at=clock.now(),
        counts=counts,
        by_id=getattr(run.by, "id", None),
        spans=spans,
    )
    db.session.add(landed)
    db.session.flush()
    note_changes(landed.id, run)
    record(run.by, "import.landed", landed, after={name: count["added"] for name, count in counts.items()})
    return landed
