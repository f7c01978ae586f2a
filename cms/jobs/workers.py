"""Who works on a job: a process of a machine. One that is gone is known at once by those on the same machine."""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path


@cache
def _machine() -> str:
    return socket.gethostname()[:80]


def me() -> str:
    """This process, as a job names its worker: machine, number, and when the process began."""
    return f"{_machine()}:{os.getpid()}:{_began(os.getpid())}"


def is_gone(worker: str) -> bool:
    """Whether this worker ran on our machine and has ended. Of others nobody here can tell."""
    machine, _, process = worker.rpartition(":")[0].rpartition(":")
    return machine == _machine() and process.isdigit() and _began(int(process)) != worker.rpartition(":")[2]


def _began(process: int) -> str:
    """When a process began, in ticks of the machine; "" when there is none."""
    try:
        after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return after_name[19]
    except (OSError, IndexError):
        try:
            os.kill(process, 0)
        except OSError:
            return ""
        return "there"
