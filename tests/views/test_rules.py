"""What is left out of an address, and which names a view may have."""

from dataclasses import asdict
from types import SimpleNamespace

import pytest

from cms.errors import RuleError
from cms.views.lists import FILTERS
from cms.views.rules import MOST, check_name, check_new, is_backwards, left_out


def out_of(room: str, *pairs: tuple[str, str]) -> list[str]:
    wanted = FILTERS[room].from_args(dict(reversed(pairs)))
    return left_out(pairs, asdict(wanted), asdict(FILTERS[room]()))


@pytest.mark.parametrize("room", FILTERS)
def test_what_no_list_knows_is_named(room):
    assert out_of(room, ("colour", "red")) == ["colour “red”"]
    assert out_of(room, ("after", "7~x"), ("before", ""), ("q", " ")) == []


@pytest.mark.parametrize("room", FILTERS)
def test_a_filter_has_room_for_its_cursors(room):
    assert not {"after", "before", "endpoint", "_anchor"} & set(asdict(FILTERS[room]()))


@pytest.mark.parametrize(
    "room, name, value, taken",
    [
        ("orders", "status", "Pending", True),
        ("orders", "status", "pending", False),
        ("orders", "since", "14/03/2026", True),
        ("orders", "since", "2026-02-30", False),
        ("orders", "sort", "newest", True),
        ("orders", "sort", "total", False),
        ("orders", "customer", "x7", False),
        ("customers", "gender", "Not stated", True),
        ("customers", "rfm", "heroes", False),
        ("customers", "least", "-3", False),
        ("products", "low", "yes", False),
        ("tracking", "status", "Pending", True),
        ("tracking", "status", "Lost", False),
        ("complaints", "tab", "open", True),
        ("complaints", "tab", "closed", False),
        ("payments", "method", "cheque", False),
        ("invoices", "year", "25-27", False),
        ("feedback", "rating", "6", False),
        ("activity", "kind", "dogs", False),
        ("notifications", "channel", "pigeon", False),
    ],
)
def test_a_value_is_taken_or_named(room, name, value, taken):
    assert out_of(room, (name, value)) == ([] if taken else [f"{name} “{value}”"])


def test_of_two_values_the_second_is_named():
    assert out_of("orders", ("status", "Pending"), ("status", "Shipped")) == ["status “Shipped”"]
    assert out_of("orders", ("status", "Pending"), ("status", "Pending")) == []


def test_a_word_of_returns_goes_with_refunded_ones_only():
    assert out_of("returns", ("word", "torn"), ("state", "requested")) == ["word “torn”"]
    assert out_of("returns", ("word", "torn"), ("state", "refunded")) == []


def test_little_is_said_of_much_nonsense():
    said = out_of("orders", *((f"name{n}" * 30, "x" * 500) for n in range(50)))
    assert len(said) == 4
    assert all(len(each) < 70 for each in said)


def test_days_that_run_backwards_are_seen():
    assert is_backwards({"since": "2026-03-14", "until": "2026-03-13"})
    assert not is_backwards({"since": "2026-03-14", "until": "2026-03-14"})
    assert not is_backwards({"since": "2026-03-14"})


def test_a_name_is_free_or_refused():
    others = [SimpleNamespace(name_key="unpaid")]
    check_new("paid", {"unpaid": "1"}, others)
    with pytest.raises(RuleError, match="of this name"):
        check_name("unpaid", others)
    with pytest.raises(RuleError, match="Choose a filter first"):
        check_new("paid", {}, others)
    with pytest.raises(RuleError, match="Delete one first"):
        check_new("paid", {"unpaid": "1"}, others * MOST)
