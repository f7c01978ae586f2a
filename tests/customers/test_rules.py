from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.customers.rules import DEFAULT_ACTIVE_DAYS, Standing, check_override, ends_override, standing
from cms.errors import RuleError

LAST = date(2025, 12, 14)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    "last, today, status, why, until",
    [
        (LAST, date(2025, 12, 20), "Active", "Active until 14 Mar 2026: last order 14 Dec", date(2026, 3, 14)),
        (LAST, date(2026, 3, 14), "Active", "Active until 14 Mar: last order 14 Dec 2025", date(2026, 3, 14)),
        (LAST, date(2026, 3, 15), "Inactive", "Inactive since 15 Mar: last order 14 Dec 2025", None),
        (None, date(2026, 3, 15), "Inactive", "Inactive: no order yet", None),
    ],
)
def test_a_customer_is_active_for_ninety_days_after_an_order_and_the_page_says_why(last, today, status, why, until):
    assert standing(last, None, None, "", today, DEFAULT_ACTIVE_DAYS) == Standing(
        status, why, until, False, new=last is None
    )


@given(DAYS, DAYS, st.integers(1, 1000))
def test_the_last_day_of_activity_is_the_day_named(last, today, active_days):
    found = standing(last, None, None, "", today, active_days)
    assert (found.status == "Active") == ((today - last).days <= active_days)
    if found.until:
        assert standing(last, None, None, "", found.until, active_days).status == "Active"
        assert standing(last, None, None, "", found.until + timedelta(1), active_days).status == "Inactive"


@pytest.mark.parametrize(
    "override, until, reason, why",
    [
        ("Active", date(2026, 4, 1), "promised to order", "Active by hand until 1 Apr: promised to order"),
        ("Inactive", None, "moved away", "Inactive by hand: moved away"),
    ],
)
def test_what_was_set_by_hand_counts_and_shows_as_such(override, until, reason, why):
    assert standing(LAST, override, until, reason, date(2026, 3, 20), 90) == Standing(override, why, until, True)


def test_what_was_set_by_hand_lasts_through_its_last_day():
    last_day = date(2026, 4, 1)
    assert standing(LAST, "Active", last_day, "promised", last_day, 90).overridden
    assert standing(LAST, "Active", last_day, "promised", last_day + timedelta(1), 90) == Standing(
        "Inactive", "Inactive since 15 Mar: last order 14 Dec 2025", None, False
    )


@pytest.mark.parametrize(
    "status, reason, until, field",
    [
        ("Asleep", "x", None, "status"),
        ("", "x", None, "status"),
        ("Active", "  ", None, "reason"),
        ("Active", "x", date(2026, 3, 13), "until"),
    ],
)
def test_setting_by_hand_needs_a_status_a_reason_and_no_past_end(status, reason, until, field):
    with pytest.raises(RuleError) as refusal:
        check_override(status, reason, until, date(2026, 3, 14))
    assert refusal.value.field == field


def test_setting_by_hand_may_end_today_or_never():
    check_override("Inactive", "moved away", None, date(2026, 3, 14))
    check_override("Active", "promised", date(2026, 3, 14), date(2026, 3, 14))


def test_a_new_order_ends_only_an_inactive_set_by_hand():
    assert [ends_override(override) for override in ("Inactive", "Active", None)] == [True, False, False]


def test_who_has_not_ordered_yet_is_shown_as_new_and_counts_as_inactive():
    stands = standing(None, None, None, "", LAST)
    assert (stands.status, stands.shown) == ("Inactive", "New")
    assert standing(None, "Inactive", None, "moved away", LAST).shown == "Inactive"
    assert standing(LAST, None, None, "", LAST).shown == "Active"
