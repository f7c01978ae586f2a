"""The commands: `flask --app wsgi COMMAND`. Like routes, they commit once, after the action succeeded."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError, ProgrammingError

from cms import clock
from cms.db import db, disk_full, learn_sizes, writing
from cms.errors import RuleError
from cms.models.people import ROLES

LOOK_AROUND = 600
"""A worker with nothing to do asks so often, in seconds, what is due by itself."""


def add_commands(app: Flask) -> None:
    """Make the commands known to the app."""
    from cms.auth.cli import password_link
    from cms.backups.cli import backup, restore
    from cms.original.cli import import_original

    data = (import_files, export_files, import_original, backup, restore, figures, check, demo)
    for command in (*data, add_user, setup_link, password_link, worker):
        app.cli.add_command(command)


def told(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the app at hand, whatever it refuses told in one sentence."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except RuleError as error:
            raise click.ClickException(error.message) from None
        except IntegrityError as error:
            raise click.ClickException(
                f"Someone else changed the shop meanwhile; nothing was stored ({error.orig})"
            ) from None
        except (OSError, DBAPIError) as error:
            if disk_full(error):
                raise click.ClickException("The disk is full. Nothing was stored; make room, then try again") from None
            if not isinstance(error, (OperationalError, ProgrammingError)):
                raise
            advice = "is the database reachable and `flask db upgrade` run?"
            raise click.ClickException(f"The database refused; {advice} ({error.orig})") from None

    return with_appcontext(run)


def note(text: str) -> None:
    """Progress, apart from the answer."""
    click.echo(text, err=True)


@click.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Read and check everything, store nothing.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
@click.option("--skip-bad-rows", is_flag=True, help="Leave out the rows in error and store the rest.")
@told
def import_files(folder: Path, dry_run: bool, as_json: bool, skip_bad_rows: bool) -> None:
    """Import the CSV files of FOLDER, whole or not at all."""
    from cms.imports.actions import import_folder

    start = time.monotonic()
    with writing():
        report = import_folder(folder, None, dry_run, note)
        bad = report.file_errors > 0 or (report.error_count > 0 and not skip_bad_rows)
        if not dry_run and not bad:
            db.session.commit()
            report.landed = True
            if report.added:
                learn_sizes()
    note(f"{time.monotonic() - start:.1f} s")
    click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=1) if as_json else report.as_text())
    sys.exit(1 if bad else 0)


@click.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@told
def export_files(folder: Path) -> None:
    """Write the CSV files that `import` reads into FOLDER, all of them as of one moment."""
    from cms.exports.actions import record_folder
    from cms.exports.folder import export_folder

    start = time.monotonic()
    exports = export_folder(folder, note)
    with writing():
        record_folder(exports)
        db.session.commit()
    click.echo(f"Exported {sum(export.sent for export in exports):,} rows ({time.monotonic() - start:.1f} s)")


@click.command("figures")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="As if it were that day; later rows do not count.")
@click.option("--rfm", is_flag=True, help="Also the scores and the group of each customer.")
@click.option("--cohorts", is_flag=True, help="Also how many of each month's new customers came again, month by month.")
@click.option("--clv-model", is_flag=True, help="Also the parameters of the lifetime model, fitted now.")
@told
def figures(as_json: bool, today: datetime | None, **parts: bool) -> None:
    """Print every headline figure of the shop."""
    from cms.figures import sheet

    shop = sheet.shop()
    also = [name for name, wanted in parts.items() if wanted]
    found = sheet.figures(today.date() if today else clock.today(shop.zone), shop, also=also)
    click.echo(json.dumps(found, ensure_ascii=False, indent=1) if as_json else sheet.as_text(found))


@click.command("check")
@told
def check() -> None:
    """Check every invariant of the data, and every kept total against a recount."""
    from cms.checks.invariants import all_checks, steady

    steady()
    failed, checks = 0, all_checks()
    for number, one in enumerate(checks, 1):
        start = time.monotonic()
        problems = list(one.failures())
        failed += bool(problems)
        for problem in problems:
            click.echo(f"FAILED {one.says}: {problem}")
        if (took := time.monotonic() - start) > 1:
            note(f"{number}/{len(checks)} {one.says} ({took:.1f} s)")
    if failed:
        click.echo(f"{failed} of {len(checks)} checks failed")
        sys.exit(1)
    click.echo(f"All {len(checks)} checks passed")


@click.command("demo")
@click.option("--customers", type=click.IntRange(1, 2_000_000), default=200, show_default=True)
@click.option("--orders", type=click.IntRange(0, 20_000_000), default=2000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed makes another shop.")
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The shop's last day; today unless given, in the early morning yesterday.",
)
@told
def demo(customers: int, orders: int, seed: int, today: datetime | None) -> None:
    """Fill an empty shop with a believable one."""
    from cms.demo.actions import Size, fill_shop
    from cms.demo.rules import last_day
    from cms.figures.sheet import shop

    start = time.monotonic()
    with writing():
        day = today.date() if today else last_day(clock.now(), shop().zone)
        fill_shop(Size(customers, orders, seed), day, None, note)
        db.session.commit()
        learn_sizes()
    click.echo(f"A shop with {customers:,} customers and {orders:,} orders ({time.monotonic() - start:.1f} s)")


@click.command("add-user")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
@told
def add_user(name: str, role: str, password_stdin: bool) -> None:
    """Add a user who signs in as NAME."""
    from cms.auth import actions

    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    with writing():
        user = actions.add_user(name, name, password, role, by=None)
        db.session.commit()
    click.echo(f"{user.username} can sign in as {role}")


@click.command("setup-link")
@click.option("--base", default="http://127.0.0.1:8000", show_default=True, help="The address of the shop.")
@told
def setup_link(base: str) -> None:
    """Print the one-time link that sets up the shop, or where to sign in once it is set up."""
    from cms.auth import actions, queries

    base = base.rstrip("/")
    with writing():
        if queries.any_user():
            click.echo(f"Sign in at {base}/login")
            return
        token = actions.new_setup_link()
        db.session.commit()
    click.echo(f"Set up the shop, once: {base}/setup?token={token}")


@click.command()
@click.option("--parent", type=int, help="End when this process is our parent no more.")
@click.option("--once", is_flag=True, help="Do what waits, then end.")
@told
def worker(parent: int | None, once: bool) -> None:
    """Do what is put aside for later: sending, invoices as PDF. `make run` starts one by itself."""
    from cms.jobs.runner import let_go, put_aside_what_is_due, run_next

    stopped, looked, lost = threading.Event(), float(-LOOK_AROUND), False
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    while not stopped.is_set() and (parent is None or os.getppid() == parent):
        try:
            if lost:
                let_go()
            lost = False
            busy = run_next()
            if not busy and not once and time.monotonic() - looked > LOOK_AROUND:
                looked = time.monotonic()
                put_aside_what_is_due()
        except (OperationalError, InterfaceError) as error:  # the database is away: it will be back
            note(f"The database cannot be reached ({error.orig})")
            busy, lost = False, True
            stopped.wait(5)
        finally:
            db.session.remove()
        if not busy:
            if once:
                return
            stopped.wait(0.1)
