"""What somebody may mean who types this."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.search.rules import digits_of, read

DAY = date(2026, 3, 14)


@pytest.mark.parametrize(
    "typed, room, ref",
    [
        ("ORD017", "orders", "ORD017"),
        ("ord 17", "orders", "ORD017"),
        ("#17", "orders", "ORD017"),
        ("17", "customers", "CUST017"),
        ("१७", "orders", "ORD017"),
        ("0017", "complaints", "CMP017"),
        ("cmp-1234", "complaints", "CMP1234"),
        ("ret3", "returns", "RET003"),
        ("pay 4", "payments", "PAY004"),
        ("SAR-01", "products", "SAR-01"),
        ("INV/25-26/00007", "invoices", "INV/25-26/00007"),
        ("inv 7", "invoices", "INV/25-26/00007"),
        ("7", "invoices", "INV/24-25/00007"),
        ("24-25/7", "invoices", "INV/24-25/00007"),
        ("cn7", "credit_notes", "CN/25-26/00007"),
        ("4123 4567 8901", "references", "412345678901"),
    ],
)
def test_a_number_is_known_in_every_form(typed, room, ref):
    assert ref in read(typed, DAY).refs[room]


@pytest.mark.parametrize(
    "typed, room", [("17", "returns"), ("17", "payments"), ("cust17", "orders"), ("inv7", "credit_notes")]
)
def test_a_number_is_not_taken_for_what_it_cannot_be(typed, room):
    assert not [ref for ref in read(typed, DAY).refs[room] if ref[-1:].isdigit() and ref.upper() != typed.upper()]


@pytest.mark.parametrize("typed", ["", "   ", "\0\0", "\u200b", "\u202e"])
def test_nothing_is_asked_by_what_cannot_be_seen(typed):
    assert not read(typed, DAY)


def test_two_digits_are_a_number_and_no_phone():
    assert read("17", DAY).words == []
    assert read("170", DAY).words == ["170"]
    assert read("om", DAY).words == ["om"]


@pytest.mark.parametrize("typed", ["98480 22338", "+91 98480-22338", "0091 9848022338", "०९८४८०२२३३८"])
def test_a_whole_phone_is_known_in_every_form(typed):
    assert digits_of(typed) == "+919848022338"


@given(st.text(max_size=300))
def test_whatever_is_typed_is_read(typed):
    asked = read(typed, DAY)
    assert len(asked.text) <= 200
    assert all(isinstance(ref, str) and len(ref) <= 200 for refs in asked.refs.values() for ref in refs)
