from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.errors import RuleError
from cms.money import (
    CURRENCIES,
    parse_money,
    parse_money_rounding,
    parse_percent_bp,
    percent_of,
    plain_money,
    round_half_up,
    show_money,
    split,
)

MINOR = st.integers(0, 10**13)


@pytest.mark.parametrize(
    "minor, shown",
    [
        (0, "₹0.00"),
        (5, "₹0.05"),
        (99900, "₹999.00"),
        (100000, "₹1,000.00"),
        (9999900, "₹99,999.00"),
        (10000000, "₹1,00,000.00"),
        (11800000, "₹1,18,000.00"),
        (123456789, "₹12,34,567.89"),
        (1000000000, "₹1,00,00,000.00"),
        (12345678900, "₹12,34,56,789.00"),
        (-250050, "-₹2,500.50"),
        (10**13, "₹1,00,00,00,00,000.00"),
    ],
)
def test_rupees_are_grouped_in_lakhs_and_crores(minor, shown):
    assert show_money(minor) == shown


@pytest.mark.parametrize(
    "minor, currency, shown",
    [
        (123456789, "USD", "$1,234,567.89"),
        (-5, "EUR", "-€0.05"),
        (123456, "AED", "AED 1,234.56"),
        (1234567, "JPY", "¥1,234,567"),
        (1234567, "KWD", "KD 1,234.567"),
        (12345678, "NPR", "Rs 1,23,456.78"),
        (12345678, "LKR", "Rs 123,456.78"),
    ],
)
def test_other_currencies_have_their_own_decimals_and_groups(minor, currency, shown):
    assert show_money(minor, currency) == shown


@pytest.mark.parametrize(
    "text, minor",
    [
        ("1,299.50", 129950),
        ("₹ 1,299.50", 129950),
        ("₹1,299.5", 129950),
        ("1299", 129900),
        ("1,18,000", 11800000),
        ("1,18,00,000.05", 1180000005),
        ("118,000", 11800000),
        ("Rs 500", 50000),
        ("Rs. 500/-", 50000),
        ("rs.500", 50000),
        ("INR 500", 50000),
        (" 500 ", 50000),
        ("\u00a0500\u00a0", 50000),
        (".5", 50),
        ("007", 700),
        ("१२३.४५", 12345),
        ("٥٠٠", 50000),
        ("100000000000", 10**13),
    ],
)
def test_amounts_are_read_as_people_write_them(text, minor):
    assert parse_money(text) == minor


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "₹",
        ".",
        "5.",
        "abc",
        "12,50",
        "1,2,3",
        "1.299,50",
        "1,23,4567",
        ",500",
        "1e5",
        "1E+3",
        "NaN",
        "inf",
        "1 2",
        "0x10",
        "1_000",
        "½",
        "²",
        "$5",
        "500 only",
        "1..5",
        "1.5.5",
        "+5",
        "٫5",
        "5-",
        "\x00",
        "500\n600",
    ],
)
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(RuleError, match=r"Write the amount like 1,299\.50") as refusal:
        parse_money(text, field="price")
    assert refusal.value.field == "price"


@pytest.mark.parametrize("text", ["-5", "- 5", "₹ -5", "-₹5", "\u22125", "(500)"])
def test_a_negative_amount_is_refused(text):
    with pytest.raises(RuleError, match="cannot be negative"):
        parse_money(text)


@pytest.mark.parametrize("text, currency", [("2.555", "INR"), ("2.500", "INR"), ("1.0", "JPY"), ("1.0000", "KWD")])
def test_more_decimals_than_the_currency_has_are_refused(text, currency):
    with pytest.raises(RuleError, match="decimals"):
        parse_money(text, currency)


@pytest.mark.parametrize("text", ["100000000000.01", "9" * 400, "9,99,99,99,99,99,999"])
def test_an_amount_beyond_reach_is_refused(text):
    for parse in (parse_money, parse_money_rounding):
        with pytest.raises(RuleError, match=r"at most ₹1,00,00,00,00,000\.00"):
            parse(text)


@given(MINOR, st.sampled_from(sorted(CURRENCIES)))
def test_what_is_shown_reads_back_as_the_same_amount(minor, currency):
    assert parse_money(show_money(minor, currency), currency) == minor
    assert parse_money(plain_money(minor, currency), currency) == minor
    assert parse_money_rounding(plain_money(minor, currency), currency) == (minor, False)


@given(st.text())
def test_any_text_is_an_amount_within_reach_or_refused_politely(text):
    try:
        assert 0 <= parse_money(text) <= 10**13
    except RuleError as refusal:
        assert refusal.message


@pytest.mark.parametrize(
    "text, currency, minor, rounded",
    [
        ("2.55", "INR", 255, False),
        ("2", "INR", 200, False),
        ("2.5", "INR", 250, False),
        ("2.555", "INR", 256, True),
        ("2.5549999", "INR", 255, True),
        ("2.5500", "INR", 255, False),
        ("1,299.999", "INR", 130000, True),
        ("0.005", "INR", 1, True),
        ("0.0049", "INR", 0, True),
        ("2.5", "JPY", 3, True),
        ("1.2345", "KWD", 1235, True),
    ],
)
def test_an_import_rounds_half_up_and_says_so(text, currency, minor, rounded):
    assert parse_money_rounding(text, currency) == (minor, rounded)


@pytest.mark.parametrize("text", ["-2.55", "1e3", "nan", "", "2,55", "2.5.5"])
def test_an_import_refuses_what_is_no_amount(text):
    with pytest.raises(RuleError):
        parse_money_rounding(text, "INR", "price")


@given(st.integers(-(10**15), 10**15), st.integers(-(10**6), 10**6).filter(bool))
def test_rounding_is_to_the_nearest_and_halves_go_away_from_zero(numerator, denominator):
    rounded, exact = round_half_up(numerator, denominator), Fraction(numerator, denominator)
    assert abs(rounded - exact) <= Fraction(1, 2)
    assert abs(rounded - exact) < Fraction(1, 2) or abs(rounded) > abs(exact)


@given(st.integers(-(10**13), 10**13), st.lists(st.integers(0, 10**13), min_size=1, max_size=40))
def test_shares_add_up_and_each_is_within_one_of_its_due(total, weights):
    shares = split(total, weights)
    whole = sum(weights)
    assert sum(shares) == total
    assert all(share * total >= 0 for share in shares)
    assert not whole or all(
        abs(share - Fraction(total * weight, whole)) < 1 for share, weight in zip(shares, weights, strict=True)
    )


@pytest.mark.parametrize(
    "total, weights, shares",
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (1, [1, 1], [1, 0]),
        (10, [0, 5, 0], [0, 10, 0]),
        (5, [0, 0], [3, 2]),
        (0, [], []),
        (-100, [1, 1, 1], [-34, -33, -33]),
    ],
)
def test_what_is_left_over_goes_to_the_largest_remainder_the_first_of_equals(total, weights, shares):
    assert split(total, weights) == shares


@pytest.mark.parametrize("total, weights", [(5, []), (5, [1, -1])])
def test_nothing_is_shared_by_weights_that_make_no_sense(total, weights):
    with pytest.raises(ValueError):
        split(total, weights)


@pytest.mark.parametrize("minor, bp, share", [(9999, 1250, 1250), (1, 5000, 1), (10000, 0, 0), (10000, 10000, 10000)])
def test_a_percentage_of_an_amount_is_rounded_half_up(minor, bp, share):
    assert percent_of(minor, bp) == share


@pytest.mark.parametrize("price, half", [(10000, 763), (9900, 236), (100, 8), (99900, 7619), (24900, 3557)])
def test_half_of_the_tax_inside_a_price_matches_the_published_vectors(price, half):
    rate = {9900: 5, 24900: 40}.get(price, 18)
    assert round_half_up(price * rate, 2 * (100 + rate)) == half


@pytest.mark.parametrize(
    "text, bp", [("12.5", 1250), ("12.5%", 1250), ("5 %", 500), ("0", 0), ("100", 10000), (".25", 25), ("१२", 1200)]
)
def test_percentages_are_read_in_hundredths_of_a_percent(text, bp):
    assert parse_percent_bp(text) == bp


@pytest.mark.parametrize("text", ["", "%", ".", "-5", "100.01", "101", "12,5", "1.234", "5%%", "abc", "1e1"])
def test_what_is_no_percentage_is_refused(text):
    with pytest.raises(RuleError) as refusal:
        parse_percent_bp(text, "discount")
    assert refusal.value.field == "discount"
