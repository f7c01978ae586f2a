from datetime import date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.dates import business_date
from cms.errors import RuleError
from cms.formats import parse_vpa
from cms.payments import rules

NOON = datetime(2026, 3, 14, 6, 30)
TODAY = date(2026, 3, 14)


def test_the_upi_link_is_encoded_as_every_app_reads_it():
    assert rules.upi_link("ab.stores@okaxis", "A & B Stores", 123_450, "ORD001", "Order ORD001") == (
        "upi://pay?pa=ab.stores@okaxis&pn=A%20%26%20B%20Stores&am=1234.50&cu=INR&tr=ORD001&tn=Order%20ORD001"
    )


@given(st.text(max_size=80), st.integers(1, 10**13), st.text(max_size=80), st.text(max_size=80))
def test_what_a_upi_link_says_is_read_back_as_it_was(payee, paise, ref, note):
    payee, note = (text.encode("utf-8", "replace").decode() for text in (payee, note))
    link = rules.upi_link("ab@okaxis", payee, paise, ref, note)
    said = parse_qs(urlsplit(link).query, strict_parsing=True)
    assert "+" not in link and " " not in link and link.isascii()
    assert (said["pa"], said["cu"]) == (["ab@okaxis"], ["INR"])
    assert said.get("pn", [""]) == [payee] and said.get("tn", [""]) == [note[:50].strip()]
    assert int(said["am"][0].replace(".", "")) == paise and said["am"][0][-3] == "."
    assert said.get("tr", [""])[0].isalnum() == bool(said.get("tr")) and len(said.get("tr", [""])[0]) <= 35


@pytest.mark.parametrize("vpa", ["ab.stores@okaxis", "9848022338@ybl", "a-b_c.d@upi", "aa@bb"])
def test_a_upi_id_is_read_as_written(vpa):
    assert parse_vpa(f" {vpa} ") == vpa


@pytest.mark.parametrize(
    "vpa, told",
    [
        ("", "Type a UPI ID"),
        ("abstores", "a name, an @ and the bank's handle"),
        ("abstores@", "a name, an @ and the bank's handle"),
        ("@okaxis", "a name, an @ and the bank's handle"),
        ("ab stores@okaxis", "no spaces"),
        ("asha@example.com", "looks like an e-mail"),
        ("a@b@okaxis", "compare it with your UPI app"),
        ("ab@ok1", "compare it with your UPI app"),
        ("अ@okaxis", "compare it with your UPI app"),
        ("a" * 257 + "@okaxis", "compare it with your UPI app"),
    ],
)
def test_what_is_no_upi_id_is_refused_in_words(vpa, told):
    with pytest.raises(RuleError, match=told):
        parse_vpa(vpa)


@pytest.mark.parametrize(
    "text, kept",
    [("412345678901", "412345678901"), (" 4123 4567 8901 ", "412345678901"), ("४१२३४५६७८९०१", "412345678901")],
)
def test_a_utr_may_be_typed_with_gaps(text, kept):
    assert rules.read_reference("upi", text) == (kept, kept)


@pytest.mark.parametrize(
    "text, told", [("41234567890", "has 11"), ("4" * 13, "has 13"), ("UTR4123456789", "only digits")]
)
def test_a_wrong_utr_is_refused_in_words(text, told):
    with pytest.raises(RuleError, match=told):
        rules.read_reference("upi", text)


@pytest.mark.parametrize(
    "payable, returned, paid, settled, status, ever, state",
    [
        (500, 0, 0, False, "Pending", False, "Unpaid"),
        (500, 0, 1, False, "Pending", True, "Part paid"),
        (500, 0, 500, False, "Delivered", True, "Paid"),
        (500, 0, 600, False, "Delivered", True, "To give back"),
        (500, 200, 300, False, "Delivered", True, "Paid"),
        (500, 200, 200, False, "Delivered", True, "Part paid"),
        (500, 500, 0, False, "Delivered", True, "Refunded"),
        (500, 500, 0, False, "Delivered", False, ""),
        (500, 500, 500, False, "Delivered", True, "To give back"),
        (500, 200, 400, False, "Delivered", True, "To give back"),
        (500, 0, 0, False, "Cancelled", True, "Refunded"),
        (500, 0, 0, False, "Cancelled", False, ""),
        (500, 0, 500, False, "Cancelled", True, "To give back"),
        (0, 0, 0, False, "Pending", False, ""),
        (500, 0, 0, True, "Delivered", False, ""),
        (500, 0, -100, True, "Delivered", True, ""),
    ],
)
def test_the_state_of_payment_follows_from_the_amounts(payable, returned, paid, settled, status, ever, state):
    assert rules.payment_state(payable, returned, paid, settled, status, ever) == state


def test_money_counts_at_once_unless_only_the_bank_knows():
    assert {method: rules.first_state(method, False) for method in rules.METHODS} == {
        "cash": "confirmed", "upi": "claimed", "card": "confirmed", "bank": "claimed", "credit": "confirmed",
        "other": "confirmed",
    }  # fmt: skip
    assert rules.first_state("upi", True) == rules.first_state("bank", True) == "confirmed"


@pytest.mark.parametrize(
    "day, moment",
    [
        (None, NOON.replace(hour=9)),
        (TODAY, NOON.replace(hour=9)),
        (date(2026, 3, 12), datetime(2026, 3, 12, 6, 30)),
        (date(2026, 3, 10), datetime(2026, 3, 10, 12)),  # the day of the order, in the evening
    ],
)
def test_a_day_becomes_a_moment_not_before_the_order(day, moment):
    ordered_at = datetime(2026, 3, 10, 12)
    assert rules.moment_of(day, NOON.replace(hour=9), ordered_at, date(2026, 3, 10), "Asia/Kolkata") == moment


@given(
    now=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),
    zone=st.sampled_from(["Asia/Kolkata", "UTC", "America/Los_Angeles", "Pacific/Kiritimati"]),
    before=st.integers(0, 3),
)
def test_at_any_hour_a_day_up_to_today_is_a_moment_of_that_day_that_has_been(now, zone, before):
    day = business_date(now, zone) - timedelta(days=before)
    ordered_at = now - timedelta(days=3)
    ordered_on = business_date(ordered_at, zone)
    moment = rules.moment_of(day, now, ordered_at, ordered_on, zone)
    assert business_date(moment, zone) == day
    rules.check_moment(moment, now, day, ordered_at, ordered_on)


@given(
    now=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),
    zones=st.permutations(["Asia/Kolkata", "America/Los_Angeles", "Pacific/Kiritimati"]),
    hours=st.integers(0, 30),
)
def test_what_comes_today_may_be_recorded_in_whatever_zone_the_shop_was_when_it_was_ordered(now, zones, hours):
    ordered_at = now - timedelta(hours=hours)
    ordered_on, today = business_date(ordered_at, zones[0]), business_date(now, zones[1])
    moment = rules.moment_of(today, now, ordered_at, ordered_on, zones[1])
    rules.check_moment(moment, now, business_date(moment, zones[1]), ordered_at, ordered_on)


def test_a_payment_lies_between_its_order_and_now():
    rules.check_moment(NOON, NOON, TODAY, NOON, TODAY)
    with pytest.raises(RuleError, match="future"):
        rules.check_moment(NOON.replace(hour=7), NOON, TODAY, NOON, TODAY)
    with pytest.raises(RuleError, match="before the day of the order"):
        rules.check_moment(NOON.replace(day=13), NOON, date(2026, 3, 13), NOON, TODAY)


def test_no_more_goes_back_than_came():
    rules.check_give_back(500, 500, "INR")
    with pytest.raises(RuleError, match=r"At most ₹5.00 can be given back"):
        rules.check_give_back(501, 500, "INR")
    with pytest.raises(RuleError, match="Nothing was paid for this order"):
        rules.check_give_back(1, 0, "INR")
    assert rules.most_to_give_back(-100, 500, True) == 400


def test_taking_back_has_its_time():
    rules.check_take_back("payment", "confirmed", NOON, NOON.replace(hour=7), 60)
    for state, at, minutes, told in (
        ("claimed", NOON, 60, "does not count"),
        ("confirmed", None, 60, "time is over"),
        ("confirmed", NOON, 29, "within 29 minutes"),
    ):
        with pytest.raises(RuleError, match=told):
            rules.check_take_back("payment", state, at, NOON.replace(hour=7), minutes)
