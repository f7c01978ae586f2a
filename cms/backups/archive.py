"""The file of a backup: a ZIP with a text for each table, what it is in `manifest.json`, and its digest at the end.

The digest is the ZIP's comment: SHA-256 of all bytes before it. So one byte changed anywhere, or the end cut off, is
seen before anything else is read, and other programs still open the file.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

from cms.backups.rules import FIGURES, FORMAT, RATIO, Broken
from cms.errors import RuleError

SEAL = 64
"""Letters of the digest."""
BLOCK = 1 << 20
LONGEST = 32 * BLOCK
"""Of one row: the largest file that a row may keep, in base64."""
MANIFEST = "manifest.json"
PART = ".cmsbackup-part"
DAMAGED = "was altered or damaged on its way: what is in it does not fit its digest. Take another copy of it"


_UNREADABLE = (Broken, zipfile.BadZipFile, zlib.error, EOFError, KeyError, TypeError, ValueError, RecursionError,
               AttributeError, NotImplementedError, RuntimeError)  # fmt: skip
"""What reading a ZIP that was made on purpose may end with."""


@contextmanager
def part_of(path: Path) -> Iterator[Path]:
    """A file beside `path` to write to, which takes its name in the end, or goes. Raises RuleError when one is at it.

    It is locked as long as its process lives: whoever finds one unlocked may sweep it away.
    """
    part = path.with_name(f".{path.name}{PART}")
    with held_file(part) as held:
        try:
            held.truncate()
            os.chmod(part, 0o600)
            yield part
            part.replace(path)
            _sync(path.parent)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def held_file(path: Path) -> Iterator[Any]:
    """A file that only this process holds, for its owner's eyes. Raises RuleError when another process has it."""
    with open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "rb+") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise RuleError("Another backup or restore is under way; wait until it is done") from None
        yield held


def sweep(folder: Path) -> None:
    """Delete what backups left behind whose process was killed."""
    for part in folder.glob(f".*{PART}"):
        with suppress(OSError, RuleError), held_file(part):  # else somebody is at it
            part.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


class Writer:
    """Writes a backup, table by table. `with Writer(path) as writer`; then `seal(path)`."""

    def __init__(self, path: Path):
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=5)

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_how: Any) -> None:
        self._zip.close()

    def table(self, name: str) -> Any:
        """The file to write the lines of a table to."""
        return self._zip.open(_member(name), "w", force_zip64=True)

    def finish(self, manifest: dict[str, Any]) -> None:
        self._zip.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
        self._zip.comment = b"0" * SEAL


def seal(path: Path) -> str:
    """Write the digest to the end of a backup, see that it is on the disk, and give the digest."""
    with open(path, "rb+") as file:
        digest = _digest(file)
        file.write(digest.encode())
        file.flush()
        os.fsync(file.fileno())
    return digest


def _digest(file: Any) -> str:
    """Of all before the seal, where the file stands then."""
    left, hashed = os.fstat(file.fileno()).st_size - SEAL, hashlib.sha256()
    while left > 0:
        block = file.read(min(BLOCK, left))
        hashed.update(block)
        left -= len(block) or left
    return hashed.hexdigest()


def seal_of(path: Path) -> str:
    """The digest that a backup says, without a look at the rest."""
    with open(path, "rb") as file:
        file.seek(-SEAL, os.SEEK_END)
        return file.read().decode("ascii", "replace")


def peek(path: Path) -> dict[str, Any]:
    """What a backup says of itself, without a look at the rest. Raises RuleError."""
    try:
        with zipfile.ZipFile(path) as found:
            return _manifest(found)
    except (OSError, *_UNREADABLE):
        raise RuleError("This backup cannot be read: it is damaged, or was made by another version") from None


def _manifest(found: zipfile.ZipFile) -> dict[str, Any]:
    if found.getinfo(MANIFEST).file_size > 4 * BLOCK:
        raise Broken("its manifest is too long")
    manifest = json.loads(found.read(MANIFEST))
    if manifest["format"] != FORMAT:
        raise RuleError("This backup was made by a newer version of this program: update this one first")
    for key in ("tables", "revision", "database", "shop", "currency", "why"):
        manifest[key]
    datetime.fromisoformat(manifest["made_at"])
    date.fromisoformat(manifest["figures_on"])
    for name in FIGURES:
        manifest["figures"][name]
    return manifest


class Backup:
    """A backup to read from. Opening it looks at every byte: raises RuleError when one is not as it was written."""

    def __init__(self, path: Path, name: str = ""):
        self.path, self.name = path, name or path.name
        try:
            self.digest = self._checked()
            self._zip = zipfile.ZipFile(path)
            self._look_around()
        except OSError as error:
            raise RuleError(f"{path} cannot be read: {error.strerror or error}") from None
        except _UNREADABLE as error:
            raise self._refused(error) from None

    def __enter__(self) -> Backup:
        return self

    def __exit__(self, *_how: Any) -> None:
        self._zip.close()

    def _checked(self) -> str:
        with open(self.path, "rb") as file:
            if file.read(4) != b"PK\x03\x04":
                raise RuleError(f"{self.name} is no backup of a shop")
            file.seek(0)
            digest = _digest(file)
            said = file.read(SEAL).decode("ascii", "replace")
        if len(said) != SEAL or set(said) - set("0123456789abcdef"):
            raise RuleError(f"{self.name} is no backup of a shop, or its end is missing")
        if said != digest:
            raise RuleError(f"{self.name} {DAMAGED}")
        return digest

    def _look_around(self) -> None:
        """What it says of itself, and that it is no more than that."""
        infos = self._zip.infolist()
        if sum(info.file_size for info in infos) > RATIO * self.path.stat().st_size:
            raise Broken("it unpacks to far more than a backup does")
        self.manifest = _manifest(self._zip)
        self.tables: dict[str, Any] = self.manifest["tables"]
        for name, table in self.tables.items():
            if sum(block.count(b"\n") for block in self._blocks(name)) != table["rows"]:
                raise Broken(f"rows of {name} are missing")

    def lines(self, name: str) -> Iterator[list[bytes]]:
        """The lines of a table, some at a time."""
        rest = b""
        try:
            for block in self._blocks(name):
                *lines, rest = (rest + block).split(b"\n")
                if len(rest) > LONGEST:
                    raise Broken(f"a row of {name} is too long")
                if lines:
                    yield lines
        except _UNREADABLE as error:
            raise self._refused(error) from None

    def _blocks(self, name: str) -> Iterator[bytes]:
        with self._zip.open(_member(name)) as member:
            while block := member.read(BLOCK):
                yield block

    def _refused(self, error: Exception) -> RuleError:
        why = f": {error}" if isinstance(error, Broken) else ""
        return RuleError(f"{self.name} cannot be read as a backup{why}")


def _member(name: str) -> str:
    return f"tables/{name}.jsonl"
