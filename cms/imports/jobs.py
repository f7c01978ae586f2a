"""The worker's part: check a file, import it, take an import back.

Each is one transaction or none at all: whatever becomes of the worker, nothing is half done, and the next one begins
anew. How far it is is told beside that transaction (`cms/jobs/beats.py`).
"""

from __future__ import annotations

from cms.db import learn_sizes
from cms.errors import RuleError
from cms.imports import landing, queries, reverting
from cms.jobs.runner import Step, Work

MANY = 2000


def check(upload: int) -> Work:
    """Read a file as an import would and keep what would come of it. No lock is held meanwhile."""
    found = queries.fresh_upload(upload)
    if found is None:
        return "The file was thrown away"
    version = found.version
    with queries.unpacked(upload) as content:
        report, rejected = landing.checked(found, content)
    rows = report["rows"]
    yield Step(rows, rows, lambda: landing.keep_report(upload, version, report, rejected))
    if report["bad"]:
        raise RuleError(report["bad"])
    return "The file is checked"


def land(upload: int, by: int) -> Work:
    """Import a file."""
    found = queries.fresh_upload(upload)
    if found is None:
        return "The file was thrown away"
    rows = (found.report or {}).get("rows", 0)
    yield Step(0, rows)
    with queries.unpacked(upload) as content:
        said = yield Step(rows, rows, lambda: landing.land_upload(upload, content, queries.who(by)))
    if rows > MANY:
        learn_sizes()
    return said


def revert(import_id: int, by: int) -> Work:
    """Take an import back."""
    yield Step(0, 0)
    return (yield Step(1, 1, lambda: reverting.revert(import_id, queries.who(by))))
