from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.complaints import rules
from cms.complaints.rules import MOVES, STATES, UNSOLVED, check_move, check_resolution, clock, deadlines, next_moves
from cms.errors import RuleError
from cms.models.care import COMPLAINT_STATES, PRIORITIES, RESOLUTIONS

NOON, TODAY, ZONE = datetime(2026, 3, 14, 6, 30), date(2026, 3, 14), "Asia/Kolkata"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def told(state, acknowledge_in, resolve_in):
    return clock(state, NOON + acknowledge_in, NOON + resolve_in, NOON, ZONE, TODAY)


def test_the_words_are_those_that_the_tables_know():
    assert set(STATES) == set(COMPLAINT_STATES) == set(MOVES) == {*UNSOLVED, "resolved"}
    assert {"", *rules.RESOLUTIONS} == set(RESOLUTIONS) and set(rules.PRIORITIES) == set(PRIORITIES)


@pytest.mark.parametrize("old", STATES)
@pytest.mark.parametrize("new", [*STATES, "", "Open", "lost"])
def test_a_complaint_goes_only_where_a_button_leads(old, new):
    if new in next_moves(old):
        check_move(old, new)
        return
    with pytest.raises(RuleError) as refused:
        check_move(old, new)
    assert refused.value.field == "state" and refused.value.message


def test_every_state_can_be_reached_and_left():
    reached = {"open"} | {new for moves in MOVES.values() for new in moves}
    assert reached == set(STATES) and all(MOVES.values()) and next_moves("nonsense") == {}


@pytest.mark.parametrize(
    "old, new, says",
    [
        ("open", "resolved", "Acknowledge this complaint first"),
        ("resolved", "acknowledged", "reopen it first"),
        ("waiting", "waiting", "waiting for the customer already"),
    ],
)
def test_a_refused_step_says_what_comes_first(old, new, says):
    with pytest.raises(RuleError, match=says):
        check_move(old, new)


@pytest.mark.parametrize(
    "state, acknowledge_in, resolve_in, kind, words",
    [
        ("open", 25 * HOUR, 30 * DAY, "quiet", "Acknowledge by 15 Mar"),
        ("open", 24 * HOUR, 30 * DAY, "wait", "Acknowledge by tomorrow, 12:00 pm"),
        ("open", 3 * HOUR, 30 * DAY, "wait", "Acknowledge by today, 3:00 pm"),
        ("open", timedelta(), 30 * DAY, "wait", "Acknowledge by today, 12:00 pm"),
        ("open", timedelta(seconds=-1), 30 * DAY, "bad", "To acknowledge: 1 minute over"),
        ("open", -2 * DAY, 28 * DAY, "bad", "To acknowledge: 2 days over"),
        ("open", 90 * DAY, 2 * DAY, "wait", "Resolve by 16 Mar, 12:00 pm"),
        ("acknowledged", -2 * DAY, 28 * DAY, "quiet", "Resolve by 11 Apr"),
        ("waiting", -2 * DAY, 3 * DAY, "wait", "Resolve by 17 Mar, 12:00 pm"),
        ("reopened", -60 * DAY, -30 * DAY, "bad", "To resolve: 30 days over"),
    ],
)
def test_the_clock_says_what_runs_out_first(state, acknowledge_in, resolve_in, kind, words):
    found = told(state, acknowledge_in, resolve_in)
    assert (found.kind, found.words) == (kind, words)


def test_nothing_runs_once_it_is_resolved():
    assert told("resolved", -DAY, -DAY) is None


@given(st.integers(1, 8760), st.integers(1, 3650), st.integers(-(10**7), 10**7))
def test_the_nearer_clock_counts_and_it_is_bad_exactly_when_over(hours, days, seconds_ago):
    opened = NOON - timedelta(seconds=seconds_ago)
    acknowledge_by, resolve_by = deadlines(opened, hours, days)
    found = clock("open", acknowledge_by, resolve_by, NOON, ZONE, TODAY)
    assert found.by == min(acknowledge_by, resolve_by)
    assert (found.kind == "bad") == (found.by < NOON)
    assert clock("waiting", acknowledge_by, resolve_by, NOON, ZONE, TODAY).by == resolve_by


@pytest.mark.parametrize("kind, words", [("", "Paid"), ("gift", "Paid"), ("refund", ""), ("refund", " \n ")])
def test_resolving_wants_a_kind_of_the_list_and_words(kind, words):
    with pytest.raises(RuleError):
        check_resolution(kind, words)
    check_resolution("refund", "Paid back")
