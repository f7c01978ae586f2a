"""The arithmetic of the figures: exact until the last step, rounded half up."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from cms.money import round_half_up, show_count

MANY_TIMES = 10
"""So often as much is told in times: nobody pictures 57,505 %."""


def rounded(value: Fraction, places: int) -> float:
    """A number for JSON, rounded half up.

    >>> rounded(Fraction(2, 3), 6)
    0.666667
    """
    return round_half_up(value.numerator * 10**places, value.denominator) / 10**places


def rate(part: int, whole: int) -> float:
    """A share to 6 places; 0 of nothing.

    >>> rate(111, 176), rate(0, 0)
    (0.630682, 0.0)
    """
    return rounded(Fraction(part, whole), 6) if whole else 0.0


def average_paise(total_paise: int, count: int) -> int:
    """The mean in whole paise, half up; 0 of nothing.

    >>> average_paise(891140790, 18536)
    48076
    """
    return round_half_up(total_paise, count) if count else 0


def compared(now: int, before: int, than: str) -> tuple[str, str]:
    """How much more or less than before, in words, and the way it goes: "up", "down" or "".

    >>> compared(112, 100, "in February"), compared(100, 100, "in February"), compared(5, 0, "in February")
    (('12 % more than in February', 'up'), ('The same as in February', ''), ('None in February', ''))
    """
    if before <= 0:
        return f"None {than}", ""
    percent = round_half_up(abs(now - before) * 100, before)
    if not percent:
        return f"The same as {than}", ""
    return (f"{percent:,} % more than {than}", "up") if now > before else (f"{percent} % less than {than}", "down")


def months_active(first_on: date, last_on: date) -> Fraction:
    """Days from the first to the last order / 30; 0 counts as 1.

    >>> months_active(date(2026, 1, 1), date(2026, 2, 15)), months_active(date(2026, 1, 1), date(2026, 1, 1))
    (Fraction(3, 2), Fraction(1, 1))
    """
    days = (last_on - first_on).days
    return Fraction(days, 30) if days else Fraction(1)


def clv_paise(gross_paise: int, orders: int, first_on: date, last_on: date, ahead_months: int) -> int:
    """The simple lifetime value: average order x orders a month x months ahead, in paise, half up.

    >>> clv_paise(90000, 3, date(2026, 1, 1), date(2026, 3, 2), 6)
    270000
    """
    if not orders:
        return 0
    value = Fraction(gross_paise, orders) * (orders / months_active(first_on, last_on)) * ahead_months
    return round_half_up(value.numerator, value.denominator)


def change_words(now: int, before: int, then: str) -> tuple[str, str]:
    """How much more or less it is than `then`, and "up", "down" or "".

    >>> change_words(112, 100, "the 30 days before")
    ('12 % more than the 30 days before', 'up')
    >>> change_words(5, 0, "the day before"), change_words(0, 0, "the day before")
    (('Nothing in the day before', 'up'), ('The same as the day before', ''))
    >>> change_words(3_456_300, 6000, "the 90 days before"), change_words(5, -100, "the day before")
    (('576 times that of the 90 days before', 'up'), ('More than the day before, which was below nothing', 'up'))
    """
    if now == before:
        return f"The same as {then}", ""
    more, way = ("more", "up") if now > before else ("less", "down")
    if before < 0:  # more was refunded than sold: no share of that says anything
        return f"{more.capitalize()} than {then}, which was below nothing", way
    if not before:
        return f"Nothing in {then}", way
    percent = round_half_up(abs(now - before) * 100, before)
    if now >= MANY_TIMES * before:
        return f"{show_count(round_half_up(now, before))} times that of {then}", way
    return f"{f'{show_count(percent)} %' if percent else 'A little'} {more} than {then}", way
