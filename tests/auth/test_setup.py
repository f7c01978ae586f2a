"""The first visit, and what the browser is told to keep."""

import re

import pytest
from sqlalchemy import select

from cms.auth.actions import new_setup_link
from cms.config import Config
from cms.db import db
from cms.models import Activity, User
from tests.client import Browser
from tests.databases import SECRET, app_on
from tests.factories import PASSWORD, make_user, set_shop, the_shop, write

TYPED = {
    "shop_name": "Clay and Brass",
    "state": "Kerala",
    "whatsapp": "98765 43210",
    "name": "Asha Patel",
    "username": "Asha",
    "password": PASSWORD,
}


@pytest.fixture
def link(app) -> str:
    with write():
        return f"/setup?token={new_setup_link()}"


def set_up(browser: Browser, link: str, **instead: str):
    return browser.post_form("/setup", TYPED | {"token": link.partition("=")[2]} | instead, page=link)


def test_an_empty_shop_says_how_to_begin_and_gives_no_form(stranger):
    page = stranger.get("/login").text
    assert "not set up yet" in page and 'method="post"' not in page


def test_the_link_opens_the_shop_and_its_owner_is_signed_in(stranger, link):
    assert stranger.get(link).status_code == 200
    assert set_up(stranger, link).location == "/"
    assert "Clay and Brass" in stranger.get("/").text
    assert (the_shop().state, the_shop().whatsapp) == ("Kerala", "+919876543210")


def test_of_two_who_have_the_link_only_the_first_becomes_the_owner(app, stranger, link):
    late = app.test_client()
    late.get(link), late.csrf_token(link)
    set_up(stranger, link)
    answer = set_up(late, link, username="eve", shop_name="Mine now")
    assert answer.status_code == 422 and "set up already" in answer.text
    assert [user.username for user in db.session.scalars(select(User))] == ["asha"]
    assert the_shop().name == "Clay and Brass"


def test_a_shop_with_users_or_a_wrong_link_leads_to_sign_in(stranger, link):
    assert stranger.get("/setup").location == stranger.get(link + "x").location == "/login"
    make_user()
    assert stranger.get(link).location == "/login"


@pytest.mark.parametrize(
    "wrong, said",
    [
        ({"password": "password123"}, "easy to guess"),
        ({"password": "short"}, "at least 10"),
        ({"username": "a b"}, "Use 2 to 40 small letters"),
        ({"name": ""}, "Your name is needed"),
        ({"shop_name": " "}, "Name of the shop is needed"),
        ({"whatsapp": "123"}, "too short"),
        ({"state": "Atlantis"}, "Choose one of the list"),
    ],
)
def test_what_is_wrong_is_said_and_the_link_still_works(stranger, link, wrong, said):
    answer = set_up(stranger, link, **wrong)
    assert answer.status_code == 422 and said in answer.text and 'value="Asha' in answer.text
    assert set_up(stranger, link).status_code == 303


def test_a_weak_password_is_named_together_with_what_else_is_wrong(stranger, link):
    for password, said in (("password12", "easy to guess"), ("asha patel 1", "A name, of the shop"), ("", "is needed")):
        page = set_up(stranger, link, whatsapp="123", password=password).text
        assert "too short" in page and said in page and page.count('aria-invalid="true"') == 2
    page = set_up(stranger, link, whatsapp="123").text
    assert "too short" in page and page.count('aria-invalid="true"') == 1
    assert "easy to guess" not in set_up(stranger, link + "x", whatsapp="123", password="password12").text


GSTIN = "36AAPFU0939F1ZW"  # of Telangana


def test_a_shop_that_came_filled_shows_what_it_says_already(stranger, link):
    assert 'value="My shop"' not in stranger.get(link).text
    set_shop(name="Lakshmi Bazaar", gstin=GSTIN, gst_mode="regular", state="Telangana", whatsapp="+919876543210")
    page = stranger.get(link).text
    assert 'value="Lakshmi Bazaar"' in page and "98765 43210" in page
    assert re.search(r'<option[^>]*selected[^>]*value="Telangana"', page)
    assert set_up(stranger, link, state="Telangana").status_code == 303


def test_a_state_other_than_that_of_the_gstin_is_refused(stranger, link):
    set_shop(gstin=GSTIN, gst_mode="regular", state="Telangana")
    for state in ("Karnataka", ""):
        answer = set_up(stranger, link, state=state)
        assert answer.status_code == 422 and "registered in Telangana: choose that" in answer.text
    assert the_shop().state == "Telangana" and not db.session.scalar(select(User))
    assert set_up(stranger, link, state="Telangana").status_code == 303


def test_the_trail_says_that_the_owner_made_themselves(stranger, link):
    set_up(stranger, link)
    entry = db.session.scalars(select(Activity).where(Activity.verb == "user.added")).one()
    assert (entry.by_name, entry.by_id, entry.thing_ref) == ("Asha Patel", entry.thing_id, "asha")


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(stranger):
    make_user("owner", "asha")
    cookie = stranger.log_in("asha").headers["Set-Cookie"]
    assert cookie.startswith("cms=") and "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
    assert "Domain" not in cookie and "Secure" not in cookie


def test_behind_https_the_cookie_is_secure_and_bound_to_the_host(app, migrated):
    make_user("owner", "asha")
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    from cms import create_app

    secured = create_app(Config(database_url=url, secret_key=SECRET, instance=migrated.instance, https=True))
    with secured.app_context():
        answer = secured.test_client().get("/login", base_url="https://localhost")
        db.engine.dispose()
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-cms=") and "Secure" in cookie and "Path=/" in cookie and "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_one_app_behind_https_does_not_change_another(app, stranger, migrated):
    headers = stranger.get("/login").headers
    assert "Strict-Transport-Security" not in headers and "script-src 'self';" in headers["Content-Security-Policy"]
    assert (
        "Strict-Transport-Security" not in app_on(migrated.url, migrated.instance).test_client().get("/healthz").headers
    )
