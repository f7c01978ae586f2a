from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.dates import (
    business_date,
    financial_year,
    financial_year_label,
    month_start,
    months_between,
    next_month,
    parse_date,
    parse_moment,
    show_ago,
    show_date,
    show_moment,
    to_local,
    to_utc,
    zone_named,
)
from cms.errors import RuleError

KOLKATA = "Asia/Kolkata"
TODAY = date(2026, 3, 14)
DAYS = st.dates(date(1970, 1, 1), date(2100, 12, 31))


def test_a_day_of_business_ends_at_midnight_in_the_shop_and_not_in_greenwich():
    assert business_date(datetime(2026, 3, 14, 18, 29, 59), KOLKATA) == date(2026, 3, 14)
    assert business_date(datetime(2026, 3, 14, 18, 30), KOLKATA) == date(2026, 3, 15)
    assert business_date(datetime(2026, 3, 14, 3, 59), "America/New_York") == date(2026, 3, 13)


@given(st.datetimes(datetime(1971, 1, 1), datetime(2099, 12, 31)), st.sampled_from([KOLKATA, "UTC", "Asia/Kathmandu"]))
def test_to_the_shops_clock_and_back_is_the_same_moment(at_utc, zone):
    assert to_utc(to_local(at_utc, zone), zone) == at_utc
    assert business_date(at_utc, zone) == to_local(at_utc, zone).date()


def test_when_clocks_go_back_the_first_of_two_equal_times_is_meant():
    assert to_utc(datetime(2026, 10, 25, 1, 30), "Europe/London") == datetime(2026, 10, 25, 0, 30)


@pytest.mark.parametrize("zone", ["", "Mars/Base", "../../etc/passwd", "Asia", "x" * 5000, "a\x00b"])
def test_a_time_zone_that_does_not_exist_is_refused(zone):
    with pytest.raises(RuleError, match="no time zone"):
        zone_named(zone)


@pytest.mark.parametrize("text", ["2026-03-14", "14/03/2026", "14-03-2026", "14.03.2026", " 14/3/2026 ", "2026-3-14"])
def test_dates_are_read_year_first_or_day_first(text):
    assert parse_date(text) == date(2026, 3, 14)


@pytest.mark.parametrize(
    "text, message",
    [
        ("31/02/2026", "31/02/2026 is not a day in the calendar"),
        ("2026-02-29", "2026-02-29 is not a day in the calendar"),
        ("2026-13-01", "2026-13-01 is not a day in the calendar"),
        ("00/01/2026", "00/01/2026 is not a day in the calendar"),
        ("03/14/2026", "03/14/2026 is not a date; write the day first, like 14/03/2026"),
        ("1969-12-31", "1969-12-31 is outside the years 1970 to 2100"),
        ("01/01/2101", "01/01/2101 is outside the years 1970 to 2100"),
        ("0026-03-14", "0026-03-14 is outside the years 1970 to 2100"),
        ("14/03-2026", "Write the date like 14/03/2026"),
        ("14/03/26", "Write the date like 14/03/2026"),
        ("20260314", "Write the date like 14/03/2026"),
        ("tomorrow", "Write the date like 14/03/2026"),
        ("", "Write the date like 14/03/2026"),
    ],
)
def test_a_date_that_cannot_be_says_why(text, message):
    with pytest.raises(RuleError) as refusal:
        parse_date(text, "due_on")
    assert (refusal.value.message, refusal.value.field) == (message, "due_on")


@pytest.mark.parametrize(
    "text, at_utc",
    [
        ("2010-12-01 08:26:00", datetime(2010, 12, 1, 2, 56)),
        ("2010-12-01T08:26:00", datetime(2010, 12, 1, 2, 56)),
        ("2010-12-01 08:26", datetime(2010, 12, 1, 2, 56)),
        ("2010-12-01T08:26:00Z", datetime(2010, 12, 1, 8, 26)),
        ("2010-12-01 08:26:00 UTC", datetime(2010, 12, 1, 8, 26)),
        ("2010-12-01T08:26:00+05:30", datetime(2010, 12, 1, 2, 56)),
        ("2010-12-01 08:26:00 -0800", datetime(2010, 12, 1, 16, 26)),
        ("2010-12-01T08:26:00.5+00", datetime(2010, 12, 1, 8, 26, 0, 500000)),
        ("2010-12-01 08:26:00.1234567", datetime(2010, 12, 1, 2, 56, 0, 123456)),
        ("2010-12-01", datetime(2010, 11, 30, 18, 30)),
        ("01/12/2010", datetime(2010, 11, 30, 18, 30)),
        ("01-12-2010 8:26", datetime(2010, 12, 1, 2, 56)),
        (" 2010-12-01  08:26:00 ", datetime(2010, 12, 1, 2, 56)),
    ],
)
def test_moments_of_a_file_are_read_in_the_shops_zone_unless_they_name_their_own(text, at_utc):
    assert parse_moment(text, KOLKATA) == at_utc


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2010-12-01 24:00:00",
        "2010-12-01 08:60:00",
        "2010-12-01 08:26:61",
        "2010-02-30 08:26:00",
        "2010-12-01Z",
        "2010-12-01 8",
        "2010-12-01 08:26 pm",
        "2010-12-01T08:26:00+25:00",
        "1291191960",
        "40513.35",
        "0001-01-01 00:00:00",
        "9999-12-31 23:59:59",
        "2010-W48-3T08:26:00",
        "2010-12-01 08:26:00\x00",
        "1010-12-01 08:26:0é",
    ],
)
def test_a_moment_that_cannot_be_is_refused(text):
    with pytest.raises(RuleError) as refusal:
        parse_moment(text, KOLKATA, "ordered_at")
    assert refusal.value.field == "ordered_at"


@given(st.datetimes(datetime(1971, 1, 1), datetime(2099, 12, 31)))
def test_a_moment_written_by_an_export_is_read_back_exactly(at_utc):
    whole = at_utc.replace(microsecond=0)
    assert parse_moment(whole.isoformat(" "), "UTC") == whole
    assert parse_moment(at_utc.isoformat() + "Z", KOLKATA) == at_utc
    assert parse_moment(to_local(whole, KOLKATA).isoformat(" "), KOLKATA) == whole
    zoned = at_utc.replace(tzinfo=UTC).astimezone(timezone(timedelta(hours=-3, minutes=-30)))
    assert parse_moment(zoned.isoformat(), KOLKATA) == at_utc


@given(st.text())
def test_any_text_is_a_date_or_refused_politely(text):
    for parse in (parse_date, lambda text: parse_moment(text, KOLKATA)):
        try:
            parse(text)
        except RuleError as refusal:
            assert refusal.message


def test_a_date_shows_its_year_only_when_it_is_another():
    assert show_date(date(2026, 3, 4), TODAY) == "4 Mar"
    assert show_date(date(2025, 3, 14), TODAY) == "14 Mar 2025"


@pytest.mark.parametrize(
    "at_utc, shown",
    [
        (datetime(2026, 3, 14, 9, 35), "14 Mar, 3:05 pm"),
        (datetime(2026, 3, 14, 6, 30), "14 Mar, 12:00 pm"),
        (datetime(2026, 3, 13, 18, 30), "14 Mar, 12:00 am"),
        (datetime(2025, 12, 31, 18, 29), "31 Dec 2025, 11:59 pm"),
    ],
)
def test_a_moment_shows_on_the_shops_clock(at_utc, shown):
    assert show_moment(at_utc, KOLKATA, TODAY) == shown


@pytest.mark.parametrize(
    "days, shown",
    [
        (0, "today"),
        (1, "yesterday"),
        (2, "2 days ago"),
        (58, "58 days ago"),
        (59, "2 months ago"),
        (729, "23 months ago"),
        (731, "2 years ago"),
        (-1, "tomorrow"),
        (-3, "in 3 days"),
        (-100, "in 3 months"),
        (-800, "in 2 years"),
    ],
)
def test_how_long_ago_is_said_in_words(days, shown):
    assert show_ago(TODAY - timedelta(days), TODAY) == shown


@pytest.mark.parametrize(
    "day, label",
    [
        (date(2026, 3, 31), "25-26"),
        (date(2026, 4, 1), "26-27"),
        (date(2000, 1, 1), "99-00"),
        (date(2099, 4, 1), "99-00"),
    ],
)
def test_the_financial_year_turns_on_the_first_of_april(day, label):
    assert financial_year_label(day) == label


@given(DAYS)
def test_every_day_lies_in_its_financial_year_and_its_month(day):
    first, last = financial_year(day)
    assert first <= day <= last and (first.month, first.day, last.month, last.day) == (4, 1, 3, 31)
    assert month_start(day) <= day < next_month(day)
    assert month_start(next_month(day)) == next_month(day) and months_between(month_start(day), next_month(day)) == 1


@given(DAYS, DAYS)
def test_months_between_count_only_whole_ones_and_alike_in_both_directions(first, last):
    months = months_between(first, last)
    assert months == -months_between(last, first)
    assert abs(months) * 28 <= abs((last - first).days) < (abs(months) + 1) * 31 + 1
