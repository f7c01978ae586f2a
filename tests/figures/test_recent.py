"""Today and this month mean what the headline figures mean, and are compared with the right days."""

from datetime import date, datetime, timedelta

import pytest

from cms.demo.actions import Size, fill_shop
from cms.figures.queries import headline
from cms.figures.recent import Sales, recent_sales
from tests.factories import make_customer, make_order, make_product, write

LAST = date(2026, 3, 14)


@pytest.fixture(scope="module")
def days() -> list[date]:
    return [LAST, LAST - timedelta(1), date(2026, 3, 1), date(2026, 2, 28), date(2026, 1, 31), LAST + timedelta(40)]


def as_sales(day: date, since: date) -> Sales:
    told = headline(day, since)
    return Sales(told.orders, told.gross_paise, told.returned_paise)


def test_they_are_the_headline_figures_of_their_days(app, days):
    with write():
        fill_shop(Size(40, 600, 7), LAST, None)
    for today in days:
        recent = recent_sales(today)
        assert recent.today == as_sales(today, today)
        assert recent.week_ago == as_sales(today - timedelta(7), today - timedelta(7))
        assert recent.month == as_sales(today, today.replace(day=1))
        last = today.replace(day=1) - timedelta(1)
        same_day = last.replace(day=min(today.day, last.day))
        assert recent.month_before == as_sales(same_day, last.replace(day=1))
        assert recent.month.net_paise == recent.month.gross_paise - recent.month.returned_paise


@pytest.mark.parametrize(
    "today, counts",
    [(date(2026, 3, 27), 1), (date(2026, 3, 28), 2), (date(2026, 3, 31), 2), (date(2026, 4, 1), 0)],
)
def test_a_long_month_is_compared_with_the_whole_of_a_short_one(app, clock, today, counts):
    customer, product = make_customer(), make_product()
    for day in (10, 28):
        clock.now = datetime(2026, 2, day, 6)
        make_order(customer, product)
    assert recent_sales(today).month_before.orders == counts


def test_a_cancelled_order_counts_for_no_day(app, clock):
    make_order(status="Cancelled")
    assert recent_sales(LAST).today == Sales(0, 0, 0)
