"""Background jobs: taken once, told step by step, begun anew when their worker is gone."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select

from cms.db import db, writing
from cms.errors import RuleError
from cms.jobs import actions, queries, runner
from cms.jobs.runner import Step, run_next
from cms.models import Counter, Job
from cms.refs import next_value
from tests.factories import make_job, write


@pytest.fixture
def works(monkeypatch):
    """Kinds of work for these tests; `works(name, generator)` adds one."""
    kinds: dict[str, str] = {}
    monkeypatch.setattr(runner, "KINDS", kinds)

    def add(name, work):
        kinds[name] = f"{__name__}:{name}"
        monkeypatch.setitem(globals(), name, work)

    return add


def counting(times: int, fails_at: int | None = None):
    """Counts CUST up once a step."""
    for number in range(times):
        value = yield Step(number, times, lambda: next_value("CUST"))
        if number == fails_at:
            raise ValueError("on purpose")
        assert value == number + 1 or fails_at is not None
    return f"Counted to {times}"


def counted() -> int:
    return db.session.scalar(select(Counter.value).where(Counter.name == "CUST"))


def test_a_job_is_done_step_by_step_and_says_what_came_of_it(app, works):
    works("counting", counting)
    job = make_job("counting", times=3)
    assert run_next() and not run_next()
    done = queries.fresh(job.id)
    assert (done.state, done.message, done.done, done.total, counted()) == ("done", "Counted to 3", 2, 3, 3)
    assert done.finished_at


def test_what_failed_is_tried_three_times_and_then_says_so(app, works):
    works("counting", counting)
    job = make_job("counting", times=3, fails_at=0)
    assert [run_next() for _ in range(4)] == [True, True, True, False]
    failed = queries.fresh(job.id)
    assert (failed.state, failed.tries) == ("failed", 3) and "went wrong" in failed.message
    assert counted() == 3  # each try's step was kept


def test_a_rule_that_says_no_is_not_tried_again(app, works):
    def refusing():
        yield Step(0, 1)
        raise RuleError("There is nothing to send")

    works("refusing", refusing)
    job = make_job("refusing")
    assert run_next() and not run_next()
    assert (queries.fresh(job.id).state, queries.fresh(job.id).message) == ("failed", "There is nothing to send")


def test_nothing_of_a_step_that_fails_is_stored(app, works):
    def half():
        def store():
            next_value("CUST")
            raise RuleError("No")

        yield Step(0, 1, store)

    works("half", half)
    make_job("half")
    assert run_next()
    assert counted() == 0


def test_a_job_whose_worker_died_is_begun_anew_and_one_at_work_is_left_alone(app, works, clock):
    works("counting", counting)
    job = make_job("counting", times=1)
    with write():
        assert actions.claim().id == job.id
    assert not run_next()
    clock.forward(minutes=4)
    assert not run_next()
    clock.forward(minutes=2)
    assert run_next()
    assert (queries.fresh(job.id).state, queries.fresh(job.id).tries) == ("done", 2)


def test_many_workers_take_each_job_once(app, works):
    works("counting", counting)
    jobs = [make_job("counting", times=1, fails_at=9).id for _ in range(12)]

    def work():
        with app.app_context():
            while run_next():
                pass

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted() == len(jobs)
    assert set(db.session.scalars(select(Job.state))) == {"done"}


def test_the_same_form_sent_twice_makes_one_job(app):
    with write():
        first = actions.enqueue("x", {}, None, request_key="k").id
    with write():
        assert actions.enqueue("x", {}, None, request_key="k").id == first


def test_its_page_asks_again_until_it_is_done(client, works):
    works("counting", counting)
    job = make_job("counting", times=2, href="/orders")
    part = client.htmx_get(f"/jobs/{job.id}").text
    assert "Waiting for its turn" in part and "hx-trigger" in part
    with writing():
        actions.tell(actions.claim(), 1, 2)
        db.session.commit()
    assert "1 of 2" in client.htmx_get(f"/jobs/{job.id}").text
    with writing():
        actions.finish(queries.fresh(job.id), "All counted")
        db.session.commit()
    part = client.htmx_get(f"/jobs/{job.id}").text
    assert "All counted" in part and 'href="/orders"' in part and "hx-trigger" not in part


def test_the_command_does_what_waits(app, works):
    works("counting", counting)
    job = make_job("counting", times=1)
    assert app.test_cli_runner().invoke(args=["worker", "--once"]).exit_code == 0
    assert queries.fresh(job.id).state == "done"
