import pytest
from sqlalchemy import select

from cms.auth.actions import (
    add_user,
    change_access,
    change_password,
    end_sessions,
    new_setup_link,
    note_attempt,
    set_up_shop,
)
from cms.auth.passwords import hash_password, password_matches, worn
from cms.auth.queries import open_sessions, setup_open, user_named, user_or_404
from cms.auth.sessions import token_hash
from cms.db import db
from cms.errors import RuleError
from cms.models import Activity, LoginAttempt, Session
from tests.factories import PASSWORD, make_user, open_session, the_shop, write

OWNER = ("asha", "Asha Patel", PASSWORD)
SHOP = {"name": "Clay and Brass", "state": "Kerala", "whatsapp": ""}


@pytest.fixture(autouse=True)
def at_noon(app, clock):
    pass


def link() -> str:
    with write():
        return new_setup_link()


def tries(how_many: int, username: str = "asha", address: str = "10.0.0.1") -> None:
    for _ in range(how_many):
        with write():
            note_attempt(username, address)


def test_a_password_is_known_by_its_hash_only():
    stored = hash_password(PASSWORD)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$") and PASSWORD not in stored
    assert password_matches(stored, PASSWORD) and not password_matches(stored, PASSWORD + "x")
    assert not password_matches(None, "nobody has this password") and not password_matches("rubbish", PASSWORD)
    assert worn("$argon2id$v=19$m=1024,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g") and not worn(stored)


def test_the_setup_link_makes_the_owner_once():
    token = link()
    with write():
        set_up_shop(token, SHOP, *OWNER)
    assert (the_shop().name, user_named("ASHA ").role, the_shop().setup_token_hash) == ("Clay and Brass", "owner", None)
    with pytest.raises(RuleError, match="set up already"), write():
        set_up_shop(token, SHOP, "ravi", "Ravi", PASSWORD)


def test_a_newer_link_voids_the_one_before_and_a_made_up_one_opens_nothing():
    old, new = link(), link()
    assert not setup_open(token_hash(old)) and setup_open(token_hash(new)) and not setup_open(token_hash(""))
    for token in (old, "", "x" * 1000):
        with pytest.raises(RuleError, match="used or replaced"), write():
            set_up_shop(token, SHOP, *OWNER)


def test_a_weak_password_leaves_the_link_as_it_was():
    token = link()
    with pytest.raises(RuleError, match="easy to guess"), write():
        set_up_shop(token, SHOP, "asha", "Asha", "password123")
    assert setup_open(token_hash(token))


def test_no_link_is_made_for_a_shop_that_has_users():
    make_user()
    with pytest.raises(RuleError, match="set up already"):
        link()


def test_a_username_is_given_once():
    make_user("owner", "asha")
    with pytest.raises(RuleError, match="already a user called asha"), write():
        add_user("Asha", "", PASSWORD, "staff", None)


def test_tries_are_counted_per_account_and_address_for_a_quarter_of_an_hour(clock):
    tries(10)
    with pytest.raises(RuleError, match="quarter of an hour"):
        tries(1)
    tries(1, address="10.0.0.2")
    tries(1, username="ravi")
    clock.forward(minutes=15)
    tries(1)


def test_an_address_that_tries_many_names_is_closed_too():
    for number in range(40):
        tries(1, username=f"user{number}")
    with pytest.raises(RuleError):
        tries(1, username="one more")
    tries(1, username="one more", address="10.0.0.2")


def test_case_and_gaps_do_not_give_more_tries_and_no_name_is_kept():
    tries(5, "Asha"), tries(5, " asha ")
    with pytest.raises(RuleError):
        tries(1, "ASHA")
    assert all("asha" not in row.account_hash for row in db.session.scalars(select(LoginAttempt)))


def test_old_tries_are_forgotten(clock):
    tries(3)
    clock.forward(hours=2)
    tries(1)
    assert len(db.session.scalars(select(LoginAttempt)).all()) == 1


def test_a_new_password_ends_the_other_sessions_and_is_on_record_without_itself():
    user = make_user()
    kept, other = (db.session.scalar(select(Session.id).where(Session.token_hash == token_hash(open_session(user))))
                   for _ in range(2))  # fmt: skip
    with write():
        change_password(user_or_404(user.id), "another good long one", kept, user)
    assert [session.id for session in open_sessions(user.id)] == [kept] and other != kept
    entry = db.session.scalars(select(Activity)).all()[-1]
    assert (entry.verb, entry.before, entry.after) == ("user.password_changed", None, None)
    assert password_matches(user_or_404(user.id).password_hash, "another good long one")


@pytest.mark.parametrize("password", ["short", "x" * 200, "password123"])
def test_a_weak_new_password_changes_nothing(password):
    user = make_user()
    with pytest.raises(RuleError), write():
        change_password(user_or_404(user.id), password, None, user)
    assert user_or_404(user.id).password_hash == user.password_hash


def test_a_session_of_someone_else_cannot_be_ended():
    mine, theirs = make_user(), make_user()
    open_session(theirs)
    id = open_sessions(theirs.id)[0].id
    with write():
        assert end_sessions(mine.id, only=id) == 0
    assert len(open_sessions(theirs.id)) == 1


@pytest.mark.parametrize("role, disabled", [("staff", False), ("owner", True)])
def test_the_last_owner_stays_the_owner(role, disabled):
    owner = make_user("owner")
    make_user("owner", disabled_at=owner.created_at)
    with pytest.raises(RuleError, match="needs an owner"), write():
        change_access(user_or_404(owner.id), role, disabled, None)


def test_who_is_disabled_is_out_everywhere():
    user = make_user("staff")
    open_session(user), open_session(user)
    with write():
        change_access(user_or_404(user.id), "staff", True, None)
    assert not open_sessions(user.id)
