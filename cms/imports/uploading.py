"""An uploaded file on its way: kept, matched, checked, imported or given up."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from sqlalchemy import delete, func, insert, select

from cms import clock
from cms.db import claim, db, lock
from cms.errors import RuleError
from cms.imports import queries
from cms.imports.columns import columns_of, digest_of, guessed, lacking, matched, source_of
from cms.imports.look import Look
from cms.imports.rules import TABLES
from cms.jobs.actions import enqueue
from cms.models import Job, StoredFile, Upload, UploadPiece
from cms.models.uploads import MODES

PIECE = 1024 * 1024
KEPT_FOR = timedelta(days=7)
UPDATABLE = ("customers", "products")


@contextmanager
def packed(file: IO[bytes]) -> Iterator[tuple[IO[bytes], list[int]]]:
    """The content in packed pieces one behind the other, and how long each is: made before anything is locked."""
    with file, SpooledTemporaryFile(max_size=4 * PIECE) as out:
        lengths = []
        file.seek(0)
        while piece := file.read(PIECE):
            lengths.append(out.write(zlib.compress(piece, 1)))
        out.seek(0)
        yield out, lengths  # type: ignore[misc]


def keep_upload(found: Look, pieces: tuple[IO[bytes], list[int]], by: Any, request_key: str | None) -> Upload:
    """Keep a file that was looked at, with its columns matched as last time or as they seem to be."""
    if request_key and (made := queries.by_request_key(request_key)):
        return made
    _forget_old()
    digest, source = digest_of(found.headers), source_of(found.headers)
    fills, key = guessed(found.headers)
    values: dict[str, Any] = {
        "fills": fills,
        "matching": matched(found.headers, fills, source) if fills else [""] * len(found.headers),
    }
    if known := queries.same_header(digest):
        values = dict(known._mapping)
    upload = Upload(
        **{name: getattr(found, name) for name in ("name", "kind", "size", "encoding", "separator", "skipped")},
        **{name: getattr(found, name) for name in ("headers", "samples")},
        said=found.said + ([REMEMBERED] if known else []),
        digest=digest,
        source=key,
        created_at=clock.now(),
        by_id=by.id,
        request_key=request_key,
        **values,
    )
    db.session.add(upload)
    db.session.flush()
    content, lengths = pieces
    for number, length in enumerate(lengths):
        row = {"upload_id": upload.id, "number": number, "data": content.read(length)}
        db.session.execute(insert(UploadPiece), row)
    return upload


REMEMBERED = "The columns are matched as they were the last time a file had this header"


def match_upload(
    upload: Upload, fills: str, matching: Sequence[str], mode: str, follow: bool, version: int, by: Any
) -> Job:
    """Say which column is which, and have the file checked. Raises RuleError for what cannot be, Conflict."""
    if fills not in TABLES:
        raise RuleError("Say what the rows of this file are", "fills")
    if mode not in MODES or (mode != "create" and fills not in UPDATABLE):
        raise RuleError("Only customers and products can be updated; of all else new rows are added", "mode")
    offered = columns_of(fills)
    matching = [name if name in offered else "" for name in matching[: len(upload.headers)]]
    if missing := lacking(fills, matching, mode):
        raise RuleError(f"Say which column is {', '.join(missing)}: rows need it", "matching")
    _check_open(upload)
    claim(upload, version)
    upload.fills, upload.matching, upload.mode, upload.payments_follow = fills, list(matching), mode, follow
    upload.step, upload.report = "check", None
    job = enqueue("imports.check", {"upload": upload.id}, by)
    upload.job_id = job.id
    return job


def begin_landing(upload: Upload, version: int, by: Any) -> Job:
    """Have a checked file imported. Raises RuleError, Conflict."""
    _check_open(upload)
    if upload.report is None or upload.report.get("bad"):
        raise RuleError("This file has to be checked first")
    claim(upload, version)
    upload.step = "land"
    job = enqueue("imports.land", {"upload": upload.id, "by": by.id}, by)
    upload.job_id = job.id
    return job


def give_up(upload: Upload, version: int) -> None:
    """Throw an uploaded file away. Raises RuleError while it is worked on or once it has landed, Conflict."""
    _check_open(upload)
    claim(upload, version)
    _throw_away([upload.id])


def _check_open(upload: Upload) -> None:
    lock(upload)
    job = db.session.get(Job, upload.job_id, populate_existing=True) if upload.job_id else None
    if job and job.state in ("queued", "running"):
        raise RuleError("This file is being worked on; wait until that is done")
    if not queries.file_is_there(upload.id):
        raise RuleError("This file is imported already")


def _forget_old() -> None:
    """Files that nobody went on with."""
    old = (
        select(Upload.id)
        .outerjoin(Job, Job.id == Upload.job_id)
        .where(Upload.created_at < clock.now() - KEPT_FOR, Upload.import_id.is_(None))
        .where(func.coalesce(Job.state, "done").in_(("done", "failed")))
        .limit(20)
    )
    _throw_away(list(db.session.scalars(old)))


def _throw_away(ids: list[int]) -> None:
    keys = [queries.rejected_key(upload_id) for upload_id in ids]
    for gone in (
        delete(StoredFile).where(StoredFile.key.in_(keys)),
        delete(UploadPiece).where(UploadPiece.upload_id.in_(ids)),
        delete(Upload).where(Upload.id.in_(ids)),
    ):
        db.session.execute(gone.execution_options(synchronize_session=False))
