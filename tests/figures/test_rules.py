from datetime import date
from fractions import Fraction

from cms.figures.rules import average_paise, clv_paise, months_active, rate, rounded


def test_a_rate_of_nothing_is_nothing():
    assert (
        rate(3, 0) == 0.0 and average_paise(100, 0) == 0 and clv_paise(0, 0, date(2026, 1, 1), date(2026, 1, 1), 6) == 0
    )


def test_halves_are_rounded_up():
    assert rounded(Fraction(1, 8), 2) == 0.13 and average_paise(5, 2) == 3


def test_a_single_order_counts_as_one_month():
    assert months_active(date(2026, 1, 1), date(2026, 1, 1)) == 1
    assert clv_paise(50_000, 1, date(2026, 1, 1), date(2026, 1, 1), 6) == 300_000


def test_the_value_is_rounded_once_at_the_end():
    assert clv_paise(10_000, 3, date(2026, 1, 1), date(2026, 1, 8), 6) == 257_143
