"""The files of deploy/ and their pages name the same things. `make trial` and `make cluster` try that they work."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from cms.config import ROOT

DEPLOY = ROOT / "deploy"
PAGE = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
SETTINGS = set(re.findall(r"^\| `([A-Z_]+)` \|", PAGE, re.MULTILINE))


def read(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def test_every_setting_that_is_read_stands_on_the_page_and_the_other_way_round():
    code = (ROOT / "cms/config.py").read_text() + read("gunicorn.conf.py")
    asked = set(re.findall(r'environ(?:\.get\(|\[|, )"([A-Z_]+)"|whole\(["\']([A-Z_]+)["\']', code))
    names = {name for pair in asked for name in pair if name} - {"METRICS_FOLDER"}  # which gunicorn tells its workers
    assert names == SETTINGS


def test_the_example_of_settings_has_none_that_nobody_reads():
    assert set(re.findall(r"^#?([A-Z_]+)=", read("cms.env"), re.MULTILINE)) <= SETTINGS


def test_every_file_that_the_pages_name_is_there():
    pages = PAGE + (ROOT / "docs/scaling.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`?deploy/([\w./-]*\w)", pages)) | set(re.findall(r" (systemd/[\w.-]+\w)", pages))
    assert named and not [name for name in named if not (DEPLOY / name).exists()]


@pytest.mark.parametrize("unit", ["cms.service", "cms-worker.service"])
def test_a_unit_starts_the_packages_of_its_own_version_and_may_write_nowhere_else(unit):
    text = read(f"systemd/{unit}")
    assert '"$$(pwd -P)/.venv/bin/python"' in text and "WorkingDirectory=/srv/cms/current" in text
    assert {"ProtectSystem=strict", "NoNewPrivileges=yes", "PrivateTmp=yes"} <= set(text.splitlines())


def test_nginx_the_socket_and_the_app_meet_at_one_place():
    place = re.search(r"^SOCKET=(.+)$", read("cms.env"), re.MULTILINE)[1]
    assert f"server unix:{place} " in read("nginx.conf")
    assert f"ListenStream={place}" in read("systemd/cms.socket")


def test_nginx_believes_no_client_and_sends_no_form_twice():
    text = read("nginx.conf")
    for line in (
        "proxy_set_header X-Forwarded-For $remote_addr;",
        "proxy_set_header X-Request-ID $cms_id;",
        "proxy_next_upstream off;",
    ):
        assert line in text
    assert "$request_uri" not in re.search(r"log_format.*?;", text, re.DOTALL)[0]


FORKING = """
import os, runpy, subprocess, sys, threading, time
conf, said = runpy.run_path("deploy/gunicorn.conf.py"), []
class Slow:
    def __init__(self, *args, **how):
        said.append("begins"), time.sleep(0.3), said.append("runs")
    def wait(self):
        sys.exit()  # of the thread
subprocess.Popen = Slow
threading.Thread(target=conf["worker"], args=(None,), daemon=True).start()
while not said:
    time.sleep(0.01)
if os.fork():
    print(*said)
"""


def test_no_web_worker_is_forked_while_a_worker_for_jobs_is_begun(tmp_path):
    """It would keep open the pipe that says when the program runs: that worker was never begun again when it ended."""
    environ = os.environ | {"INSTANCE_DIR": str(tmp_path), "DATABASE_URL": "sqlite://", "METRICS": ""}
    done = subprocess.run(
        [sys.executable, "-c", FORKING], cwd=ROOT, env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout == "begins runs\n"
