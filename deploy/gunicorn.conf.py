"""How gunicorn serves the shop: `gunicorn -c deploy/gunicorn.conf.py wsgi:app`.

It listens on 127.0.0.1:PORT, or on SOCKET behind nginx, or on what systemd holds open for it, and tells Prometheus on
METRICS. Run as a script it only checks the environment. It keeps a worker for background jobs too, unless JOBS=0 says
that another does that (deploy with `flask --app wsgi worker`).
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cms.config import ROOT, read_config


def whole(name: str, default: int, most: int, least: int = 1) -> int:
    """The whole number in an environment variable; one out of bounds stops the start with a sentence."""
    text = os.environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not least <= int(text[:9]) <= most:
        sys.exit(f"{name} must be a whole number from {least} to {most}, not {text!r}")
    return int(text)


def metrics_port() -> int | None:
    """The port where METRICS=127.0.0.1:9108 says that Prometheus asks; None when it says nothing."""
    host, _, port = os.environ.get("METRICS", "").rpartition(":")
    if not host and not port:
        return None
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        sys.exit(f"METRICS must look like 127.0.0.1:9108, not {os.environ['METRICS']!r}")
    return int(port)


beginning = threading.Lock()
"""No web worker is forked while a worker for jobs is begun: it would keep the pipe open by which Popen hears that the
program runs, and Popen would wait for as long as that web worker lives."""
os.register_at_fork(before=beginning.acquire, after_in_parent=beginning.release, after_in_child=beginning.release)


def worker(server: Any) -> None:
    """Keep one `flask worker` beside the web workers, begun anew when it ends. It ends by itself when we do."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--parent", str(os.getpid())]
    while True:
        with beginning:
            process = subprocess.Popen(command, cwd=ROOT)  # noqa: S603
        code = process.wait()
        server.log.info("the worker for background jobs ended (%s)", code)
        time.sleep(5)


def when_ready(server: Any) -> None:
    if whole("JOBS", 1, 1, least=0):
        threading.Thread(target=worker, args=(server,), daemon=True).start()


def post_worker_init(worker: Any) -> None:
    if sys.platform == "linux":
        Path("/proc/self/comm").write_text("cms-web")  # by this name deploy/reload.sh knows that it serves
    if metrics:
        from cms.metrics import serve

        serve(worker.wsgi, metrics, Path(os.environ["METRICS_FOLDER"]))


def on_exit(_server: Any) -> None:
    if metrics:
        shutil.rmtree(os.environ["METRICS_FOLDER"], ignore_errors=True)


sqlite = read_config().sqlite
at_once = whole("WEB_CONCURRENCY", 2, 64)

metrics = metrics_port()
if metrics and "METRICS_FOLDER" not in os.environ:  # a reload must not begin the counts anew
    os.environ["METRICS_FOLDER"] = tempfile.mkdtemp(prefix="cms-metrics-")

socket = os.environ.get("SOCKET")
bind = [f"unix:{socket}" if socket else f"127.0.0.1:{whole('PORT', 8000, 65535)}"]
if metrics:
    bind.append(os.environ["METRICS"])
worker_class = "gthread"
# Writes to SQLite queue on a lock inside the process: a second process would only wait for the file.
workers = 1 if sqlite else at_once
threads = 8
if workers > 1:  # a lone worker that restarts would make people wait
    max_requests, max_requests_jitter = 2000, 200
keepalive = 5
timeout = 60
graceful_timeout = 20
if os.path.isdir("/dev/shm"):
    worker_tmp_dir = "/dev/shm"  # its heartbeat file must not wait for a disk
control_socket_disable = True  # else several shops of one user would share one socket
