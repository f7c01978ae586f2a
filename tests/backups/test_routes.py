"""Settings, Backup: made, looked at, taken away and deleted by owners."""

from __future__ import annotations

import html

import pytest
from sqlalchemy import select

from cms.backups import kept, queries
from cms.backups.archive import Backup
from cms.db import db
from cms.jobs.runner import run_next
from cms.models import Activity, Job
from tests.factories import PASSWORD, make_customer, make_order

PAGE = "/settings/backup"


@pytest.fixture
def folder(app, tmp_path, monkeypatch):
    monkeypatch.setattr(app, "instance_path", str(tmp_path))
    return tmp_path / "backups"


@pytest.fixture
def one(client, folder):
    """A backup made by its button."""
    make_order(make_customer("Meera Rao"))
    assert client.post_form(PAGE).location == PAGE
    while run_next():
        pass
    [made] = kept.all_kept()
    return made


def said() -> list[str]:
    db.session.rollback()
    return [verb for verb in db.session.scalars(select(Activity.verb).order_by(Activity.id)) if verb[:6] == "backup"]


def test_the_button_makes_one_in_the_background(client, folder):
    assert "No backups yet" in client.get(PAGE).text
    for _ in range(2):
        client.post_form(PAGE)
    [job] = db.session.scalars(select(Job)).all()
    assert "Waiting for its turn" in client.get(PAGE).text
    assert run_next() and not run_next()
    job = db.session.get_one(Job, job.id, populate_existing=True)
    assert job.state == "done" and "Backup ready" in job.message and job.args["href"] == PAGE
    page = client.get(PAGE).text
    [made] = kept.all_kept()
    assert made.name in page and "By hand" in page and "No backups yet" not in page
    assert said() == ["backup.made"]


def test_a_new_one_stands_in_the_list_by_itself(client, folder):
    client.post_form(PAGE)
    [job] = db.session.scalars(select(Job)).all()
    page = client.get(PAGE).text
    assert 'hx-trigger="job-ended from:body"' in page and f'hx-get="{PAGE}?job={job.id}"' in page
    assert "HX-Trigger" not in client.htmx_get(f"/jobs/{job.id}").headers
    while run_next():
        pass
    assert "job-ended" in client.htmx_get(f"/jobs/{job.id}").headers["HX-Trigger"]
    [made] = kept.all_kept()
    part = client.htmx_get(f"{PAGE}?job={job.id}").text
    assert "<html" not in part and "Backup ready" in part and made.name in part and "job-ended" not in part
    assert "Backup ready" not in client.get(f"{PAGE}?job=9999999999999").text


def test_its_page_says_what_is_in_it(client, one):
    page = client.get(f"{PAGE}/{one.name}").text
    assert one.digest in page and "My shop" in page and "₹499.00" in page
    one.path.write_bytes(b"x" * 100)
    page = client.get(f"{PAGE}/{one.name}")
    assert page.status_code == 200 and "cannot be read" in page.text


def test_it_leaves_only_with_the_password_of_who_takes_it(client, one, tmp_path):
    refused = client.post_form(f"{PAGE}/{one.name}", {"password": "not this one at all"})
    assert refused.status_code == 422 and "This is not your password" in refused.text
    assert client.post_form(f"{PAGE}/{one.name}").status_code == 422
    taken = client.post_form(f"{PAGE}/{one.name}", {"password": PASSWORD})
    assert taken.status_code == 200 and one.name in taken.headers["Content-Disposition"]
    assert taken.headers["Cache-Control"] == "private, no-store"
    (copy := tmp_path / "copy").write_bytes(taken.data)
    with Backup(copy) as found:
        assert found.digest == one.digest
    assert said() == ["backup.made", "backup.downloaded"]


def test_passwords_cannot_be_guessed_there(client, one):
    for _ in range(10):
        client.post_form(f"{PAGE}/{one.name}", {"password": "guess"})
    shut = client.post_form(f"{PAGE}/{one.name}", {"password": PASSWORD})
    assert shut.status_code == 422 and "Too many tries" in shut.text


def test_the_very_file_that_was_seen_is_deleted(client, one):
    assert client.post_form(f"{PAGE}/{one.name}/removal", {"digest": "0" * 64}).status_code == 400
    assert one.path.exists()
    client.post_form(f"{PAGE}/{one.name}/removal", {"digest": one.digest})
    assert not one.path.exists() and client.get(f"{PAGE}/{one.name}").status_code == 404
    assert said() == ["backup.made", "backup.deleted"]


@pytest.mark.parametrize("name", ["..%2Fshop.db", "shop.db", "secret_key", "shop-2026-01-01T000000Z.cmsbackup", ".."])
def test_nothing_but_backups_is_found_there(client, one, name):
    (one.path.parent.parent / "shop.db").write_text("x")
    assert client.get(f"{PAGE}/{name}").status_code in (404, 405)


def test_the_plan_is_changed_and_an_edit_in_between_is_told(client, folder):
    wanted = {"daily": "y", "hour": "3", "keep": "12", "version": "1"}
    assert client.post_form(f"{PAGE}/plan", wanted).status_code == 303
    plan = queries.the_plan()
    assert (plan.daily, plan.hour, plan.keep) == (True, 3, 12) and plan.since
    late = client.post_form(f"{PAGE}/plan", wanted | {"hour": "5"})
    assert late.status_code == 422 and "Someone else saved: 3 am" in html.unescape(late.text)
    wrong = client.post_form(f"{PAGE}/plan", wanted | {"version": "2", "keep": "31"})
    assert wrong.status_code == 422 and "1 to 30" in wrong.text
    assert said() == ["backup.planned"]
    assert "Changed daily backup" in client.get("/activity?kind=backup_plan").text
