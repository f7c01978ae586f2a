"""A private MariaDB: no root, no system service, its own folder and port, gone when stopped."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pymysql

QUICK = (
    # A test server may lose its data with the machine, so nothing waits for a disk.
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-flush-method=nosync",
    "--sync-frm=0",
    "--innodb-doublewrite=0",
    "--innodb-buffer-pool-size=64M",
    "--innodb-log-file-size=16M",
    "--skip-log-bin",
    "--skip-name-resolve",
    "--performance-schema=OFF",
    "--character-set-server=utf8mb4",
    "--collation-server=utf8mb4_unicode_520_ci",
)
PATH = os.environ.get("PATH", "") + ":/usr/sbin"


def memory() -> str | None:
    """A folder in memory where there is room for a database: four times as quick as a disk. Else None."""
    shm = Path("/dev/shm")
    return str(shm) if shm.is_dir() and os.access(shm, os.W_OK) and shutil.disk_usage(shm).free > 2**30 else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class MariaDB:
    """Started by `start`; `schema` makes an empty database in it and gives its address."""

    def __init__(self, *options: str):
        self.folder = Path(tempfile.mkdtemp(prefix="cms-mariadb-", dir=memory()))
        self.socket = str(self.folder / "socket")
        self.port = free_port()
        self.options = options
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> MariaDB:
        """Raises RuntimeError with the server's own words when it cannot start."""
        missing = [name for name in ("mariadbd", "mariadb-install-db") if not shutil.which(name, path=PATH)]
        if missing:
            raise RuntimeError(f"{' and '.join(missing)} not found: apt-get install mariadb-server, or use make test")
        common = [
            "--no-defaults",
            f"--datadir={self.folder / 'data'}",
            f"--tmpdir={self.folder}",
            f"--user={pwd.getpwuid(os.geteuid()).pw_name}",
        ]
        install = ["mariadb-install-db", *common, "--auth-root-authentication-method=normal", "--skip-test-db"]
        made = subprocess.run(install, env=os.environ | {"PATH": PATH}, capture_output=True, text=True, check=False)
        if made.returncode:
            raise RuntimeError(f"mariadb-install-db failed: {made.stdout[-2000:]}{made.stderr[-2000:]}")
        server = [
            "mariadbd",
            *common,
            f"--socket={self.socket}",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            f"--pid-file={self.folder / 'pid'}",
            *QUICK,
            *self.options,
        ]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [*dying_with_us(), *server], env=os.environ | {"PATH": PATH}, stdout=log, stderr=subprocess.STDOUT
            )
        self._await()
        with self._root() as root, root.cursor() as cursor:
            cursor.execute("CREATE USER cms@'127.0.0.1' IDENTIFIED BY 'cms'")
            cursor.execute("GRANT ALL ON *.* TO cms@'127.0.0.1'")
        return self

    def schema(self, name: str) -> str:
        """The address of a new, empty database of this name."""
        with self._root() as root, root.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")
            cursor.execute(f"CREATE DATABASE {name}")
        return f"mysql+pymysql://cms:cms@127.0.0.1:{self.port}/{name}"

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _root(self) -> pymysql.Connection:
        return pymysql.connect(unix_socket=self.socket, user="root", ssl_disabled=True)

    def _await(self) -> None:
        deadline = time.monotonic() + 30
        while not self._answers():
            assert self.process is not None
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "log").read_text()[-2000:])
            time.sleep(0.05)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(self.socket) == 0


def dying_with_us() -> list[str]:
    """The start of a command that ends it should this process be killed."""
    return ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
