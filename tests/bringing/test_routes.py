"""A shop that comes back on the first visit, by the one-time link and the file of its backup."""

from __future__ import annotations

import html
from pathlib import Path

import pytest
from sqlalchemy import func, select

from cms.auth.actions import new_setup_link
from cms.bringing import command as bringing
from cms.db import db
from cms.models import Customer, Order, User
from tests.backups.files import backed_up, changed, flipped
from tests.client import Browser
from tests.factories import PASSWORD, make_customer, make_order, make_user, write
from tests.imports import uploads


@pytest.fixture
def link(app) -> str:
    with write():
        return f"?token={new_setup_link()}"


@pytest.fixture
def good(app, migrated, tmp_path) -> Path:
    """The backup of a shop with an owner and an order; the shop itself is empty again."""
    make_user("owner", "meera")
    make_order(make_customer("Lakshmi"))
    path = backed_up(app, tmp_path / "good.cmsbackup")
    migrated.empty()
    return path


def send(browser: Browser, link: str, data: bytes, name: str = "mine.cmsbackup", asked: str = ""):
    return uploads.send(browser, data, name, f"/setup/backup{asked or link}", f"/setup{link}")


def counts() -> tuple[int, ...]:
    db.session.rollback()
    return tuple(db.session.scalar(select(func.count(table.id))) for table in (User, Customer, Order))


def test_it_comes_back_whole_and_its_people_sign_in(good, stranger, link):
    assert f"/setup/backup{link}" in html.unescape(stranger.get(f"/setup{link}").text)
    assert send(stranger, link, good.read_bytes()).location == "/login"
    assert "The shop is back" in stranger.get("/login").text and counts() == (1, 1, 1)
    assert stranger.log_in("meera", PASSWORD).location == "/"
    again = stranger.get(f"/setup/backup{link}")
    assert again.location == "/login", "the link is used up"


def test_a_file_that_is_not_whole_is_refused_and_the_shop_stays_empty(good, stranger, link, tmp_path):
    size = good.stat().st_size
    newer = changed(good, tmp_path / "newer", lambda said: said.update(revision="9999"))
    bad = {
        "was altered": flipped(good, tmp_path / "bad", size // 2).read_bytes(),
        "newer version": newer.read_bytes(),
        "Choose the file": b"",
    }
    for why, data in bad.items():
        answer = send(stranger, link, data, "mine.cmsbackup" if data else "")
        assert answer.status_code == 422 and why in answer.text and counts() == (0, 0, 0)
    assert stranger.get(f"/setup{link}").status_code == 200, "the link still works"


def test_nobody_brings_a_shop_without_the_link_or_over_another(good, app, stranger, link, monkeypatch):
    monkeypatch.setattr(bringing.subprocess, "run", None)  # it is not asked
    assert send(stranger, link, b"x", asked="?token=x").location == "/login"
    assert stranger.get("/setup/backup").location == stranger.get("/setup/backup?token=x").location == "/login"
    make_user()
    assert send(stranger, link, b"x").location == "/login" and counts() == (1, 0, 0)


def test_only_who_has_the_link_may_send_much(stranger, link, monkeypatch):
    view = stranger.application.view_functions["bringing.restore"]
    monkeypatch.setattr(view, "most_bytes", 3_000_000)
    answer = send(stranger, link, b"x" * 3_100_000)
    assert answer.status_code == 413 and "larger than 256 MB" in answer.text
    assert send(stranger, link, b"x" * 2_500_000).status_code == 422
    answer = send(stranger, link, b"x" * 2_500_000, asked="?token=x")
    assert answer.location == "/login"
