"""Moving in from the original application: all of it, or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from cms import clock
from cms.activity.actions import record
from cms.db import db
from cms.errors import RuleError
from cms.imports.customers import date_by_first_order
from cms.imports.report import Report as Progress
from cms.imports.run import Run
from cms.models import Customer, Import, Order, Product, Settings
from cms.original.care import Complaints, Feedbacks
from cms.original.customers import Customers
from cms.original.dump import Dump
from cms.original.live import Live, address_of
from cms.original.moving import Moving
from cms.original.orders import Orders
from cms.original.products import Products
from cms.original.report import Report
from cms.original.returns import Returns
from cms.original.sql import BadDump
from cms.original.staging import Staging, check_tables
from cms.original.users import load_users
from cms.totals.actions import rebuild


@dataclass
class Wish:
    """How to move in. `list_path`: where to write the list of what needs a look, if anywhere."""

    dry_run: bool = False
    allow_missing: bool = False
    resolved: bool = False
    list_path: Path | None = None
    say: Callable[[str], None] = field(default=lambda _text: None)


def source_of(text: str) -> Dump | Live:
    """A dump file or a running database. Raises RuleError."""
    if "://" in text:
        url = address_of(text)
        here = db.engine.url
        if (url.host, url.port or 3306, url.database) == (here.host, here.port or 3306, here.database):
            raise RuleError("This is the shop's own database; give the address of the original application's")
        return Live(url)
    path = Path(text)
    if not path.is_file():
        raise RuleError(f"There is no file {path.name}; name a dump file, or an address like mysql+pymysql://...")
    return Dump(path)


def check_empty() -> None:
    """Raises RuleError unless this shop has no customers, products and orders yet."""
    for table, name in ((Customer, "customers"), (Product, "products"), (Order, "orders")):
        if db.session.scalar(select(table.id).limit(1)) is not None:
            raise RuleError(
                f"This shop has {name} already, and the old numbers must not meet others. Moving in goes only into an"
                " empty shop; nothing was changed"
            )


def move_in(source: Dump | Live, by: Any, wish: Wish) -> Report:
    """Bring all into the open transaction and tell what came of it; whoever calls commits it or rolls it back."""
    try:
        with closing(Staging()) as staging:
            for taken in staging.take_in(source.rows()):
                wish.say(f"Read {taken:,} rows")
            if sentence := source.lacking():
                raise RuleError(sentence)
            notices = check_tables(source.columns, source.label, wish.allow_missing)
            report = Report(source.label, wish.dry_run, notices=[*source.notices, *notices])
            _bring(staging, report, by, wish)
    except BadDump as error:
        raise RuleError(str(error)) from None
    except sqlite3.OperationalError as error:
        raise RuleError(f"The old tables could not be laid out on this disk ({error}); nothing was stored") from None
    except OSError as error:
        raise RuleError(f"A file could not be read or written ({error.strerror}); nothing was stored") from None
    return report


def _bring(staging: Staging, report: Report, by: Any, wish: Wish) -> None:
    """Table by table, in the order in which one rests on another."""
    shop = db.session.execute(select(Settings.zone, Settings.currency, Settings.country, Settings.active_days)).one()
    run = Run(shop.zone, shop.currency, shop.country, clock.now(), Progress(say=wish.say), frozenset())
    moving = Moving(run, staging)
    customers, products = Customers(moving), Products(moving)
    orders = Orders(moving, customers, products)
    loaders: list[Any] = [customers, products, orders, Returns(moving, customers)]
    loaders += [Complaints(moving, customers, products, wish.resolved), Feedbacks(moving, customers, products)]
    for loader in loaders:
        loader.load()
    report.users = load_users(moving)
    wish.say("Adding up")
    date_by_first_order(run, customers.batch.first_id, orders.orders.first_id)
    rebuild()
    customers.review(shop.active_days)
    report.add_up(moving)
    if wish.list_path and report.groups:
        report.write_list(moving, wish.list_path)
    counts = {f"{name} (original)": {"rows": one.rows, "added": one.kept} for name, one in moving.counts.items()}
    values = {"source": report.source[:255], "digest": staging.digest.hexdigest(), "counts": counts}
    made = db.session.execute(
        insert(Import).values(started_at=run.now, finished_at=clock.now(), by_id=getattr(by, "id", None), **values)
    )
    landed = db.session.get_one(Import, made.inserted_primary_key[0])  # type: ignore[attr-defined]
    record(by, "import.landed", landed, after={name: one.kept for name, one in moving.counts.items()})
