"""The files of deploy/ and their pages name the same things. `make trial` and `make cluster` try that they work."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from cms.bringing import command as bringing
from cms.config import ROOT
from cms.imports import look as imports

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


def test_a_copy_is_never_made_in_the_folder_of_a_version_which_goes_with_it():
    assert "rm -rf" in read("release.sh")
    named = re.findall(r"wsgi (?:backup|restore)(?: --\S+)? ([^\s#`]+)", PAGE)
    assert len(named) > 3 and [name for name in named if not name.startswith("/")] == []


def test_a_shop_is_stopped_with_the_socket_that_would_start_it_again():
    assert "ListenStream" in read("systemd/cms.socket")
    stops = re.findall(r"systemctl stop ([^`]*cms[^`]*)`", PAGE)
    assert stops == ["cms.socket cms.service cms-worker.service"]


def test_every_file_that_the_pages_name_is_there():
    pages = PAGE + (ROOT / "docs/scaling.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`?deploy/([\w./-]*\w)", pages)) | set(re.findall(r" (systemd/[\w.-]+\w)", pages))
    assert named and not [name for name in named if not (DEPLOY / name).exists()]


@pytest.mark.parametrize("unit", ["cms.service", "cms-worker.service"])
def test_a_unit_starts_the_packages_of_its_own_version_and_may_write_nowhere_else(unit):
    text = read(f"systemd/{unit}")
    assert '"$$(pwd -P)/.venv/bin/python"' in text and "WorkingDirectory=/srv/cms/current" in text
    assert {"ProtectSystem=strict", "NoNewPrivileges=yes", "PrivateTmp=yes"} <= set(text.splitlines())


STARTING = """
import importlib.util, os, threading, time
spec = importlib.util.spec_from_file_location("conf", "deploy/gunicorn.conf.py")
conf = importlib.util.module_from_spec(spec)
spec.loader.exec_module(conf)
began, started = threading.Event(), []
def slow(*_args, **_kwargs):
    began.set()
    time.sleep(0.3)
    started.append(1)
    raise SystemExit
conf.subprocess.Popen = slow
threading.Thread(target=conf.worker, args=(None,), daemon=True).start()
began.wait()
child = os.fork()
if not child:
    os._exit(0 if started else 1)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_no_web_worker_is_forked_while_the_worker_for_jobs_is_started():
    """It would keep the pipe open by which Popen learns that its process runs, and nobody would wait for its end."""
    environ = os.environ | {"DATABASE_URL": "sqlite://", "SECRET_KEY": "only for tests"}
    subprocess.run([sys.executable, "-c", STARTING], cwd=ROOT, env=environ, check=True, timeout=60)


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


def test_nginx_leaves_it_to_the_app_to_say_that_a_file_is_too_large():
    """nginx would say it in two bare words. What it lets through is what the app takes in before it says so."""
    for place, most in (("/imports", imports.MOST_SENT), ("/setup/backup", bringing.MOST_SENT)):
        found = re.search(rf"location = {place} .*?client_max_body_size (\d+)m;", read("nginx.conf"), re.DOTALL)
        assert int(found[1]) * 1024 * 1024 == 2 * most
