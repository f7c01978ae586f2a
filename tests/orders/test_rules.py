from datetime import date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.errors import RuleError
from cms.orders.rules import (
    MOVES,
    STATUSES,
    Line,
    check_lines,
    check_move,
    check_take_back,
    line_totals,
    next_moves,
    wait_days,
)

LINES = st.lists(
    st.builds(Line, st.integers(0, 10**8), st.integers(1, 1000), st.integers(0, 10_000)), min_size=1, max_size=30
)
NOW = datetime(2026, 3, 14, 12, 0)


@pytest.mark.parametrize("old, new", list(product(STATUSES, STATUSES)))
def test_an_order_moves_only_along_its_way(old, new):
    if new in MOVES[old]:
        check_move(old, new)
        return
    with pytest.raises(RuleError) as refusal:
        check_move(old, new)
    assert refusal.value.field == "status"


@pytest.mark.parametrize(
    "old, new, message",
    [
        (
            "Delivered",
            "Cancelled",
            "A delivered order cannot be cancelled; take the delivery back first or record a return",
        ),
        ("Pending", "Delivered", "A pending order cannot be delivered yet; mark it shipped first, or cancel it"),
        ("Cancelled", "Pending", "A cancelled order stays cancelled; take the cancellation back or enter a new order"),
        ("Shipped", "Shipped", "This order is already shipped"),
        ("Pending", "Lost", "Choose Pending, Shipped, Delivered or Cancelled"),
    ],
)
def test_a_refused_move_says_what_is_possible(old, new, message):
    with pytest.raises(RuleError) as refusal:
        check_move(old, new)
    assert refusal.value.message == message


def test_the_next_moves_are_those_that_pass():
    assert next_moves("Pending") == ("Shipped", "Cancelled") and next_moves("Shipped") == ("Delivered", "Cancelled")
    assert next_moves("Delivered") == next_moves("Cancelled") == next_moves("Lost") == ()


@pytest.mark.parametrize(
    "before, now_status", [("Pending", "Shipped"), ("Shipped", "Delivered"), ("Pending", "Cancelled")]
)
def test_a_step_can_be_taken_back_for_a_while(before, now_status):
    check_take_back(before, now_status, NOW - timedelta(minutes=15), NOW, 15)
    with pytest.raises(RuleError, match="within 15 minutes"):
        check_take_back(before, now_status, NOW - timedelta(minutes=15, seconds=1), NOW, 15)


@pytest.mark.parametrize(
    "before, now_status, changed_at",
    [("Pending", "Pending", NOW), ("", "Shipped", NOW), ("Pending", "Delivered", NOW), ("Pending", "Shipped", None)],
)
def test_a_step_that_was_never_made_cannot_be_taken_back(before, now_status, changed_at):
    with pytest.raises(RuleError, match="no step to take back"):
        check_take_back(before, now_status, changed_at, NOW, 15)


@given(LINES, st.data())
def test_the_lines_of_an_order_add_up_to_the_paisa(lines, data):
    values = sum(line.total_paise for line in line_totals(lines, 0))
    discount = data.draw(st.integers(0, values))
    totals = line_totals(lines, discount)
    assert sum(line.order_discount_paise for line in totals) == discount
    assert sum(line.total_paise for line in totals) == values - discount
    for line in totals:
        assert min(line.total_paise, line.discount_paise, line.order_discount_paise) >= 0
        assert line.total_paise == line.gross_paise - line.discount_paise - line.order_discount_paise


def test_a_line_discount_is_rounded_half_up_on_the_whole_line():
    (line,) = line_totals([Line(333, 3, 1250)], 0)
    assert (line.gross_paise, line.discount_paise, line.total_paise) == (999, 125, 874)


@pytest.mark.parametrize("discount", [-1, 2001])
def test_an_order_discount_is_at_most_what_the_lines_come_to(discount):
    with pytest.raises(RuleError, match=r"from 0 to ₹20\.00") as refusal:
        line_totals([Line(1000, 2)], discount)
    assert refusal.value.field == "discount"


def test_a_free_order_takes_no_discount():
    assert [line.total_paise for line in line_totals([Line(0, 1), Line(500, 1, 10_000)], 0)] == [0, 0]


@pytest.mark.parametrize(
    "lines, field, part",
    [
        ([], "lines", "at least one item"),
        ([Line(1, 1)] * 1001, "lines", "at most 1,000 lines"),
        ([Line(1, 1), Line(1, 0)], "quantity", "Line 2: the quantity must be from 1 to 10,00,000"),
        ([Line(1, 1_000_001)], "quantity", "Line 1"),
        ([Line(-1, 1)], "unit_price", "Line 1: the price must be from 0"),
        ([Line(10**11 + 1, 1)], "unit_price", "Line 1"),
        ([Line(1, 1, 10_001)], "discount", "Line 1: the discount must be from 0 to 100 percent"),
        ([Line(1, 1, -1)], "discount", "Line 1"),
        ([Line(10**11, 100)], "lines", "must stay below ₹1,00,00,00,00,000.00"),
    ],
)
def test_lines_out_of_bounds_are_refused_by_name(lines, field, part):
    with pytest.raises(RuleError, match=part) as refusal:
        check_lines(lines)
    assert refusal.value.field == field


def test_lines_at_the_bounds_are_fine():
    check_lines([Line(0, 1_000_000)] * 1000)
    check_lines([Line(10**11, 99), Line(10**11 - 1, 1)])


def test_an_order_waits_from_its_day_on():
    today = date(2026, 3, 14)
    assert [wait_days(today - timedelta(days), today) for days in (0, 1, 40, -1)] == [0, 1, 40, 0]
