"""Files that people send to be imported, and what an import changed."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, mapped_column

from cms.db import db
from cms.models.base import TABLE, Created, Versioned, code, one_of, user_id

UPLOAD_STEPS = ("match", "check", "land")
UPLOAD_KINDS = ("csv", "xlsx")
MODES = ("create", "update", "both")


class Upload(Created, Versioned, db.Model):
    """A file on its way in: how it is to be read, which column is which, and how far it is.

    `step` and the state of its job say how far it is. `digest` is of the header row: the next file with the same one is
    matched the same way. `report` is what the check, later the import, found.
    """

    __tablename__ = "uploads"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(4))
    size: Mapped[int] = mapped_column(BigInteger)
    encoding: Mapped[str] = mapped_column(String(20), default="")
    separator: Mapped[str] = mapped_column(String(1), default=",")
    skipped: Mapped[int] = mapped_column(Integer, default=0)
    digest: Mapped[str] = mapped_column(code(64))
    headers: Mapped[list] = mapped_column(JSON)
    samples: Mapped[list] = mapped_column(JSON)
    said: Mapped[list] = mapped_column(JSON)
    source: Mapped[str] = mapped_column(String(20), default="")
    fills: Mapped[str] = mapped_column(String(20), default="")
    matching: Mapped[list] = mapped_column(JSON)
    mode: Mapped[str] = mapped_column(String(10), default="create")
    payments_follow: Mapped[bool] = mapped_column(default=False)
    step: Mapped[str] = mapped_column(String(10), default="match")
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("imports.id"), index=True)
    report: Mapped[dict | None] = mapped_column(JSON)
    by_id: Mapped[int | None] = user_id()

    __table_args__ = (
        one_of("kind", UPLOAD_KINDS, "kind"),
        one_of("mode", MODES, "mode"),
        one_of("step", UPLOAD_STEPS, "step"),
        Index("ix_uploads_digest", "digest", "id"),
        TABLE,
    )


class UploadPiece(db.Model):
    """A part of an uploaded file, packed. It is kept with the data, so that a worker on any machine can read it."""

    __tablename__ = "upload_pieces"

    upload_id: Mapped[int] = mapped_column(ForeignKey("uploads.id"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    data: Mapped[bytes] = mapped_column(LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb"))

    __table_args__ = (TABLE,)


class ImportChange(db.Model):
    """A row that an import changed: what it said before and after, and the version that the import made of it."""

    __tablename__ = "import_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"), index=True)
    thing: Mapped[str] = mapped_column(String(20))
    thing_id: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer)
    before: Mapped[dict] = mapped_column(JSON)
    after: Mapped[dict] = mapped_column(JSON)

    __table_args__ = (TABLE,)
