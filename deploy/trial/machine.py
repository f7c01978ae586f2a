"""What systemd, root and Debian's folders would do, done in one folder: the units' own lines, the real nginx file."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import time
from pathlib import Path

from cms.config import ROOT
from tests.mariadb import dying_with_us, free_port

FIRST_HELD = 100
"""The sockets are kept at numbers from here on, clear of those that they get in the unit."""


class Machine:
    """A Debian in a folder: srv/cms with clone, releases and packages, etc/cms.env, run, var."""

    def __init__(self, top: Path, database_url: str):
        self.top, self.srv = top, top / "srv/cms"
        for name in ("srv/cms/releases", "srv/cms/venvs", "run/cms", "etc", "var/lib/cms", "var/log/cms", "log"):
            (top / name).mkdir(parents=True)
        self.app_socket = top / "run/cms/app.sock"
        self.port, self.metrics = free_port(), free_port()
        self.env = top / "etc/cms.env"
        example = (ROOT / "deploy/cms.env").read_text()
        settings = {
            "DATABASE_URL": database_url,
            "SECRET_KEY": os.urandom(32).hex(),
            "METRICS": f"127.0.0.1:{self.metrics}",
        }
        for name, value in settings.items():
            example = re.sub(rf"^#?{name}=.*$", f"{name}={value}", example, flags=re.MULTILINE)
        self.env.write_text(self._placed(example))
        self.web: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None
        self.nginx: subprocess.Popen[bytes] | None = None
        # cms.socket: held here, so that who comes while the app restarts waits.
        self.held = [socket.socket(socket.AF_UNIX), socket.socket()]
        self.held[0].bind(str(self.app_socket))
        self.held[1].bind(("127.0.0.1", self.metrics))
        for n, one in enumerate(self.held):
            one.listen(1024)
            os.dup2(one.fileno(), FIRST_HELD + n)

    def _placed(self, text: str) -> str:
        """A file of deploy/ with its folders under `top`."""
        for folder in ("/srv/cms", "/run/cms", "/var/lib/cms", "/var/log/cms"):
            text = text.replace(folder, str(self.top) + folder)
        return text

    def environ(self) -> dict[str, str]:
        """What the units' EnvironmentFile gives."""
        lines = [line for line in self.env.read_text().splitlines() if line and not line.startswith("#")]
        return os.environ | dict(line.split("=", 1) for line in lines)  # type: ignore[arg-type]

    def release(self, ref: str) -> None:
        """Run deploy/release.sh, and do the restart that it asks for."""
        wanted = self.top / "restart"
        script = self.srv / "repo/deploy/release.sh"
        environ = os.environ | {
            "CMS_TOP": str(self.srv),
            "CMS_ENV": str(self.env),
            "CMS_RESTART": f"sh {self.top / 'restart.sh'}",
        }
        (self.top / "restart.sh").write_text(f"touch {wanted}; while [ -e {wanted} ]; do sleep 0.05; done\n")
        run = subprocess.Popen([str(script), ref], env=environ, cwd=self.srv)
        while run.poll() is None:
            if wanted.exists():
                self.restart()
                wanted.unlink()
            time.sleep(0.05)
        if run.returncode:
            raise RuntimeError(f"deploy/release.sh ended with {run.returncode}\n{self.said()}")

    def restart(self) -> None:
        """systemctl restart cms.service cms-worker.service"""
        for process in (self.worker, self.web):
            if process is not None:
                process.terminate()
        if self.web is not None:
            self.web.wait(60)
        self.web = self._unit("cms.service", len(self.held))
        if self.worker is not None:
            self.worker.wait(60)
        self.worker = self._unit("cms-worker.service", 0)

    def reload(self) -> None:
        """systemctl reload cms"""
        assert self.web is not None
        unit = self._placed((ROOT / "deploy/systemd/cms.service").read_text())
        found = re.search(r"^ExecReload=(.*)$", unit, re.MULTILINE)
        assert found
        command = [part.replace("$MAINPID", str(self.web.pid)) for part in shlex.split(found[1])]
        subprocess.run(command, check=True, timeout=120)

    def kill_web_worker(self) -> None:
        """kill -9 of one process that serves."""
        assert self.web is not None
        os.kill(self.web_workers()[0], signal.SIGKILL)

    def web_workers(self) -> list[int]:
        assert self.web is not None
        pid = self.web.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def start_nginx(self) -> None:
        """nginx with the site's file as shipped, but for its folders, names and ports."""
        key, cert = self.top / "etc/key.pem", self.top / "etc/cert.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=shop.example",
             "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)],
            check=True, capture_output=True,
        )  # fmt: skip
        site = self._placed((ROOT / "deploy/nginx.conf").read_text())
        site = re.sub(r"listen \[::\]:[^;]+;", "", site)
        site = site.replace("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl")
        site = site.replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
        site = site.replace("/etc/letsencrypt/live/shop.example/fullchain.pem", str(cert))
        site = site.replace("/etc/letsencrypt/live/shop.example/privkey.pem", str(key))
        site = site.replace("/var/log/nginx/", f"{self.top}/log/")
        (self.top / "etc/site.conf").write_text(site)
        temporary = "".join(
            f"{kind}_temp_path {self.top}/run/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        main = self.top / "etc/nginx.conf"
        user = "user root;\n" if os.geteuid() == 0 else ""
        main.write_text(
            f"{user}daemon off;\npid {self.top}/run/nginx.pid;\ninclude /etc/nginx/modules-enabled/*.conf;\n"
            "events { worker_connections 512; }\nhttp {\ninclude /etc/nginx/mime.types;\n"
            f"{temporary}include {self.top}/etc/site.conf;\n}}\n"
        )
        log = (self.top / "log/nginx.out").open("wb")
        self.nginx = subprocess.Popen([*dying_with_us(), "nginx", "-c", str(main)], stdout=log, stderr=log)
        await_port(self.port, self.nginx)

    def run(self, *arguments: str, given: str = "") -> str:
        """`flask --app wsgi ...` of what is in service; its answer."""
        done = subprocess.run(
            [".venv/bin/python", "-m", "flask", "--app", "wsgi", *arguments],
            cwd=self.srv / "current", env=self.environ(), input=given, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"flask {' '.join(arguments)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def stop_app(self) -> None:
        for process in (self.web, self.worker):
            if process is not None and process.poll() is None:
                process.terminate()
                process.wait(60)

    def stop(self) -> None:
        self.stop_app()
        if self.nginx is not None:
            self.nginx.terminate()
            self.nginx.wait(20)

    def said(self) -> str:
        """The ends of all logs."""
        return "\n".join(f"== {path.name}\n{path.read_text()[-2000:]}" for path in sorted((self.top / "log").iterdir()))

    def _unit(self, name: str, sockets: int) -> subprocess.Popen[bytes]:
        """The ExecStart of a unit, with the sockets where systemd would put them."""
        found = re.search(r"^ExecStart=(.*)$", (self.srv / "current/deploy/systemd" / name).read_text(), re.MULTILINE)
        assert found, name
        command = shlex.split(found[1].replace("$$", "$"))
        moves = " ".join(f"{3 + n}<&{FIRST_HELD + n} {FIRST_HELD + n}<&-" for n in range(sockets))
        fds = f"export LISTEN_PID=$$ LISTEN_FDS={sockets};" if sockets else ""
        start = ["bash", "-c", f'{fds} exec "$@" {moves}', "bash", *command]
        log = (self.top / "log" / f"{name}.log").open("ab")
        return subprocess.Popen(
            [*dying_with_us(), *start], cwd=self.srv / "current", env=self.environ(), stdout=log, stderr=log,
            pass_fds=[FIRST_HELD + n for n in range(sockets)],
        )  # fmt: skip


def await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until something listens there. Raises RuntimeError when it does not."""
    until = time.monotonic() + 20
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"{process.args!r} does not listen on {port}")
        time.sleep(0.05)


def clone(machine: Machine) -> None:
    """What `git clone` brings to /srv/cms/repo: the last commit here."""
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(machine.srv / "repo")], check=True)
