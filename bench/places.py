"""Where the bench keeps its shops, and the databases it makes them on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Protocol

from bench.mariadb import KeptMariaDB
from cms.config import ROOT
from tests.databases import SECRET

KEPT = ROOT / "instance" / "bench"
"""Gigabytes, made once and used again."""

LATEST = ROOT / "bench" / "results" / "latest.md"


class Place(Protocol):
    """A kind of database that shops are made on."""

    name: str

    def fresh(self, shop: str) -> str:
        """The address of a new, empty database for this shop."""

    def address(self, shop: str) -> str:
        """The address of the one that is there."""

    def drop(self, shop: str) -> None:
        """Forget it."""

    def close(self) -> None:
        """The end of the run."""


class SQLite:
    name = "sqlite"

    def __init__(self, folder: Path = KEPT / "sqlite"):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def fresh(self, shop: str) -> str:
        self.drop(shop)
        return self.address(shop)

    def address(self, shop: str) -> str:
        return f"sqlite:///{self.folder / shop}.db"

    def drop(self, shop: str) -> None:
        for path in self.folder.glob(f"{shop}.db*"):
            path.unlink()

    def close(self) -> None:
        """There is no server to stop."""


class OnMariaDB:
    name = "mariadb"

    def __init__(self, folder: Path = KEPT / "mariadb"):
        self.server = KeptMariaDB(folder).start()

    def fresh(self, shop: str) -> str:
        return self.server.schema(shop)

    def address(self, shop: str) -> str:
        return self.server.address(shop)

    def drop(self, shop: str) -> None:
        self.server.drop(shop)

    def close(self) -> None:
        self.server.stop()


PLACES: dict[str, type[SQLite] | type[OnMariaDB]] = {"sqlite": SQLite, "mariadb": OnMariaDB}


def environment(url: str, **more: str) -> dict[str, str]:
    """What a process of the shop on this database is told."""
    instance = KEPT / "instance"
    instance.mkdir(parents=True, exist_ok=True)
    return os.environ | {"DATABASE_URL": url, "INSTANCE_DIR": str(instance), "SECRET_KEY": SECRET} | more


def flask(url: str, *words: str) -> None:
    """Run a command of the shop; what it says is shown. Raises CalledProcessError when it fails."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
    subprocess.run(command, cwd=ROOT, env=environment(url), check=True, stdout=sys.stderr)


def say(text: str) -> None:
    """Progress, apart from the result."""
    print(text, file=sys.stderr, flush=True)
