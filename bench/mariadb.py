"""A private MariaDB whose data stay from run to run, with the safety of a real server and room for the rows."""

from __future__ import annotations

import shutil
from pathlib import Path

import pymysql

from tests.mariadb import MariaDB

SERVER = (
    # What the tests' server leaves out for speed is here as MariaDB ships it: a commit waits for the disk.
    "--innodb-flush-log-at-trx-commit=1",
    "--innodb-doublewrite=1",
    "--innodb-buffer-pool-size=1G",
    "--innodb-log-file-size=512M",
)
USER_EXISTS = 1396


class KeptMariaDB(MariaDB):
    """The data lie in `folder`; socket and port are new each time."""

    def __init__(self, folder: Path):
        # Temporary tables on its own: another server that starts would tidy them away from a shared /tmp.
        super().__init__(*SERVER, f"--tmpdir={folder / 'tmp'}")
        self.passing, self.folder = self.folder, folder  # a socket's path must be short
        (folder / "tmp").mkdir(parents=True, exist_ok=True)

    def start(self) -> KeptMariaDB:
        """Raises RuntimeError with the server's own words when it cannot start."""
        try:
            super().start()
        except pymysql.err.OperationalError as error:
            if error.args[0] != USER_EXISTS:
                raise
        return self

    def address(self, name: str) -> str:
        """Where this schema is, made before or not."""
        return f"mysql+pymysql://cms:cms@127.0.0.1:{self.port}/{name}"

    def drop(self, name: str) -> None:
        with self._root() as root, root.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")

    def stop(self) -> None:
        """In order, so that the data are whole."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(300)
        shutil.rmtree(self.passing, ignore_errors=True)
