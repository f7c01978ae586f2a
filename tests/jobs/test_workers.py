"""A worker that is killed: the next begins anew at once, nothing is half done, and the job ends or says why."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from cms.config import ROOT
from cms.db import db
from cms.imports import landing, uploading
from cms.jobs import actions, beats, queries, runner, workers
from cms.jobs.runner import run_next
from cms.models import Customer, Import, Job
from tests.databases import SECRET, dying_with_us
from tests.factories import make_job, make_user, write
from tests.imports.uploads import fresh, job_of, make_upload

PEOPLE = "name,city\n" + "".join(f"Customer {n},Town {n % 50}\n" for n in range(6000))


def gone() -> str:
    """A worker of this machine that has ended."""
    process = subprocess.Popen(["sleep", "30"])
    name = f"{workers._machine()}:{process.pid}:{workers._began(process.pid)}"
    assert not workers.is_gone(name)
    process.kill()
    process.wait()
    return name


def test_a_worker_is_known_by_machine_number_and_beginning():
    assert not workers.is_gone(workers.me()) and workers.is_gone(gone())
    machine, number, began = workers.me().split(":")
    assert workers.is_gone(f"{machine}:{number}:{began}1"), "its number was given to another since"
    assert not workers.is_gone(f"elsewhere:{number}:1") and not workers.is_gone("")


def running(job_id: int, **values) -> None:
    with write():
        db.session.execute(update(Job).where(Job.id == job_id).values(state="running", **values))


def test_what_a_killed_worker_left_is_begun_anew_at_once(app, clock):
    job = make_job()
    running(job.id, seen_at=clock.now, tries=1, worker=workers.me())
    assert not actions.waiting()
    running(job.id, worker=gone())
    with write():
        assert actions.claim().id == job.id
    assert queries.fresh(job.id).worker == workers.me()


def test_what_ends_its_workers_is_given_up_with_a_sentence(app, clock):
    job = make_job()
    running(job.id, seen_at=clock.now, tries=actions.MOST_TRIES, worker=gone())
    with write():
        assert actions.claim() is None
    assert (queries.fresh(job.id).state, queries.fresh(job.id).message) == ("failed", actions.GIVEN_UP)


def away(*_args):
    raise OperationalError("", {}, Exception("gone away"))


def test_what_a_worker_could_not_even_put_back_is_begun_anew_by_itself(app, monkeypatch):
    """It lives, so nobody else would take its job for minutes."""
    job = make_job("tests.unknown")
    with monkeypatch.context() as broken:
        broken.setattr(actions, "put_back", away)
        with pytest.raises(OperationalError):
            run_next()
    db.session.rollback()
    assert queries.fresh(job.id).worker == workers.me() and not run_next()
    runner.let_go()
    assert run_next() and queries.fresh(job.id).tries == 2


def test_a_worker_lets_go_once_its_database_is_back(app, monkeypatch):
    done, parent = [], iter((1, 1, 0))
    monkeypatch.setattr(runner, "run_next", lambda: done.append("work") or away() if not done else True)
    monkeypatch.setattr(runner, "let_go", lambda: done.append("let go"))
    monkeypatch.setattr(os, "getppid", lambda: next(parent))
    monkeypatch.setattr(signal, "signal", lambda *_args: None)
    monkeypatch.setattr(threading.Event, "wait", lambda *_args: True)
    assert app.test_cli_runner().invoke(args=["worker", "--parent", "1"]).exit_code == 0
    assert done == ["work", "let go"]


def test_a_full_disk_is_told_and_not_tried_again(app, monkeypatch):
    upload = make_upload("name,city\nAsha,Guntur\n", check=True)

    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(landing, "finish", full)
    owner = make_user()
    with write():
        uploading.begin_landing(fresh(upload), fresh(upload).version, owner)
    assert run_next() and not run_next()
    assert job_of(upload).message == "The disk of the server is full. Nothing of the file was imported."
    assert db.session.scalar(select(func.count(Customer.id))) == 0


def worker(app) -> subprocess.Popen[bytes]:
    environ = os.environ | {
        "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"].render_as_string(hide_password=False),
        "INSTANCE_DIR": app.instance_path,
        "SECRET_KEY": SECRET,
    }
    command = [*dying_with_us(), sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--once"]
    return subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


ROUNDS = int(os.environ.get("KILLS", "1"))


def begun(job_id: int) -> bool:
    """Whether the import itself has begun, and not ended."""
    db.session.rollback()
    job = db.session.get_one(Job, job_id, populate_existing=True)
    return job.state == "running" and bool(beats.heard(job_id) or job.done)


def test_an_import_whose_worker_is_killed_in_the_middle_lands_whole(app):
    """KILLS=20 for as many rounds as one has time for."""
    owner, upload = make_user(), make_upload(PEOPLE, check=True)
    for round in range(ROUNDS):
        with write():
            uploading.begin_landing(fresh(upload), fresh(upload).version, owner)
        job_id = job_of(upload).id
        for kill in range(actions.MOST_TRIES):
            process = worker(app)
            until = time.monotonic() + 60
            while process.poll() is None and not begun(job_id) and time.monotonic() < until:
                time.sleep(0.01)
            time.sleep(0.02 * (round + kill))
            process.send_signal(signal.SIGKILL)
            process.wait()
            db.session.rollback()
            landed = db.session.scalar(select(func.count(Import.id)))
            assert db.session.scalar(select(func.count(Customer.id))) == 6000 * landed
            if landed:
                break
        worker(app).wait()
        if job_of(upload).state == "done":
            break
        assert job_of(upload).message == actions.GIVEN_UP
    else:
        with write():
            uploading.begin_landing(fresh(upload), fresh(upload).version, owner)
        worker(app).wait()
    assert job_of(upload).state == "done" and fresh(upload).import_id
    assert db.session.scalar(select(func.count(Customer.id))) == 6000


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_how_far_a_long_write_is_is_told_beside_it(client, app, monkeypatch):
    monkeypatch.setattr(beats, "EVERY", 0)
    job = make_job(href="/orders")
    running(job.id, seen_at=actions.clock.now(), worker=workers.me())
    beats.doing.set(job.id)
    with write():
        beats.tell(3, 7)
    assert "3 of 7" in client.get(f"/jobs/{job.id}").text
    beats.forget(job.id)
    assert "3 of 7" not in client.get(f"/jobs/{job.id}").text
    beats.tell(4, 7)
    assert queries.fresh(job.id).done == 4
