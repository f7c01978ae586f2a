"""flask import-original"""

from __future__ import annotations

import json
import time
from pathlib import Path

import click
from flask import current_app

from cms.cli import note, told
from cms.db import db, learn_sizes, writing


@click.command("import-original")
@click.argument("source")
@click.option("--dry-run", is_flag=True, help="Read and check everything, store nothing.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
@click.option("--allow-missing", is_flag=True, help="Go on without old tables that are not there.")
@click.option(
    "--complaints",
    type=click.Choice(["open", "resolved"]),
    default="open",
    show_default=True,
    help="What the old complaints are, which had no state.",
)
@click.option("--list", "list_path", type=click.Path(dir_okay=False, path_type=Path), help="Where to write the list.")
@told
def import_original(
    source: str, dry_run: bool, as_json: bool, allow_missing: bool, complaints: str, list_path: Path | None
) -> None:
    """Move in from the original application: SOURCE is its database, or a dump of it (.sql, .sql.gz).

    The database is given as mysql+pymysql://user:password@host/database and only read. It goes into an empty shop,
    whole or not at all.
    """
    from cms.original.actions import Wish, check_empty, move_in, source_of

    start = time.monotonic()
    path = list_path or Path(current_app.instance_path) / "import-original.csv"
    wish = Wish(dry_run, allow_missing, complaints == "resolved", path, note)
    with writing():
        check_empty()
        report = move_in(source_of(source), None, wish)
        if not dry_run:
            db.session.commit()
            report.landed = True
            learn_sizes()
    note(f"{time.monotonic() - start:.1f} s")
    click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=1) if as_json else report.as_text())
