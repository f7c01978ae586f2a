"""What of a price is tax, which tax it is, and how documents are numbered."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.errors import RuleError
from cms.invoices.rules import (
    OUTSIDE,
    Tax,
    Taxing,
    check_prefix,
    credit_of,
    document_kind,
    document_number,
    halves_of,
    is_number,
    rate_hint,
    tax_of,
    taxing_of,
    usual_rates,
)
from cms.invoices.words import amount_in_words
from cms.money import round_half_up

INSIDE = Taxing("regular")
ON_TOP = Taxing("regular", inclusive=False)
prices = st.integers(0, 10**12)
rates = st.sampled_from([0, 25, 300, 500, 1200, 1800, 2800, 4000]) | st.integers(0, 10_000)
taxings = st.builds(Taxing, st.just("regular"), st.booleans(), st.just(""), st.booleans())


@pytest.mark.parametrize(
    "price, rate, taxable, half",
    [
        (10_000, 1800, 8474, 763),
        (9900, 500, 9428, 236),
        (100, 1800, 84, 8),
        (99_900, 1800, 84_662, 7619),
        (24_900, 4000, 17_786, 3557),
        (35_000_000, 1800, 29_661_016, 2_669_492),
    ],
)
def test_a_price_with_tax_within_is_split_to_the_paisa(price, rate, taxable, half):
    assert tax_of(price, rate, INSIDE) == Tax(taxable, half, half, 0)


def test_tax_on_top_and_between_states():
    assert tax_of(9999, 1800, ON_TOP) == Tax(9999, 900, 900, 0)
    assert tax_of(9999, 1800, Taxing("regular", False, "", True)) == Tax(9999, 0, 0, 1800)
    assert tax_of(10_000, 1800, Taxing("regular", True, "", True)) == Tax(8475, 0, 0, 1525)


@pytest.mark.parametrize("mode", ["unregistered", "composition"])
def test_who_may_not_collect_tax_shows_none(mode):
    assert tax_of(10_000, 1800, Taxing(mode)) == Tax()


@given(prices, rates, taxings)
def test_taxable_and_taxes_add_up_and_the_halves_are_the_same(price, rate, taxing):
    tax = tax_of(price, rate, taxing)
    assert tax.cgst_paise == tax.sgst_paise and min(tax.taxable_paise, tax.cgst_paise, tax.igst_paise) >= 0
    assert tax.taxable_paise + (tax.tax_paise if taxing.inclusive else 0) == price
    exact = price * rate / (10_000 + (rate if taxing.inclusive else 0))
    assert abs(tax.tax_paise - exact) <= 1.001 + exact * 1e-9
    assert not (tax.cgst_paise and tax.igst_paise)


def invoiced(price, rate, taxing):
    tax = tax_of(price, rate, taxing)
    parts = {name: getattr(tax, name) for name in ("taxable_paise", "cgst_paise", "sgst_paise", "igst_paise")}
    return parts | {"name": "Lamp", "payable_paise": price + (0 if taxing.inclusive else tax.tax_paise)}


@given(prices, rates, taxings, st.lists(st.integers(1, 1000), min_size=1, max_size=8))
def test_a_line_that_comes_back_in_parts_credits_exactly_what_was_invoiced(price, rate, taxing, weights):
    line, before, credited = invoiced(price, rate, taxing), 0, []
    for upto in [line["payable_paise"] * sum(weights[: n + 1]) // sum(weights) for n in range(len(weights))]:
        credited.append(credit_of(line, before, upto - before))
        assert credited[-1].taxable_paise + credited[-1].tax_paise == upto - before
        assert credited[-1].cgst_paise == credited[-1].sgst_paise
        before = upto
    for name in ("taxable_paise", "cgst_paise", "sgst_paise", "igst_paise"):
        assert sum(getattr(tax, name) for tax in credited) == line[name]


def test_more_than_was_invoiced_cannot_be_credited():
    with pytest.raises(RuleError, match="More would be credited of Lamp"):
        credit_of(invoiced(10_000, 1800, INSIDE), 5000, 5001)


def shop(**values):
    row = {"gst_mode": "regular", "prices_include_tax": True, "state": "Telangana", "gstin": ""}
    return SimpleNamespace(**(row | values))


def buyer(**values):
    return SimpleNamespace(**({"state": "", "gstin": "", "country": ""} | values))


@pytest.mark.parametrize(
    "customer, place, inter_state",
    [
        (None, "Telangana", False),
        (buyer(), "Telangana", False),
        (buyer(state="telangana"), "Telangana", False),
        (buyer(state="Karnataka"), "Karnataka", True),
        (buyer(state="Karnataka", gstin="36AAPFU0939F1ZV"), "Telangana", False),
        (buyer(state="Telangana", gstin="27AAPFU0939F1ZV"), "Maharashtra", True),
        (buyer(gstin="28AAACI1681G1ZN"), "Andhra Pradesh", True),
        (buyer(state="Atlantis"), "Telangana", False),
        (buyer(state="Texas", country="United States"), OUTSIDE, True),
        (buyer(state="Telangana", country="India"), "Telangana", False),
    ],
)
def test_the_place_of_supply_decides_which_tax_it_is(customer, place, inter_state):
    taxing = taxing_of(shop(), customer)
    assert (taxing.place, taxing.inter_state) == (place, inter_state)


def test_the_shops_own_state_is_that_of_its_gstin_and_without_one_nothing_is_between_states():
    assert taxing_of(shop(gstin="29AABCR1718E1ZL"), buyer(state="Telangana")).inter_state
    assert not taxing_of(shop(state=""), buyer(state="Karnataka")).inter_state


def test_half_of_the_tax_is_utgst_where_there_is_no_legislature():
    assert halves_of("Chandigarh") == ("CGST", "UTGST") and halves_of("Delhi") == ("CGST", "SGST")


@pytest.mark.parametrize(
    "day, rates",
    [
        (date(2017, 6, 30), ()),
        (date(2025, 9, 21), (0, 25, 300, 500, 1200, 1800, 2800)),
        (date(2025, 9, 22), (0, 25, 300, 500, 1800, 4000)),
    ],
)
def test_the_rates_are_those_of_the_day(day, rates):
    assert usual_rates(day) == rates


def test_an_unusual_rate_gets_a_hint():
    assert rate_hint(4000, date(2026, 1, 1)) == "" and rate_hint(1700, date(2017, 1, 1)) == ""
    assert rate_hint(2800, date(2026, 1, 1)).startswith("GST has no 28 % any more; usual are 0, 0.25, 3, 5, 18 and")
    assert rate_hint(1700, date(2026, 1, 1)).startswith("GST has no 17 %; usual")


@pytest.mark.parametrize(
    "text, right",
    [
        ("SI/2020/0001", True),
        ("SI/2020-0001", True),
        ("2020-PI-0001", True),
        ("INV/25-26/00001", True),
        ("SI$1231", False),
        ("12345678901234567", False),
        ("SI 2020 05", False),
        ("SI.2020.0001", False),
        ("PI2021 - 001", False),
        ("/1", False),
        ("", False),
    ],
)
def test_which_numbers_gst_allows(text, right):
    assert is_number(text) == right


def test_a_number_names_its_series_and_year():
    assert document_number("INV", "26-27", 7) == "INV/26-27/00007"
    assert document_number("SALE", "26-27", 99_999) == "SALE/26-27/99999"
    for prefix, serial in (("SALE", 100_000), ("INV 1", 1), ("", 1), ("TOOLONG", 1)):
        with pytest.raises(RuleError, match="no number that GST allows"):
            document_number(prefix, "26-27", serial)


@pytest.mark.parametrize("prefix", ["INV", "A", "SALE", "A-1"])
def test_a_prefix_that_lasts_a_year(prefix):
    assert check_prefix(prefix) == prefix and is_number(document_number(prefix, "26-27", 99_999))


@pytest.mark.parametrize("prefix", ["", "INVOI", "A/B", "-A", "É", "A B", "A-"])
def test_a_prefix_that_does_not(prefix):
    with pytest.raises(RuleError, match="1 to 4 letters or digits"):
        check_prefix(prefix)


@pytest.mark.parametrize(
    "mode, lines, kind",
    [
        ("unregistered", [1800], "Invoice"),
        ("composition", [1800], "Bill of supply"),
        ("regular", [0, 500], "Tax invoice"),
        ("regular", [0], "Bill of supply"),
    ],
)
def test_what_the_paper_is_called(mode, lines, kind):
    assert document_kind(mode, lines) == kind


@pytest.mark.parametrize(
    "minor, currency, words",
    [
        (0, "INR", "Rupees Zero Only"),
        (5, "INR", "Rupees Zero and Five Paise Only"),
        (100_00, "INR", "Rupees One Hundred Only"),
        (1_18_000_00, "INR", "Rupees One Lakh Eighteen Thousand Only"),
        (12_34_500_89, "INR", "Rupees Twelve Lakh Thirty Four Thousand Five Hundred and Eighty Nine Paise Only"),
        (1_00_00_000_00, "INR", "Rupees One Crore Only"),
        (10**13, "INR", "Rupees Ten Thousand Crore Only"),
        (-250_50, "INR", "Minus Rupees Two Hundred Fifty and Fifty Paise Only"),
        (1500, "JPY", "Yen One Thousand Five Hundred Only"),
        (1500, "KWD", "Kuwaiti Dinars One and Five Hundred Fils Only"),
        (1_000_000_00, "USD", "US Dollars One Million Only"),
    ],
)  # fmt: skip
def test_an_amount_in_words(minor, currency, words):
    assert amount_in_words(minor, currency) == words


@given(st.integers(1, 10**11 - 1))
def test_the_words_read_back_are_the_amount(rupees):
    from cms.invoices.words import LAKHS, ONES, TENS

    sizes = {name: size for size, name in LAKHS}
    small = {name: n for n, name in enumerate(ONES)} | {name: 10 * n for n, name in enumerate(TENS, 2)}
    total, run = 0, 0
    for word in amount_in_words(rupees * 100).split()[1:-1]:
        if word == "Hundred":
            run *= 100
        elif word == "Crore":
            total, run = (total + run) * sizes[word], 0
        elif word in sizes:
            total, run = total + run * sizes[word], 0
        else:
            run += small[word]
    assert total + run == rupees


@given(prices, rates)
def test_an_odd_paisa_goes_to_the_taxable_value(price, rate):
    half = tax_of(price, rate, INSIDE).cgst_paise
    assert half == round_half_up(price * rate, 2 * (10_000 + rate))
