"""Cells that no spreadsheet works out, and that say the same when they are read back."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.dates import parse_moment
from cms.exports.rules import Manner, as_meant, defused, file_name, moment_text, percent_text, writers
from cms.formats import parse_phone
from cms.imports.rules import difference_of
from cms.money import parse_money, parse_percent_bp

ZONES = ("Asia/Kolkata", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kathmandu")
texts = st.text(alphabet=st.sampled_from("'=+-@\t\r\n19 .A\uff1d\uff0b\uff0d\uff20é🪔"), max_size=8) | st.text()
moments = st.datetimes(datetime(1971, 1, 2), datetime(2099, 12, 30)).map(lambda at: at.replace(microsecond=0))


@given(texts)
def test_a_text_says_the_same_when_it_is_read_back(text):
    assert as_meant(defused(text)) == text


@given(texts)
def test_no_text_begins_as_a_formula_unless_it_is_a_bare_number_or_phone(text):
    cell = defused(text)
    if cell[:1] and cell[0] in "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20":
        assert cell[0] in "+-" and set(cell[1:]) <= set("0123456789. -") and cell[1].isdigit()
        assert "-" not in cell[1:] or " " in cell  # a difference would be worked out


@pytest.mark.parametrize("text", ["-5", "-0.05", "+7", "+919876543210", "+1 650-253-0000", "98765 43210", "ORD-7", ""])
def test_amounts_and_phones_stay_as_they_are(text):
    assert defused(text) == text


@pytest.mark.parametrize("text", ["=1+1", "+91-98765", "-1-1", "@A1", "\t=1", "+1 cmd|' /C calc'!A0", "-", "+A1"])
def test_what_could_be_worked_out_gets_a_mark(text):
    assert defused(text) == "'" + text


@given(moments, st.sampled_from(ZONES))
def test_a_moment_is_read_back_as_the_same_one_in_every_zone(at, zone):
    assert parse_moment(moment_text(at, zone), zone) == at


def test_the_hour_that_comes_twice_is_told_apart():
    first, second = datetime(2026, 10, 25, 0, 30), datetime(2026, 10, 25, 1, 30)
    assert moment_text(first, "Europe/Berlin") == "2026-10-25 02:30:00"
    assert moment_text(second, "Europe/Berlin") == "2026-10-25 02:30:00+01:00"
    assert datetime.fromisoformat("2026-10-25 02:30:00+01:00").astimezone(UTC).replace(tzinfo=None) == second


@given(st.integers(0, 10_000))
def test_a_rate_is_read_back(basis_points):
    assert parse_percent_bp(percent_text(basis_points)) == basis_points


@given(st.integers(-(10**13), 10**13), st.sampled_from(["INR", "JPY", "KWD"]))
def test_money_is_read_back(paise, currency):
    text = writers(Manner(currency, "UTC", date(2026, 1, 1)))["money"](paise)
    assert difference_of(text, currency, "amount") == paise
    if paise >= 0:
        assert parse_money(text, currency) == paise


@pytest.mark.parametrize("phone", ["+919876543210", "+914022334455", "+16502530000", "+442079460958"])
def test_a_phone_is_read_back(phone):
    cell = writers(Manner("INR", "Asia/Kolkata", date(2026, 1, 1)))["phone"](phone)
    assert not cell.startswith("'") and parse_phone(as_meant(cell), "IN") == phone


def test_a_file_is_named_by_its_table_and_the_day_of_the_shop():
    assert file_name("customers", "csv", Manner("INR", "UTC", date(2026, 11, 23))) == "customers-2026-11-23.csv"
