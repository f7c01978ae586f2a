"""A password chosen by a one-time link: for who came over from elsewhere, or has forgotten theirs."""

import pytest
from sqlalchemy import select

from cms.auth.actions import NO_PASSWORD, choose_password, new_password_link
from cms.db import db
from cms.errors import RuleError
from cms.models import Activity, User
from tests.factories import PASSWORD, make_user, write
from tests.test_races import at_once

STRONG = "violet kettle banyan 42"


def link_for(user):
    with write():
        return f"/password/{new_password_link(db.session.get_one(User, user.id), None)}"


def choose(browser, link, password=STRONG):
    return browser.post_form(link, {"password": password}, page=link)


@pytest.fixture
def ravi(app, clock):
    """Came over from elsewhere: shut out, without a password."""
    make_user("owner", "asha")
    return make_user("staff", "ravi", password_hash=NO_PASSWORD, disabled_at=clock.now)


def test_who_came_over_chooses_a_password_and_is_let_in(stranger, ravi):
    assert stranger.log_in("ravi").status_code == 422
    link = link_for(ravi)
    page = stranger.get(link)
    assert "Ravi signs in as <b>ravi</b>" in page.text and page.headers["Referrer-Policy"] == "no-referrer"
    assert choose(stranger, link).location == "/login"
    assert stranger.log_in("ravi", STRONG).status_code == 303


def test_a_link_works_once(stranger, ravi):
    link = link_for(ravi)
    stranger.csrf_token(link)
    choose(stranger, link)
    answer = stranger.post_form(link, {"password": "another kettle banyan 43"})
    assert answer.status_code == 422 and "This link is closed" in answer.text
    assert stranger.get(link).status_code == 410


def test_a_newer_link_ends_the_older_one(stranger, ravi):
    older, newer = link_for(ravi), link_for(ravi)
    assert (stranger.get(older).status_code, stranger.get(newer).status_code) == (410, 200)


def test_a_link_is_too_old_after_three_days(stranger, ravi, clock):
    link = link_for(ravi)
    clock.forward(days=2, hours=23)
    assert stranger.get(link).status_code == 200
    clock.forward(hours=1)
    assert stranger.get(link).status_code == 410
    with pytest.raises(RuleError, match="too old"), write():
        choose_password(link.rpartition("/")[2], STRONG)


def test_a_weak_password_is_refused_and_the_link_stays_open(stranger, ravi):
    link = link_for(ravi)
    answer = choose(stranger, link, "ravi")
    assert answer.status_code == 422 and "at least 10 characters" in answer.text
    assert choose(stranger, link).status_code == 303


def test_a_made_up_link_shows_nothing_of_anyone(stranger, ravi):
    link_for(ravi)
    for token in ("x", "%25", "_", "link", "none"):
        page = stranger.get(f"/password/{token}")
        assert page.status_code == 410 and "ravi" not in page.text.lower()


def test_the_password_of_now_and_all_sessions_end_with_a_link(app, stranger, staff):
    make_user("owner", "meera")
    link = link_for(staff.user)
    assert staff.get("/").location.startswith("/login")
    assert stranger.log_in("ravi", PASSWORD).status_code == 422
    assert stranger.get(link).status_code == 200


def test_who_is_shut_out_cannot_use_a_link_given_before(client, staff, stranger):
    link = link_for(staff.user)
    access = {"role": "staff", "disabled": "1", "version": "1"}
    assert client.post_form(f"/settings/users/{staff.user.id}/access", access).status_code == 303
    assert stranger.get(link).status_code == 410


def test_the_owner_gives_a_link_on_the_users_page_and_sees_it_once(client, ravi_of, stranger):
    page = client.post_form(f"/settings/users/{ravi_of.id}/link")
    href = page.text.partition('id="password-href" value="')[2].partition('"')[0]
    assert "/password/" in href and "lets them in again" in page.text
    assert href not in client.get(f"/settings/users/{ravi_of.id}").text
    assert choose(stranger, href.partition("localhost")[2]).status_code == 303
    told = db.session.execute(select(Activity.verb, Activity.by_name).where(Activity.thing == "users")).all()
    assert ("user.link_given", "Asha") in [tuple(row) for row in told]


@pytest.fixture
def ravi_of(client, clock):
    return make_user("staff", "ravi", password_hash=NO_PASSWORD, disabled_at=clock.now)


def test_nobody_gives_a_link_to_oneself_or_without_being_owner(client, staff):
    assert client.post_form(f"/settings/users/{client.user.id}/link").status_code == 403
    assert staff.post_form(f"/settings/users/{client.user.id}/link").status_code == 403


def test_the_command_prints_the_link(app, ravi, stranger):
    run = app.test_cli_runner().invoke
    said = run(args=["password-link", "Ravi", "--base", "https://shop.example/"]).stdout
    assert said.startswith("For ravi, once and within three days: https://shop.example/password/")
    assert choose(stranger, said.strip().partition("shop.example")[2]).status_code == 303
    assert "There is no user called nobody" in run(args=["password-link", "nobody"]).stderr


def test_of_two_who_use_a_link_at_once_one_does(app, ravi):
    link = link_for(ravi)
    browsers = [app.test_client(), app.test_client()]
    for browser in browsers:
        browser.csrf_token(link)
    answers = at_once(browsers, lambda browser, n: browser.post_form(link, {"password": f"{STRONG} {n}"}))
    assert sorted(answer.status_code for answer in answers) == [303, 422]
