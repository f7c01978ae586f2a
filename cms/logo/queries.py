"""The shop's logo, as it is kept."""

from __future__ import annotations

from flask import abort
from sqlalchemy import select

from cms.db import db
from cms.models import StoredFile

KEY = "logo"


def picture_or_404(digest: str) -> bytes:
    """The logo with this digest: an address that was given out never shows another picture."""
    query = select(StoredFile.data).where(StoredFile.key == KEY, StoredFile.digest == digest)
    return db.session.scalar(query) or abort(404)


def logo() -> StoredFile | None:
    return db.session.get(StoredFile, KEY)
