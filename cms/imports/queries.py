"""Uploads and imports as their pages show them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, Any

from flask import abort
from sqlalchemy import select

from cms.db import db
from cms.models import Import, ImportChange, StoredFile, Upload, UploadPiece, User
from cms.paging import Page, Sort, page_of, read_whole

LATEST = Sort("Latest first", Import.id, Import.id, True, read_whole)


def upload_or_404(upload_id: int) -> Upload:
    return db.session.get(Upload, upload_id) or abort(404)


def import_or_404(import_id: int) -> Import:
    return db.session.get(Import, import_id) or abort(404)


def fresh_upload(upload_id: int) -> Upload | None:
    """An upload as it is now, None when it was given up."""
    query = select(Upload).where(Upload.id == upload_id).execution_options(populate_existing=True)
    return db.session.scalars(query).one_or_none()


def by_request_key(key: str) -> Upload | None:
    return db.session.scalar(select(Upload).where(Upload.request_key == key))


def open_uploads() -> Sequence[Any]:
    """Files that have not landed, the latest first."""
    columns = (Upload.id, Upload.name, Upload.step, Upload.size, Upload.created_at, User.name.label("by_name"))
    query = select(*columns).outerjoin(User, User.id == Upload.by_id).where(Upload.report.is_(None) | _waits())
    return db.session.execute(query.order_by(Upload.id.desc()).limit(20)).all()


def _waits() -> Any:
    """Whether the file itself is still kept: it goes when it has landed."""
    return select(UploadPiece.number).where(UploadPiece.upload_id == Upload.id).exists()


def file_is_there(upload_id: int) -> bool:
    query = select(UploadPiece.number).where(UploadPiece.upload_id == upload_id).limit(1)
    return db.session.scalar(query) is not None


def imports(args: Mapping[str, str]) -> Page:
    """What landed, the latest first."""
    columns = (Import.source, Import.finished_at, Import.counts, Import.reverted_at, User.name.label("by_name"))
    query = select(Import.id, Import.id.label("sort_value"), *columns).outerjoin(User, User.id == Import.by_id)
    return page_of(query, LATEST, args, 25)


def upload_of(import_id: int) -> Upload | None:
    return db.session.scalars(select(Upload).where(Upload.import_id == import_id)).first()


def who(user_id: int | None) -> User | None:
    return db.session.get(User, user_id) if user_id else None


def same_header(digest: str) -> Any:
    """How the latest file with this header row was matched, of those that somebody went on with."""
    columns = (Upload.fills, Upload.matching, Upload.mode, Upload.payments_follow)
    query = select(*columns).where(Upload.digest == digest, Upload.step != "match")
    return db.session.execute(query.order_by(Upload.id.desc()).limit(1)).first()


@contextmanager
def unpacked(upload_id: int) -> Iterator[IO[bytes]]:
    """The uploaded file on the disk of this machine, for as long as it is needed. It has no name there: however this
    process ends, it is gone."""
    with TemporaryFile(prefix="cms-import-") as file:
        number = 0
        while piece := db.session.scalar(
            select(UploadPiece.data).where(UploadPiece.upload_id == upload_id, UploadPiece.number == number)
        ):
            file.write(zlib.decompress(piece))
            number += 1
        file.flush()
        yield file


def rejected_or_404(upload_id: int) -> bytes:
    """The rows that were left out, with the reasons, as a packed CSV file."""
    return db.session.scalar(select(StoredFile.data).where(StoredFile.key == rejected_key(upload_id))) or abort(404)


def has_rejected(upload_id: int) -> bool:
    query = select(StoredFile.key).where(StoredFile.key == rejected_key(upload_id))
    return db.session.scalar(query) is not None


def rejected_key(upload_id: int) -> str:
    return f"rejected-{upload_id}"


def changes(import_id: int) -> Sequence[ImportChange]:
    query = select(ImportChange).where(ImportChange.import_id == import_id).order_by(ImportChange.id)
    return db.session.scalars(query).all()
