"""Three database nodes, two HAProxies and two web machines on addresses of this machine, with the files as shipped."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pymysql

from cms.config import ROOT
from deploy.trial.machine import await_port
from tests.mariadb import PATH, dying_with_us, free_port

NODES = ("127.0.0.31", "127.0.0.32", "127.0.0.33")
WEB = ("127.0.0.41", "127.0.0.42")
ACCOUNT = "mysql" if os.geteuid() == 0 else ""
"""As root a node could not take a copy over by rsync."""
SYNCED = "Synced"
HERE = ROOT / "deploy/cluster"


class Node:
    """One MariaDB of the cluster."""

    def __init__(self, top: Path, address: str):
        self.address, self.name = address, f"node{address[-1]}"
        self.folder = top / self.name
        self.folder.mkdir()
        self.socket = f"{self.folder}/sock"
        self.process: subprocess.Popen[bytes] | None = None
        text = (HERE / "galera.cnf").read_text()
        for n, other in enumerate(NODES, 1):
            text = text.replace(f"NODE-{n}", other)
        text = text.replace("THIS-ADDRESS", address).replace("THIS-NAME", self.name)
        text = text.replace("buffer_pool_size = 1G", "buffer_pool_size = 64M").replace("512M", "64M")
        own = f"datadir = {self.folder}/data\nsocket = {self.socket}\npid-file = {self.folder}/pid\nport = 3306\n"
        user = f"user = {ACCOUNT}\n" if ACCOUNT else ""
        (self.folder / "my.cnf").write_text(text + own + user + f"tmpdir = {self.folder}\n")
        install = [
            "mariadb-install-db", "--no-defaults", f"--datadir={self.folder}/data", "--skip-test-db",
            "--auth-root-authentication-method=normal", *([f"--user={ACCOUNT}"] if ACCOUNT else []),
        ]  # fmt: skip
        subprocess.run(install, check=True, capture_output=True, env=os.environ | {"PATH": PATH})
        if ACCOUNT:
            shutil.chown(self.folder, ACCOUNT)

    def start(self, first: bool = False) -> float:
        """Seconds until it has all that the others have. Raises RuntimeError with its own words."""
        began = time.monotonic()
        command = ["mariadbd", f"--defaults-file={self.folder}/my.cnf", *(["--wsrep-new-cluster"] if first else [])]
        log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(
            [*dying_with_us(), *command], env=os.environ | {"PATH": PATH}, stdout=log, stderr=log
        )
        while self.state() != SYNCED:
            if self.process.poll() is not None or time.monotonic() - began > 90:
                raise RuntimeError(f"{self.name} does not join\n{(self.folder / 'log').read_text()[-3000:]}")
            time.sleep(0.1)
        return time.monotonic() - began

    def state(self) -> str:
        try:
            return self.ask("SHOW STATUS LIKE 'wsrep_local_state_comment'")[0][1]
        except pymysql.MySQLError:
            return ""

    def ask(self, *statements: str, database: str | None = None) -> list[Any]:
        """The rows of the last statement, once this node has applied all that the others have committed."""
        with (
            pymysql.connect(unix_socket=self.socket, user="root", database=database, autocommit=True) as root,
            root.cursor() as cursor,
        ):
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()


class WebMachine:
    """HAProxy and gunicorn, which share nothing with the other machine but the database and the secret."""

    def __init__(self, top: Path, number: int, secret: str):
        self.name, self.port, self.database = f"web{number + 1}", free_port(), free_port()
        self.folder = top / self.name
        self.folder.mkdir()
        text = (HERE / "haproxy.cfg").read_text()
        for n, node in enumerate(NODES, 1):
            text = text.replace(f"NODE-{n}:", f"{node}:")
        for n, proxy in enumerate(WEB, 1):
            text = text.replace(f"MACHINE-{n}-ADDRESS", proxy).replace(f"MACHINE-{n}", f"web{n}")
        text = text.replace("bind 127.0.0.1:3307", f"bind 127.0.0.1:{self.database}").replace(
            "/run/haproxy", str(self.folder)
        )
        text = text.replace("/srv/cms/current", str(ROOT))
        (self.folder / "haproxy.cfg").write_text(text)
        self.environ = os.environ | {
            "DATABASE_URL": f"mysql+pymysql://shop:shop@127.0.0.1:{self.database}/shop",
            "DATABASE_PATIENCE": "25",
            "SECRET_KEY": secret,
            "INSTANCE_DIR": str(self.folder / "instance"),
            "PORT": str(self.port),
            "WEB_CONCURRENCY": "2",
            "JOBS": "0",
        }
        self.processes: list[subprocess.Popen[bytes]] = []

    def start_haproxy(self) -> None:
        self._start("haproxy", "haproxy", "-db", "-L", self.name, "-f", str(self.folder / "haproxy.cfg"))

    def start_shop(self) -> None:
        gunicorn = ["-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "wsgi:app"]
        await_port(self.port, self._start("gunicorn", sys.executable, *gunicorn))

    def flask(self, *arguments: str, given: str = "", **environ: str) -> str:
        """`flask --app wsgi ...` on this machine; its answer."""
        return self.python("-m", "flask", "--app", "wsgi", *arguments, given=given, **environ)

    def python(self, *arguments: str, given: str = "", **environ: str) -> str:
        """What Python says to this. Raises RuntimeError when it fails."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT, env=self.environ | environ, input=given, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def writes_go_to(self) -> str:
        """The name of the node that a new connection from here reaches; "" when there is none."""
        try:
            with (
                pymysql.connect(
                    host="127.0.0.1",
                    port=self.database,
                    user="shop",
                    password="shop",
                    connect_timeout=2,
                    ssl_disabled=True,
                ) as shop,
                shop.cursor() as cursor,
            ):
                cursor.execute("SELECT @@wsrep_node_name")
                return str(cursor.fetchone()[0])  # type: ignore[index]
        except pymysql.MySQLError:
            return ""

    def set_node(self, node: str, state: str) -> None:
        """What an operator says to HAProxy: `maint` takes a node out, `ready` lets it in."""
        say = f"set server database/{node} state {state}\n"
        with socket.socket(socket.AF_UNIX) as admin:
            admin.connect(str(self.folder / "admin.sock"))
            admin.sendall(say.encode())
            admin.recv(1000)

    def stop(self) -> None:
        for process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
                process.wait(60)

    def said(self) -> str:
        logs = sorted(self.folder.glob("*.log"))
        return "\n".join(f"== {self.name} {log.name}\n{re.sub('^  .*$', '', log.read_text()[-3000:])}" for log in logs)

    def trouble(self) -> dict[str, int]:
        """The errors of the database that the shop told its log, each with how often."""
        log = (self.folder / "gunicorn.log").read_text()
        return Counter(re.findall(r"^sqlalchemy\.exc\.\w+: (.{,110})", log, re.MULTILINE))

    def _start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        log = (self.folder / f"{name}.log").open("ab")
        process = subprocess.Popen(
            [*dying_with_us(), *command], cwd=ROOT, env=self.environ | {"PATH": PATH}, stdout=log, stderr=log
        )
        self.processes.append(process)
        return process
