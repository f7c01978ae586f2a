"""What becomes of an uploaded file: checked without a write, then imported in one transaction."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from collections.abc import Iterator, Mapping
from typing import IO, Any

from sqlalchemy import delete, insert

from cms import clock
from cms.db import db, lock
from cms.errors import RuleError
from cms.exports.rules import as_meant, defused
from cms.imports import queries
from cms.imports.actions import begin, finish, load
from cms.imports.columns import REASON
from cms.imports.files import BadFile
from cms.imports.report import Report
from cms.imports.uploads import Plan, UploadFile
from cms.imports.words import rest
from cms.jobs import beats
from cms.models import StoredFile, Upload, UploadPiece

MOST_REJECTED, MOST_SHOWN = 50_000, 100
MOST_PACKED = 8_000_000
"""Of the rows left out, packed: what the database takes in one go."""


def checked(upload: Upload, content: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """What an import of this file would come to, and the rows that it would leave out. Nothing is written."""
    report = Report(dry_run=True, most=MOST_REJECTED)
    plan = Plan.of(upload)
    run = begin(report, _tables(upload), None, dry=True)
    run.at = lambda rows: beats.tell(rows, 0)
    load(run, {upload.fills: UploadFile(content, plan)})
    rows_only = report.error_count and not report.file_errors
    return _kept(report, upload), _rejected(UploadFile(content, plan), report) if rows_only else b""


def keep_report(upload_id: int, version: int, report: Mapping[str, Any], rejected: bytes) -> None:
    """Keep what the check found, unless the file was given up or matched anew meanwhile."""
    upload = queries.fresh_upload(upload_id)
    if upload is None or upload.version != version:
        return
    upload.report = dict(report)
    key = queries.rejected_key(upload_id)
    db.session.execute(delete(StoredFile).where(StoredFile.key == key).execution_options(synchronize_session=False))
    if rejected:
        digest = hashlib.sha256(rejected).hexdigest()
        values = {"content_type": "text/csv", "digest": digest, "data": rejected, "created_at": clock.now()}
        db.session.execute(insert(StoredFile).values(key=key, **values))


def land_upload(upload_id: int, content: IO[bytes], by: Any) -> str:
    """Import the file, all but the rows in error, and tell what came of it. Raises RuleError when it cannot be."""
    upload = queries.fresh_upload(upload_id)
    if upload is None or not queries.file_is_there(upload_id):
        return "This file is imported already"
    lock(upload)
    report = Report(most=MOST_REJECTED)
    run = begin(report, _tables(upload), by)
    total = (upload.report or {}).get("rows", 0)
    run.at = lambda rows: beats.tell(rows, total)
    run.most = total
    if not load(run, {upload.fills: UploadFile(content, Plan.of(upload))}):
        raise RuleError(f"{report.problems[-1]}. Nothing was imported")
    kept = _kept(report, upload)
    if kept["added"] or kept["updated"]:
        upload.import_id = finish(run, upload.name, upload.digest).id
    upload.report = kept
    gone = delete(UploadPiece).where(UploadPiece.upload_id == upload_id)
    db.session.execute(gone.execution_options(synchronize_session=False))
    return sentence(kept)


def sentence(kept: Mapping[str, Any]) -> str:
    """What came of an import.

    >>> sentence({"added": 12, "updated": 1, "known": 0, "errors": 2})
    'Rows: 12 added, 1 updated, 2 left out'
    """
    parts = (("added", "added"), ("updated", "updated"), ("known", "skipped"), ("errors", "left out"))
    said = [f"{kept[name]:,} {what}" for name, what in parts if kept[name]]
    return f"Rows: {', '.join(said)}" if said else "There was nothing to import"


def _tables(upload: Upload) -> frozenset[str]:
    """The tables that come with this file: orders whose payments follow are not settled."""
    return frozenset({upload.fills} | ({"payments"} if upload.payments_follow else set()))


def _kept(report: Report, upload: Upload) -> dict[str, Any]:
    count = report.files[upload.name]
    problems = sorted(report.problems, key=lambda problem: problem.line or 0)  # what is of the file itself comes first
    return {
        **{name: getattr(count, name) for name in ("rows", "added", "updated", "known", "errors")},
        "bad": str(report.problems[-1]) if report.file_errors else "",
        "notices": [text.removeprefix(f"{upload.name}: ") for text in report.notices],
        "problems": [[problem.line, problem.column, problem.why] for problem in problems[:MOST_SHOWN]],
    }


def _rejected(source: UploadFile, report: Report) -> bytes:
    """The rows in error as they stand in the file, each with its reason, as a CSV file that can be sent again."""
    why: dict[int, list[str]] = {}
    for problem in report.problems:
        if problem.line is not None:
            said = f"{problem.column}: {rest(problem.column, problem.why)}" if problem.column else problem.why
            why.setdefault(problem.line, []).append(said)
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        write = csv.writer(text).writerow
        write([*source.plan.headers, REASON])
        for line, row in _rows(source):
            if line in why and out.tell() < MOST_PACKED:
                row += [""] * (len(source.plan.headers) - len(row))
                meant = map(as_meant, row)  # a mark that the file has must not become two
                write([*map(defused, meant), "; ".join(why[line])])
        text.flush()
        text.detach()
    return out.getvalue()


def _rows(source: UploadFile) -> Iterator[tuple[int, list[str]]]:
    try:
        yield from source.records()
    except (BadFile, UnicodeDecodeError):
        return
