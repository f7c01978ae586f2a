"""Gunicorn with the settings of deploy/, and what its workers take of the memory."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.error import HTTPError

from bench.places import KEPT, environment
from cms.config import ROOT
from tests.mariadb import dying_with_us, free_port


class Gunicorn:
    """`app` on the database at `url`, as shipped."""

    def __init__(self, app: str, url: str):
        self.port = free_port()
        self.log = KEPT / f"gunicorn-{self.port}.log"
        command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", app]
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [*dying_with_us(), *command],
                cwd=ROOT,
                env=environment(url, PORT=str(self.port)),
                stdout=out,
                stderr=out,
            )
        self.now_kb = self.peak_kb = 0
        try:
            self._await()
        except RuntimeError:
            self.stop()
            raise

    def look_at_memory(self) -> None:
        """Note what the largest worker holds now, and the most that any has held."""
        seen = [_memory(pid) for pid in _children(self.process.pid)]
        self.now_kb = max((now for now, _peak in seen), default=0)
        self.peak_kb = max(self.peak_kb, *(peak for _now, peak in seen), 0)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)
        self.log.unlink(missing_ok=True)

    def _await(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/static/nothing", timeout=5).close()
                return
            except HTTPError:
                return  # it answers
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(self.log.read_text()[-3000:]) from None
                time.sleep(0.1)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _memory(pid: int) -> tuple[int, int]:
    """Resident memory in KB: now, and at most so far."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:  # a worker that has just been replaced
        return 0, 0
    found = dict(re.findall(r"(VmRSS|VmHWM):\s+(\d+)", status))
    return int(found.get("VmRSS", 0)), int(found.get("VmHWM", 0))
