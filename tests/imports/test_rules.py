import pytest

from cms.errors import RuleError
from cms.imports.rules import hsn_of, is_india, quantity_of, row_key, status_of, utr_of, whole_number
from cms.returns.rules import refund_share


@pytest.mark.parametrize(
    "word, status",
    [
        ("processing", "Pending"),
        ("PACKED", "Pending"),
        ("canceled", "Cancelled"),
        ("Completed", "Delivered"),
        ("", "Pending"),
    ],
)
def test_status_words_of_other_shops_are_understood(word, status):
    assert status_of(word, delivered=False) == status


def test_a_blank_status_with_a_delivery_time_is_delivered():
    assert status_of("", delivered=True) == "Delivered"


@pytest.mark.parametrize("word", ["refunded", "on hold", "delivered?"])
def test_any_other_status_is_refused(word):
    with pytest.raises(RuleError, match="is no status"):
        status_of(word, delivered=False)


@pytest.mark.parametrize("text", ["0", "-3", "2.5", "2.0", "", "two", "1e3", "٣.٥", "1000001", "9" * 400, "²"])
def test_a_quantity_is_a_whole_number_of_at_least_one(text):
    with pytest.raises(RuleError, match="whole number from 1 to 1,000,000"):
        quantity_of(text)


def test_digits_of_any_script_are_a_quantity():
    assert quantity_of("१२") == 12 and whole_number("5", 5, "rating") == 5


@pytest.mark.parametrize("total, sold", [(10000, 3), (9999, 7), (1, 5), (0, 2)])
def test_refunds_of_a_line_add_up_to_what_was_paid(total, sold):
    assert sum(refund_share(total, sold, before, 1) for before in range(sold)) == total


def test_twins_have_keys_of_their_own_and_the_same_ones_every_time():
    cells = ["O1", "5", "2026-01-01"]
    keys = {row_key("payments", cells, 0), row_key("payments", cells, 1), row_key("returns", cells, 0, 1)}
    assert len(keys) == 3 and row_key("payments", cells, 1) in keys


def test_cells_do_not_run_into_one_another():
    assert row_key("feedback", ["a", "bc"], 0) != row_key("feedback", ["ab", "c"], 0)


def test_only_twelve_digits_of_upi_are_a_utr():
    assert utr_of("upi", "123456789012") == "123456789012"
    assert utr_of("upi", "T123") is None and utr_of("bank", "123456789012") is None


def test_an_address_without_a_country_is_in_the_shops():
    assert is_india("", "IN") and is_india("INDIA", "GB") and not is_india("", "GB") and not is_india("Nepal", "IN")


def test_an_hsn_code_has_digits_only():
    assert hsn_of("6204") == "6204" and hsn_of("") == ""
    with pytest.raises(RuleError):
        hsn_of("62O4")
