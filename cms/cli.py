"""The commands: `flask --app wsgi COMMAND`. Like routes, they commit once, after the action succeeded."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import IntegrityError

from cms.db import db, writing
from cms.errors import RuleError


def add_commands(app: Flask) -> None:
    """Make the commands known to the app."""
    for command in (import_files, figures, check, demo, add_user, setup_link):
        app.cli.add_command(command)


def note(text: str) -> None:
    """Progress, apart from the answer."""
    click.echo(text, err=True)


@click.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Read and check everything, store nothing.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
@click.option("--skip-bad-rows", is_flag=True, help="Leave out the rows in error and store the rest.")
@with_appcontext
def import_files(folder: Path, dry_run: bool, as_json: bool, skip_bad_rows: bool) -> None:
    """Import the CSV files of FOLDER, whole or not at all."""
    from cms.imports.actions import import_folder

    start = time.monotonic()
    with writing():
        try:
            report = import_folder(folder, None, dry_run, note)
        except IntegrityError as error:
            raise click.ClickException(f"Someone else changed the shop meanwhile; nothing was stored. ({error.orig})") from None
        bad = report.file_errors > 0 or (report.error_count > 0 and not skip_bad_rows)
        if not dry_run and not bad:
            db.session.commit()
            report.landed = True
    note(f"{time.monotonic() - start:.1f} s")
    click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=1) if as_json else report.as_text())
    sys.exit(1 if bad else 0)


@click.command("figures")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="As if it were that day; later rows do not count.")
@with_appcontext
def figures(as_json: bool, today: object) -> None:
    """Print every headline figure."""


@click.command("check")
@with_appcontext
def check() -> None:
    """Check every invariant and every kept total."""


@click.command("demo")
@with_appcontext
def demo() -> None:
    """Fill an empty shop."""


@click.command("add-user")
@with_appcontext
def add_user() -> None:
    """Add a user."""


@click.command("setup-link")
@with_appcontext
def setup_link() -> None:
    """Print the one-time link."""
