from datetime import datetime, timedelta

import pytest

from cms.auth.rules import check_password, check_username, local_path, session_ended, too_many
from cms.errors import RuleError

START = datetime(2026, 3, 14, 9)

EVIL = [
    "//evil.test", "/\\evil.test", "\\\\evil.test", "///evil.test", "https://evil.test", "http:evil.test", "evil.test",
    "javascript:alert(1)", "/\t/evil.test", "/\n/evil.test", " //evil.test", "/ /evil.test", "\0//evil.test",
    "@evil.test",
    "data:text/html,x", "/orders\\..\\evil", "", None,
]  # fmt: skip


@pytest.mark.parametrize("target", EVIL)
def test_the_way_on_never_leads_off_the_shop(target):
    assert local_path(target) == "/"


@pytest.mark.parametrize(
    "target", ["/", "/orders", "/orders?status=Pending&q=a%20b", "/customers/7#top", "/@home", "/a//b"]
)
def test_the_way_on_leads_to_any_page_of_the_shop(target):
    assert local_path(target) == target


@pytest.mark.parametrize("text", ["asha", "Asha", " a.b-c_d ", "a1", "x" * 40])
def test_a_username_is_kept_in_small_letters(text):
    assert check_username(text) == text.strip().lower()


@pytest.mark.parametrize("text", ["", "a", ".asha", "-a", "as ha", "ash@", "आशा", "x" * 41, "a\0b", "a/b", "ａｓｈａ"])
def test_a_username_of_other_signs_is_refused(text):
    with pytest.raises(RuleError) as refused:
        check_username(text)
    assert refused.value.field == "username"


@pytest.mark.parametrize(
    "password", ["correct horse battery staple", "नमस्ते दुनिया कैसे", "🪔🪔 lamp and bowl 🪔", "x7#kQ!2mZp"]
)
def test_a_password_that_is_hard_to_guess_is_taken(password):
    assert check_password(password) == password


@pytest.mark.parametrize(
    "password, known, said",
    [
        ("", (), "at least 10"),
        ("short", (), "at least 10"),
        ("x" * 129, (), "within 128"),
        ("password123", (), "easy to guess"),
        ("aaaaaaaaaaaaaaaa", (), "easy to guess"),
        ("qwertyuiop", (), "easy to guess"),
        ("1234567890", (), "easy to guess"),
        ("ashapatel1", ("asha", "ashapatel"), "easy to guess"),
        ("Lakshmi Lamps", ("asha", "Lakshmi Lamps"), "A name, of the shop"),
        ("lakshmi-lamps2026", ("asha", "Lakshmi Lamps"), "A name, of the shop"),
        ("दीप भंडार नगर", ("asha", "दीपभंडारनगर"), "A name, of the shop"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused(password, known, said):
    with pytest.raises(RuleError, match=said):
        check_password(password, known)


@pytest.mark.parametrize(
    "seen, now, ended",
    [
        (0, 120, False),
        (0, 121, True),
        (600, 719, False),
        (719, 720, False),
        (720, 721, True),
    ],
)
def test_a_session_ends_when_idle_for_too_long_and_in_any_case_after_its_hours(seen, now, ended):
    seen_at, now_at = START + timedelta(minutes=seen), START + timedelta(minutes=now)
    assert session_ended(START, seen_at, now_at, idle_minutes=120, hours=12) == ended


def test_the_door_closes_after_ten_tries_of_an_account_or_forty_of_an_address():
    assert [too_many(9, 39), too_many(10, 10), too_many(0, 40)] == [False, True, True]
