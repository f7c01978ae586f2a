"""What is taken for one person, and what is not."""

from __future__ import annotations

from types import SimpleNamespace as Row

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.duplicates.rules import (
    FORGOTTEN,
    KINDS,
    alike_keys,
    kept_and_gone,
    mailbox,
    merged_note,
    name_sound,
    phone_tail,
)

ALIKE = [
    ("Lakshmi Devi", "Laxmi Devi"),
    ("Mohammed Rafi", "Muhamad Rafee"),
    ("Smt. Sunita Rao", "rao suneetha"),
    ("Srinivas", "Shrinivas"),
    ("Jyoti", "Jyothi"),
    ("Anand", "Ananda"),
    ("लक्ष्मी देवी", "देवी लक्ष्मी"),
]
OTHERS = [("Ramesh", "Rajesh"), ("Asha", "Usha"), ("Ravi Kumar", "Ravi Shankar"), ("लक्ष्मी", "पार्वती")]


@pytest.mark.parametrize("one, other", ALIKE)
def test_spellings_of_one_name_sound_alike(one, other):
    assert name_sound(one) == name_sound(other) != ""


@pytest.mark.parametrize("one, other", OTHERS)
def test_other_names_do_not(one, other):
    assert name_sound(one) != name_sound(other)


@given(st.text(max_size=120), st.text(max_size=254), st.text(max_size=32), st.text(max_size=80), st.text(max_size=12))
def test_keys_fit_their_columns_whatever_was_typed(name, email, phone, city, postcode):
    keys = alike_keys(name, email, phone, city, postcode)
    assert list(keys) == list(KINDS)
    sizes = {"phone_tail": 10, "mailbox": 254, "name_place": 120, "name_alike": 80}
    assert all(key is None or 0 < len(key) <= sizes[kind] for kind, key in keys.items())


def test_who_was_forgotten_is_like_nobody():
    assert alike_keys(FORGOTTEN, "", "", "Guntur", "") == dict.fromkeys(KINDS)


def test_a_mailbox_is_the_same_with_dots_tags_and_capitals_but_only_where_the_mail_says_so():
    assert mailbox("A.S.ha+x@gmail.com") == mailbox("asha@GoogleMail.com")
    assert mailbox("a.sha@shop.example") != mailbox("asha@shop.example")
    assert mailbox("+tag@shop.example") == "+tag@shop.example"


def test_a_phone_is_the_same_with_and_without_the_country():
    assert phone_tail("+919876543210") == phone_tail("098765 43210") == phone_tail("९८७६५४३२१०")


def test_the_older_stays_unless_the_other_is_the_newest_of_all():
    one, other = Row(id=3), Row(id=7)
    assert kept_and_gone(other, one, 9) == (one, other)
    assert kept_and_gone(one, other, 7) == (other, one)


def test_what_would_be_lost_is_noted_once():
    one = Row(note="Pays late", phone="+919876543210", email="a@x.in")
    other = Row(note="Pays late", phone="", email="A@x.in")
    assert merged_note(one, other, {"phone": "+919876543210", "email": "a@x.in"}) == "Pays late"
    assert merged_note(one, other, {"phone": "", "email": ""}).count("\n") == 3
