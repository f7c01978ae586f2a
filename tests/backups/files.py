"""Backups for tests: made by the command, changed by hand, sealed anew."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from contextvars import Context
from pathlib import Path
from typing import Any

from cms.backups import archive

MANIFEST = archive.MANIFEST


def command(app: Any, *words: Any) -> Any:
    """As typed, on this app, whichever app's context is around."""
    return Context().run(app.test_cli_runner().invoke, args=[str(word) for word in words])


def backed_up(app: Any, path: Path) -> Path:
    result = command(app, "backup", path)
    assert result.exit_code == 0, result.output
    return path


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as found:
        return {name: found.read(name) for name in found.namelist()}


def manifest(path: Path) -> dict[str, Any]:
    return json.loads(members(path)[MANIFEST])


def sealed(path: Path, parts: dict[str, bytes]) -> Path:
    """A backup of these members with a digest that fits: what somebody might make on purpose."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name, data)
        made.comment = b"0" * archive.SEAL
    archive.seal(path)
    return path


def changed(source: Path, path: Path, change: Callable[[dict[str, Any]], None], **parts: bytes) -> Path:
    """A copy whose manifest says something else."""
    found = members(source)
    said = json.loads(found[MANIFEST])
    change(said)
    found[MANIFEST] = json.dumps(said).encode()
    return sealed(path, found | {name.replace("__", "/") + ".jsonl": data for name, data in parts.items()})


def flipped(source: Path, path: Path, place: int) -> Path:
    """A copy with one bit of one byte changed."""
    shutil.copy(source, path)
    with open(path, "rb+") as file:
        file.seek(place)
        old = file.read(1)[0]
        file.seek(place)
        file.write(bytes([old ^ 1]))
    return path
