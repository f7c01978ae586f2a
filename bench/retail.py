"""The import of a real year of sales: lines a second, and the memory it takes."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from bench.places import Place, environment, flask, say
from cms.config import ROOT
from tests.mariadb import dying_with_us

LINES_A_SECOND, MB = 5000, 400
"""At least, and less than."""

SHOP = "retail"


@dataclass(frozen=True)
class Imported:
    """One import of a whole folder into an empty shop."""

    lines: int
    seconds: float
    peak_mb: float

    @property
    def lines_a_second(self) -> float:
        return self.lines / self.seconds

    @property
    def over(self) -> list[str]:
        """The limits it breaks."""
        broken = [f"{self.lines_a_second:,.0f} lines/s"] if self.lines_a_second < LINES_A_SECOND else []
        return broken + ([f"{self.peak_mb:.0f} MB"] if self.peak_mb >= MB else [])


def import_retail(place: Place, folder: Path) -> Imported:
    """Into a fresh shop, by the command as people run it. Raises CalledProcessError when it fails."""
    url = place.fresh(SHOP)
    flask(url, "db", "upgrade")
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "import", str(folder)]
    start = time.monotonic()
    process = subprocess.Popen([*dying_with_us(), *command], cwd=ROOT, env=environment(url), stdout=sys.stderr)
    _pid, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    place.drop(SHOP)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    result = Imported(_lines_in(folder), seconds, usage.ru_maxrss / 1024)
    say(f"  import: {result.lines_a_second:,.0f} lines/s, {result.peak_mb:.0f} MB")
    return result


def _lines_in(folder: Path) -> int:
    """Order lines: the rows of orders.csv without its header."""
    packed = folder / "orders.csv.gz"
    with gzip.open(packed, "rb") if packed.exists() else (folder / "orders.csv").open("rb") as file:
        return sum(1 for _line in file) - 1
