"""flask backup and flask restore"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import click

from cms import clock
from cms.checks.invariants import all_checks, steady
from cms.cli import note, told
from cms.db import db, learn_sizes, writing
from cms.errors import RuleError


@click.command("backup")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), help="A folder, instead of a file.")
@told
def backup(file: Path | None, folder: Path | None) -> None:
    """Write all of the shop into one FILE, as of one moment; people may go on working.

    Without FILE it is kept beside those that the shop makes itself.
    """
    from cms.backups import kept, making
    from cms.backups.actions import record_made
    from cms.backups.rules import file_name, show_size

    start = time.monotonic()
    if file and folder:
        raise RuleError("Say either a file or --to a folder")
    if file and file.is_dir():
        file, folder = None, file
    path = file or (folder or kept.folder()) / file_name(clock.now(), daily=False)
    made = _told(making.make(path.absolute(), "command"))
    with writing():
        record_made(None, made)
        db.session.commit()
    note(f"{time.monotonic() - start:.1f} s")
    click.echo(f"{made.path}\n{show_size(made.size)}, digest {made.digest}")
    click.echo(_contents(made.manifest))


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Delete the shop that is there, with all that is in it.")
@click.option("--called", default="", hidden=True, help="What the file is called, where it comes without a name.")
@told
def restore(file: Path, replace: bool, called: str) -> None:
    """Bring a backup back, whole or not at all, into an empty shop or, with --replace, in place of the one there.

    The database is the one of DATABASE_URL, SQLite or MySQL, whichever the backup came from.
    """
    from flask_migrate import upgrade

    from cms.backups import restoring
    from cms.backups.archive import Backup
    from cms.backups.older import of_today

    start = time.monotonic()
    with Backup(file, called) as given, of_today(given, note) as found:
        click.echo(f"Backup of {found.manifest['shop']}, made {found.manifest['made_at']} UTC, digest {given.digest}")
        if not restoring.has_schema():
            note("Making the tables")
            upgrade()
        restoring.check_version()
        with writing():
            restoring.check_place(replace)
            restoring.restore(found, note)
            db.session.commit()
        learn_sizes()
        click.echo(f"Restored: {_contents(found.manifest)}")
    note(f"{time.monotonic() - start:.1f} s")
    _check()


def _check() -> None:
    """All that `flask check` looks at. What fails now failed when the backup was made: its rows are the same."""
    note("Checking, as flask check does")
    steady()
    checks = all_checks()
    failed = [f"FAILED {check.says}: {problem}" for check in checks for problem in check.failures()]
    if failed:
        click.echo("\n".join(failed))
        click.echo("The shop is restored as it was backed up, and this was wrong in it already")
        sys.exit(1)
    click.echo(f"All {len(checks)} checks passed")


def _contents(manifest: dict[str, Any]) -> str:
    figures, rows = manifest["figures"], sum(table["rows"] for table in manifest["tables"].values())
    return (
        f"{figures['customers']:,} customers, {figures['total']:,} orders, {figures['lines']:,} lines, "
        f"net {figures['net']}; {rows:,} rows in all"
    )


def _told(steps: Any) -> Any:
    """What comes of it, with a word on the way every ten seconds or so."""
    said = time.monotonic()
    while True:
        try:
            done, total = next(steps)
        except StopIteration as end:
            return end.value
        if time.monotonic() - said > 10:
            said = time.monotonic()
            note(f"{done:,} of {total:,} rows")
