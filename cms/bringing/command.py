"""A shop that is brought back in the browser, into one that nobody has set up yet.

It is done by `flask restore`, in a process of its own: the same proofs, and the memory they take is given back. The
file has no name on the disk, so however this ends nothing of it is left there.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from tempfile import TemporaryFile
from typing import Any

from cms.config import ROOT
from cms.db import db
from cms.errors import RuleError
from cms.place import instance

MOST_SENT = 256 * 1024 * 1024
BROKEN = "This backup could not be brought back. Nothing of it was kept; the log of the server says why."


def bring_back(sent: Any, name: str) -> bool:
    """Restore the shop from what was sent; whether its checks passed. Raises RuleError, and it stays empty."""
    with TemporaryFile() as file:
        sent.save(file)
        file.flush()
        db.session.rollback()  # nothing of ours may stand in its way
        environ = os.environ | {
            "DATABASE_URL": db.engine.url.render_as_string(hide_password=False),
            "INSTANCE_DIR": str(instance()),
            "PYTHONUNBUFFERED": "1",
        }
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "restore", "/dev/stdin", f"--called={name}"]
        done = subprocess.run(  # noqa: S603  (our own command; the name is one argument)
            command, cwd=ROOT, env=environ, stdin=file, capture_output=True, text=True, check=False
        )
    if "\nRestored: " in f"\n{done.stdout}":
        return done.returncode == 0
    said = re.search(r"^Error: (.+)", done.stderr, re.MULTILINE)
    if not said:
        sys.stderr.write(done.stderr[-4000:])
    raise RuleError(said[1] if said else BROKEN, "file")
