import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from cms.auth.actions import change_access
from cms.auth.queries import user_named, user_or_404
from cms.db import db
from cms.models import LoginAttempt, Session
from tests.auth.test_rules import EVIL
from tests.client import Browser
from tests.factories import PASSWORD, make_user, set_shop, the_shop, write

NEW = "another good long one"


@pytest.fixture(autouse=True)
def at_noon(app, clock):
    pass


def is_in(browser: Browser) -> bool:
    return browser.get("/orders").status_code == 200


def copy_of(browser: Browser) -> Browser:
    """Someone else's browser with the same cookies."""
    other = browser.application.test_client()
    other.set_cookie("cms", browser.get_cookie("cms").value)
    other.user = browser.user
    return other


def test_signing_in_leads_to_the_page_that_was_wanted(stranger):
    make_user("owner", "asha")
    wanted = stranger.get("/orders?status=Pending")
    assert wanted.location == "/login?next=/orders?status%3DPending"
    shown = stranger.get(wanted.location).text
    assert 'name="next" type="hidden" value="/orders?status=Pending"' in shown
    answer = stranger.log_in("Asha", next="/orders?status=Pending")
    assert (answer.status_code, answer.location) == (303, "/orders?status=Pending")
    assert is_in(stranger)


@pytest.mark.parametrize("target", EVIL)
def test_signing_in_never_leads_off_the_shop(stranger, target):
    make_user("owner", "asha")
    assert f'value="{target}"' not in stranger.get("/login", query_string={"next": target or ""}).text or not target
    assert stranger.log_in("asha", next=target or "").location == "/"


def test_a_wrong_password_an_unknown_name_and_a_disabled_user_get_the_same_answer(stranger):
    make_user("owner", "asha")
    make_user("staff", "ravi", disabled_at=the_shop().setup_done_at or user_named("asha").created_at)
    answers = [stranger.log_in(*who) for who in (("asha", "wrong password"), ("nobody", PASSWORD), ("ravi", PASSWORD))]
    same = {re.sub(r'value="[^"]*"|Reference \w+', "", answer.text) for answer in answers}
    assert [answer.status_code for answer in answers] == [422] * 3 and len(same) == 1
    assert "The username or the password is not right" in same.pop()


def test_what_was_typed_stays_but_the_password(stranger):
    make_user("owner", "asha")
    page = stranger.log_in("asha", "my secret words").text
    assert 'value="asha"' in page and "my secret words" not in page


def test_after_ten_tries_even_the_right_password_waits_but_not_from_elsewhere(app, stranger, clock):
    make_user("owner", "asha")
    for _ in range(10):
        assert stranger.log_in("asha", "wrong password").status_code == 422
    shut = stranger.log_in("asha")
    assert (shut.status_code, shut.headers["Retry-After"]) == (429, "900") and "Too many tries" in shut.text
    elsewhere = app.test_client()
    elsewhere.environ_base["REMOTE_ADDR"] = "10.9.8.7"
    assert elsewhere.log_in("asha").status_code == 303
    clock.forward(minutes=16)
    assert stranger.log_in("asha").status_code == 303


def test_who_is_signed_in_is_not_locked_out_by_anothers_tries(client, stranger):
    for _ in range(11):
        stranger.log_in("asha", "wrong password")
    assert is_in(client)


def test_the_right_password_forgives_the_tries_before(stranger):
    make_user("owner", "asha")
    for _ in range(9):
        stranger.log_in("asha", "wrong password")
    stranger.log_in("asha")
    assert not db.session.scalars(select(LoginAttempt)).all()


def test_a_copied_cookie_is_dead_after_signing_out(client):
    thief = copy_of(client)
    assert is_in(thief)
    assert client.post_form("/logout").location == "/login"
    assert not is_in(client) and not is_in(thief)


def test_session_and_token_change_at_sign_in_and_sign_out(stranger):
    make_user("owner", "asha")
    before, token = stranger.get_cookie("cms"), stranger.csrf_token("/login")
    stranger.log_in("asha")
    inside = stranger.csrf_token("/account")
    assert stranger.get_cookie("cms") != before and inside != token
    assert stranger.post("/account/theme", data={"csrf_token": token, "theme": "dark"}).status_code == 400
    stranger.post_form("/logout", page="/account")
    assert stranger.csrf_token("/login") not in (inside, token)


def test_a_stale_form_is_told_in_words(client):
    answer = client.post("/account/theme", data={"csrf_token": "old", "theme": "dark"})
    assert answer.status_code == 400 and "reload it and try again" in answer.text and "CSRF" not in answer.text


def test_a_new_password_ends_the_sessions_elsewhere_and_keeps_this_one(app, client):
    elsewhere = app.test_client().sign_in(client.user)
    answer = client.post_form("/account/password", {"current": PASSWORD, "password": NEW})
    assert answer.status_code == 303 and is_in(client) and not is_in(elsewhere)
    assert elsewhere.log_in("asha").status_code == 422 and elsewhere.log_in("asha", NEW).status_code == 303


@pytest.mark.parametrize(
    "current, password, said",
    [("wrong", NEW, "not your current password"), (PASSWORD, "short", "at least 10"), (PASSWORD, "", "is needed"),
     (PASSWORD, PASSWORD, "in use already"), (PASSWORD, "password123", "easy to guess"),
     (PASSWORD, "a\0" * 9, "cannot have"), (PASSWORD, "Lakshmi Lamps of Guntur", "A name, of the shop")],
)  # fmt: skip
def test_a_password_is_not_changed_without_the_old_one_or_to_a_weak_one(client, current, password, said):
    set_shop(name="Lakshmi Lamps of Guntur")
    answer = client.post_form("/account/password", {"current": current, "password": password})
    assert answer.status_code == 422 and said in answer.text
    assert user_or_404(client.user.id).password_hash == client.user.password_hash


def test_the_current_password_cannot_be_tried_out_from_an_open_session(client):
    for _ in range(10):
        client.post_form("/account/password", {"current": "wrong words", "password": NEW})
    answer = client.post_form("/account/password", {"current": PASSWORD, "password": NEW})
    assert answer.status_code == 422 and "Too many tries" in answer.text


def test_who_is_disabled_is_out_at_once(staff):
    assert is_in(staff)
    with write():
        change_access(user_or_404(staff.user.id), "staff", True, None)
    assert not is_in(staff)


@pytest.mark.parametrize("hours, minutes, alive", [(0, 120, True), (0, 121, False), (11, 119, True), (12, 1, False)])
def test_a_session_ends_when_idle_and_after_its_hours(client, clock, hours, minutes, alive):
    for _ in range(hours):
        clock.forward(hours=1)
        assert is_in(client)
    clock.forward(minutes=minutes if hours == 0 else minutes - 60 if hours == 11 else minutes)
    assert is_in(client) == alive


def test_how_long_a_session_lasts_is_the_shops_choice(client, clock):
    set_shop(session_idle_minutes=5)
    clock.forward(minutes=6)
    assert not is_in(client)


def test_looking_notes_at_most_once_a_minute_that_a_session_is_in_use(client, clock):
    seen = []
    for seconds in (30, 29, 1, 60):
        clock.forward(seconds=seconds)
        is_in(client)
        seen.append(db.session.scalar(select(Session.seen_at)))
        db.session.rollback()
    start = clock.now - timedelta(seconds=120)
    assert [(at - start).total_seconds() for at in seen] == [0, 0, 60, 120]


def test_own_sessions_are_listed_and_ended_one_by_one_or_all(app, client):
    others = [app.test_client().sign_in(client.user) for _ in range(3)]
    page = client.get("/account").text
    ends = re.findall(r"/account/sessions/\d+/end", page)
    assert len(ends) == 3 and "This one" in page
    assert client.post_form(ends[0]).status_code == 303 and client.post_form(ends[0]).status_code == 404
    assert sorted(map(is_in, others)) == [False, True, True]
    client.post_form("/account/sessions/end")
    assert is_in(client) and not any(map(is_in, others))


def test_the_session_of_someone_else_is_not_found(client, staff):
    theirs = db.session.scalar(select(Session.id).where(Session.user_id == staff.user.id))
    assert client.post_form(f"/account/sessions/{theirs}/end").status_code == 404
    assert is_in(staff)


@pytest.mark.parametrize("theme, code", [("dark", 303), ("light", 303), ("auto", 303), ("pink", 400), ("", 400)])
def test_colours_are_ones_that_there_are(client, theme, code):
    assert client.post_form("/account/theme", {"theme": theme}).status_code == code
    assert (f'data-theme="{theme}"' in client.get("/account").text) == (code == 303)


def test_htmx_without_a_session_is_sent_to_sign_in_as_a_whole_page(stranger):
    answer = stranger.htmx_get("/customers")
    assert (answer.status_code, answer.headers["HX-Redirect"], answer.text) == (401, "/login", "")
