"""Who may sign in, as the owner decides it."""

import pytest

from cms.db import db
from cms.errors import RuleError
from cms.models import User
from cms.settings.actions import change_user
from tests.factories import PASSWORD, make_user, the_shop, write

STRONG = "violet kettle banyan 42"


def test_a_new_user_can_sign_in(client, stranger):
    typed = {"name": "Ravi Kumar", "username": "Ravi", "password": STRONG, "role": "staff"}
    assert client.post_form("/settings/users", typed).status_code == 303
    assert "Ravi Kumar" in client.get("/settings/users").text
    assert stranger.log_in("ravi", STRONG).status_code == 303


@pytest.mark.parametrize(
    "field, text, says",
    [
        ("username", "asha", "already a user called asha"),
        ("username", "a b", "small letters"),
        ("password", "short", "at least 10 characters"),
        ("password", "password12", "easy to guess"),
        ("role", "king", "Choose one of the list"),
        ("name", "", "is needed"),
    ],
)
def test_a_user_that_cannot_be_is_told_why(client, field, text, says):
    typed = {"name": "Ravi Kumar", "username": "ravi", "password": STRONG, "role": "staff"} | {field: text}
    answer = client.post_form("/settings/users", typed)
    assert answer.status_code == 422 and says in answer.text
    assert field == "name" or 'value="Ravi Kumar"' in answer.text
    assert STRONG not in answer.text


def access(client, user: User, role: str, disabled: str = "0", version: str = "1"):
    return client.post_form(
        f"/settings/users/{user.id}/access", {"role": role, "disabled": disabled, "version": version}
    )


def test_another_role_counts_from_the_next_click_on(client, staff):
    assert staff.get("/products/new").status_code == 200
    assert access(client, staff.user, "viewer").status_code == 303
    assert staff.get("/products/new").status_code == 403


def test_a_session_of_someone_shut_out_is_dead_at_once_and_stays_so(client, staff, stranger):
    assert access(client, staff.user, "staff", disabled="1").status_code == 303
    assert staff.get("/").location.startswith("/login")
    assert stranger.log_in("ravi").status_code == 422
    assert access(client, staff.user, "staff", version="2").status_code == 303
    assert staff.get("/").location.startswith("/login")
    assert stranger.log_in("ravi").status_code == 303


@pytest.mark.parametrize("role, disabled", [("owner", "1"), ("staff", "0"), ("viewer", "1")])
def test_the_last_owner_stays(client, role, disabled):
    make_user("owner", "gone", disabled_at=the_shop().setup_done_at or client.user.created_at)
    answer = access(client, client.user, role, disabled)
    assert answer.status_code == 422 and "The shop needs an owner" in answer.text
    assert client.get("/settings/users").status_code == 200


def test_an_owner_may_step_down_for_another(client):
    make_user("owner", "meera")
    assert access(client, client.user, "staff").location == "/settings"
    assert client.get("/settings/users").status_code == 403


def test_of_two_changes_to_a_user_the_second_is_refused(client, staff):
    access(client, staff.user, "viewer")
    answer = access(client, staff.user, "owner")
    assert answer.status_code == 422 and "Someone else changed this" in answer.text
    assert db.session.get(User, staff.user.id, populate_existing=True).role == "viewer"


def test_a_new_password_ends_the_sessions_of_who_had_the_old_one(client, staff, stranger):
    path = f"/settings/users/{staff.user.id}/password"
    weak = client.post_form(path, {"password": "password12"})
    assert weak.status_code == 422 and "easy to guess" in weak.text
    assert staff.get("/").status_code == 200
    assert client.post_form(path, {"password": STRONG}).status_code == 303
    assert staff.get("/").location.startswith("/login")
    assert stranger.log_in("ravi", PASSWORD).status_code == 422
    assert stranger.log_in("ravi", STRONG).status_code == 303


def test_ones_own_password_is_changed_where_the_present_one_is_asked_for(client):
    answer = client.post_form(f"/settings/users/{client.user.id}/password", {"password": STRONG})
    assert answer.status_code == 422 and "Your account" in answer.text
    assert client.get("/").status_code == 200


def test_a_role_is_not_changed_behind_the_back_of_the_last_owner(app):
    """The action itself holds the rule, whoever calls it."""
    owner = make_user("owner")
    with pytest.raises(RuleError, match="needs an owner"), write():
        change_user(db.session.get_one(User, owner.id), "viewer", False, 1, None)
