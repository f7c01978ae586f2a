"""The backups that are kept: the files of one folder. What each is stands in its name and at its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cms.backups import archive
from cms.backups.rules import beyond, read_name
from cms.place import instance


@dataclass(frozen=True)
class Kept:
    """One of them, as its name, size and end say."""

    name: str
    path: Path
    at: datetime
    daily: bool
    size: int
    digest: str


def folder() -> Path:
    return instance() / "backups"


def all_kept() -> list[Kept]:
    """Newest first."""
    try:
        names = sorted((path.name for path in folder().iterdir()), reverse=True)
    except OSError:
        return []
    return [one for name in names if (one := find(name))]


def find(name: str) -> Kept | None:
    """The backup of this name; None when there is none, or the name is not one of a backup."""
    said, path = read_name(name), folder() / name
    if said is None:
        return None
    try:
        return Kept(name, path, *said, path.stat().st_size, archive.seal_of(path))
    except OSError:
        return None


def too_many(keep: int) -> list[Path]:
    """The oldest of the daily ones, beyond so many."""
    return [folder() / name for name in beyond([one.name for one in all_kept() if one.daily], keep)]
