"""What goes together in the settings, without an app."""

import pytest

from cms.errors import RuleError
from cms.settings import rules


@pytest.mark.parametrize("text", ["INV", "I", "1", "A-B", "A/26", "inv"])
def test_a_prefix_leaves_room_for_year_and_number(text):
    assert rules.parse_prefix(f" {text} ") == text
    assert len(f"{text}/26-27/00001") <= 16


@pytest.mark.parametrize("text", ["INVOI", "-INV", "/", "A B", "A.B", "ÉÉ", "٣", "A\n", "A_B", ""])
def test_a_prefix_that_no_paper_may_carry_is_refused(text):
    with pytest.raises(RuleError):
        rules.parse_prefix(text if text != "A\n" else "A\nB")


@pytest.mark.parametrize("invoice, credit", [("INV", "INV"), ("INV", "inv")])
def test_two_kinds_of_paper_have_two_series(invoice, credit):
    with pytest.raises(RuleError) as refused:
        rules.check_prefixes(invoice, credit)
    assert refused.value.field == "credit_prefix"
    rules.check_prefixes("INV", "CN")


@pytest.mark.parametrize(
    "mode, gstin, right",
    [
        ("unregistered", "", True),
        ("unregistered", "27AAPFU0939F1ZV", False),
        ("composition", "", False),
        ("regular", "", False),
        ("composition", "27AAPFU0939F1ZV", True),
        ("regular", "27AAPFU0939F1ZV", True),
    ],
)
def test_who_is_registered_has_a_gstin_and_nobody_else(mode, gstin, right):
    if right:
        return rules.check_registration(mode, gstin)
    with pytest.raises(RuleError):
        rules.check_registration(mode, gstin)


def test_the_state_of_the_gstin_is_the_shops():
    rules.check_state("Maharashtra", "27AAPFU0939F1ZV", "gstin")
    rules.check_home("Maharashtra", "27AAPFU0939F1ZV")
    rules.check_home("", "27AAPFU0939F1ZV")
    rules.check_state("", "", "state")
    rules.check_state("Andhra Pradesh", "28AAACI1681G1ZN", "gstin")  # its number of before the parting
    for field in ("gstin", "state"):
        with pytest.raises(RuleError, match="Maharashtra") as refused:
            rules.check_state("Goa", "27AAPFU0939F1ZV", field)
        assert refused.value.field == field


def test_a_mark_changes_with_any_value_and_not_with_their_order():
    assert rules.fingerprint({"a": 1, "b": ""}) == rules.fingerprint({"b": "", "a": 1})
    assert rules.fingerprint({"a": 1}) != rules.fingerprint({"a": "1"})
