"""Ranges of days: presets, comparison, points and parts fit together for every day there is."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.figures.ranges import EARLIEST, LATEST, PRESETS, Range, buckets, by_bucket, parts_of

TODAY = date(2026, 3, 14)
days = st.dates(date(1975, 1, 1), date(2099, 12, 31))


def asked(today: date = TODAY, **args: str) -> Range:
    return Range.from_args(args, today)


def each_day(since: date, until: date) -> list[date]:
    return [since + timedelta(nth) for nth in range((until - since).days + 1)]


@pytest.mark.parametrize(
    "preset, since, until",
    [
        ("today", TODAY, TODAY),
        ("7d", date(2026, 3, 8), TODAY),
        ("30d", date(2026, 2, 13), TODAY),
        ("90d", date(2025, 12, 15), TODAY),
        ("month", date(2026, 3, 1), TODAY),
        ("last_month", date(2026, 2, 1), date(2026, 2, 28)),
        ("year", date(2026, 1, 1), TODAY),
        ("fy", date(2025, 4, 1), TODAY),
        ("all", EARLIEST, TODAY),
    ],
)
def test_a_preset_means_these_days(preset, since, until):
    assert (asked(range=preset).since, asked(range=preset).until) == (since, until)


def test_the_financial_year_begins_on_the_first_of_april():
    assert asked(date(2026, 4, 1), range="fy").since == date(2026, 4, 1)
    assert asked(date(2026, 3, 31), range="fy").since == date(2025, 4, 1)


@given(days, st.sampled_from([*PRESETS, "own"]), st.sampled_from(["before", "year"]), days)
def test_what_a_range_is_compared_with_lies_before_it(today, preset, compare, other):
    first, last = min(today, other), max(today, other)
    found = asked(today, range=preset, compare=compare, since=first.isoformat(), until=last.isoformat())
    assert EARLIEST <= found.since <= found.until <= LATEST
    if found.before is None:
        assert preset == "all" or found.since.year - (found.until - found.since).days / 365 < 1973
        return
    since, until = found.before
    if compare == "before":
        assert until - since == found.until - found.since and until == found.since - timedelta(1)
        return
    for then, now in ((since, found.since), (until, found.until)):
        assert (then.year, then.month) == (now.year - 1, now.month)
        assert then.day == now.day or (now.month, now.day, then.day) == (2, 29, 28)


@pytest.mark.parametrize(
    ("since", "until", "then"),
    [
        ("2024-01-01", "2024-12-31", (date(2023, 1, 1), date(2023, 12, 31))),
        ("2024-02-01", "2024-02-29", (date(2023, 2, 1), date(2023, 2, 28))),
        ("2024-02-29", "2024-02-29", (date(2023, 2, 28), date(2023, 2, 28))),
    ],
)
def test_a_leap_year_is_compared_with_no_day_of_its_own(since, until, then):
    assert asked(since=since, until=until, compare="year").before == then


def test_it_is_told_why_nothing_is_compared():
    assert asked(range="all", compare="year").alone == "All days have none before them"
    assert asked(since="1970-01-01", until="1970-02-01", compare="before").alone == "There are no days before 1970"
    assert not asked(range="all").alone and not asked(range="7d", compare="year").alone


@given(days, st.integers(0, 1500))
def test_points_cover_each_day_once(since, long):
    until = since + timedelta(long)
    points = buckets(since, until, TODAY)
    assert [day for point in points for day in each_day(point.since, point.until)] == each_day(since, until)


@given(days, st.integers(0, 1500))
def test_months_and_single_days_cover_each_day_once(since, long):
    until = since + timedelta(long)
    parts = parts_of(since, until)
    covered = [day for span in parts.days for day in each_day(*span)]
    if parts.months:
        first, last = parts.months
        month = first
        while month <= last:
            after = (month + timedelta(31)).replace(day=1)
            covered += each_day(month, after - timedelta(1))
            month = after
    assert sorted(covered) == each_day(since, until)
    assert sum((b - a).days + 1 for a, b in parts.days) <= 60


@given(st.lists(st.tuples(st.integers(-30, 400), st.integers(0, 99))), st.integers(0, 300))
def test_the_points_of_a_line_add_up_to_its_days(found, long):
    since, until = TODAY, TODAY + timedelta(long)
    rows = [(TODAY + timedelta(nth), (amount,)) for nth, amount in found]
    within = sum(amount for day, (amount,) in rows if since <= day <= until)
    assert sum(row[0] for row in by_bucket(buckets(since, until, TODAY), rows, 1)) == within


def test_an_upside_down_range_says_so_and_shows_the_usual_days():
    found = asked(since="2026-03-10", until="2026-03-01")
    assert found.problem.startswith("The first day comes after the last one")
    assert (found.preset, found.typed) == ("30d", ("2026-03-10", "2026-03-01"))


@pytest.mark.parametrize("text", ["\0", "1e309", "٣", "2025-02-30", "9" * 99, "<b>", "0001-01-01", "9999-12-31"])
def test_nonsense_is_answered_with_a_sentence_or_the_usual_days(text):
    assert asked(since=text).problem and asked(until=text).problem
    assert asked(range=text, compare=text).preset == "30d"
    assert not asked(range=text).problem


def test_half_a_range_goes_to_its_end():
    assert asked(since="01/03/2026").until == TODAY
    assert asked(until="2026-03-01").since == EARLIEST
    assert asked(since="2027-01-01").until == date(2027, 1, 1)


@given(days, st.sampled_from([*PRESETS, "own"]), st.sampled_from(["", "before", "year"]))
def test_a_range_finds_itself_again_by_its_address(today, preset, compare):
    found = asked(today, range=preset, compare=compare, since="2020-02-29", until="2020-03-05")
    again = asked(today, **found.as_args())
    assert (again.preset, again.since, again.until, again.compare) == (preset, found.since, found.until, compare)
