"""Days and moments: the shop's calendar on one side, UTC without a zone on the other. The clock is never read."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cms.errors import RuleError

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FIRST_YEAR, LAST_YEAR = 1970, 2100

_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?")
_OFFSET = re.compile(r"\s*(?:[Zz]|UTC|([+-])(\d{2}):?(\d{2})?)$")


@lru_cache(maxsize=64)
def zone_named(zone: str) -> ZoneInfo:
    """The time zone of that name, such as Asia/Kolkata. Raises RuleError when there is none."""
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise RuleError("There is no time zone of that name; write it like Asia/Kolkata", "zone") from error


def to_local(at_utc: datetime, zone: str) -> datetime:
    """The wall-clock time in the zone, without a zone, of a moment in UTC without a zone.

    >>> to_local(datetime(2026, 3, 14, 20, 0), "Asia/Kolkata")
    datetime.datetime(2026, 3, 15, 1, 30)
    """
    return at_utc.replace(tzinfo=UTC).astimezone(zone_named(zone)).replace(tzinfo=None)


def to_utc(local: datetime, zone: str) -> datetime:
    """The moment in UTC, without a zone, of a wall-clock time in the zone; the first of two when clocks go back.

    >>> to_utc(datetime(2026, 3, 15, 1, 30), "Asia/Kolkata")
    datetime.datetime(2026, 3, 14, 20, 0)
    """
    return local.replace(tzinfo=zone_named(zone), fold=0).astimezone(UTC).replace(tzinfo=None)


def business_date(at_utc: datetime, zone: str) -> date:
    """The day it was in the zone at a moment in UTC without a zone.

    >>> business_date(datetime(2026, 3, 14, 18, 30), "Asia/Kolkata")
    datetime.date(2026, 3, 15)
    """
    return at_utc.replace(tzinfo=UTC).astimezone(zone_named(zone)).date()


def parse_date(text: str, field: str | None = None) -> date:
    """Read 2026-03-14, 14/03/2026 or 14-03-2026 (day first), years 1970 to 2100. Raises RuleError on anything else.

    >>> parse_date("14/03/2026") == parse_date("2026-03-14")
    True
    """
    text = text.strip()
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    elif found := _DAY_FIRST.fullmatch(text):
        year, month, day = int(found[4]), int(found[3]), int(found[1])
        if month > 12 >= day:
            raise RuleError(f"{text} is not a date; write the day first, like 14/03/2026", field)
    else:
        raise RuleError("Write the date like 14/03/2026", field)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise RuleError(f"{text} is outside the years {FIRST_YEAR} to {LAST_YEAR}", field)
    try:
        return date(year, month, day)
    except ValueError as error:
        raise RuleError(f"{text} is not a day in the calendar", field) from error


def parse_moment(text: str, zone: str, field: str | None = None) -> datetime:
    """Read a date and time in UTC without a zone; without an offset it is in `zone`, without a time it is 00:00 there.

    Raises RuleError on anything else.

    >>> parse_moment("2010-12-01 08:26:00", "Asia/Kolkata"), parse_moment("2010-12-01T08:26:00Z", "Asia/Kolkata")
    (datetime.datetime(2010, 12, 1, 2, 56), datetime.datetime(2010, 12, 1, 8, 26))
    """
    if len(text) == 19 and text[10] == " " and text[4] == text[7] == "-" and text[13] == text[16] == ":":
        try:  # nearly every cell of a file, and there are hundreds of thousands
            local = datetime.fromisoformat(text)
            if FIRST_YEAR <= local.year <= LAST_YEAR:
                return to_utc(local, zone)
        except ValueError:
            pass  # the slow way finds out what is wrong
    day, clock = _halves(text.strip())
    midnight = datetime.combine(parse_date(day, field), datetime.min.time())
    if not clock:
        return to_utc(midnight, zone)
    offset = _OFFSET.search(clock)
    local = midnight + _since_midnight(clock[: offset.start()] if offset else clock, field)
    return local - _ahead_of_utc(offset, field) if offset else to_utc(local, zone)


def iso_day(text: str) -> str:
    """The day that an address asks for, as ISO text; blank for what is none.

    >>> iso_day("14/03/2026"), iso_day("soon")
    ('2026-03-14', '')
    """
    try:
        return parse_date(text).isoformat() if text.strip() else ""
    except RuleError:
        return ""


def show_date(day: date, today: date) -> str:
    """The day in short, with its year when that is not this year.

    >>> show_date(date(2026, 3, 14), date(2026, 6, 1)), show_date(date(2025, 3, 14), date(2026, 6, 1))
    ('14 Mar', '14 Mar 2025')
    """
    year = "" if day.year == today.year else f" {day.year}"
    return f"{day.day} {MONTHS[day.month - 1]}{year}"


def show_moment(at_utc: datetime, zone: str, today: date) -> str:
    """The moment on the zone's calendar and clock.

    >>> show_moment(datetime(2026, 3, 14, 9, 35), "Asia/Kolkata", date(2026, 6, 1))
    '14 Mar, 3:05 pm'
    """
    local = to_local(at_utc, zone)
    half = "am" if local.hour < 12 else "pm"
    return f"{show_date(local.date(), today)}, {local.hour % 12 or 12}:{local.minute:02} {half}"


def show_ago(day: date, today: date) -> str:
    """How far the day lies from today: days up to two months, then whole months, from two years on whole years.

    >>> [show_ago(date(2026, 3, 14) - timedelta(days), date(2026, 3, 14)) for days in (0, 1, 3, 70, 800, -3)]
    ['today', 'yesterday', '3 days ago', '2 months ago', '2 years ago', 'in 3 days']
    """
    days = (today - day).days
    if days in (-1, 0, 1):
        return ("today", "yesterday", "tomorrow")[days]
    months = abs(months_between(day, today))
    span = f"{months} months" if months >= 2 else f"{abs(days)} days"
    if months >= 24:
        span = f"{months // 12} years"
    return f"{span} ago" if days > 0 else f"in {span}"


def financial_year(day: date) -> tuple[date, date]:
    """First and last day of the Indian financial year that holds the day: 1 April to 31 March."""
    first = day.year if day.month >= 4 else day.year - 1
    return date(first, 4, 1), date(first + 1, 3, 31)


def financial_year_label(day: date) -> str:
    """The financial year as invoice numbers name it.

    >>> financial_year_label(date(2026, 3, 31)), financial_year_label(date(2026, 4, 1))
    ('25-26', '26-27')
    """
    first, last = financial_year(day)
    return f"{first.year % 100:02}-{last.year % 100:02}"


def month_start(day: date) -> date:
    """The first of the day's month."""
    return day.replace(day=1)


def next_month(day: date) -> date:
    """The first of the month after the day's month."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def show_month(month: str | date) -> str:
    """A month in words; nothing for none.

    >>> show_month("2026-03"), show_month(date(2026, 3, 1)), show_month("")
    ('Mar 2026', 'Mar 2026', '')
    """
    day = date.fromisoformat(f"{month}-01") if isinstance(month, str) and month else month
    return f"{MONTHS[day.month - 1]} {day.year}" if isinstance(day, date) else ""


def months_between(first: date, last: date) -> int:
    """Whole months from one day to the other, negative when the first is the later one.

    >>> months_between(date(2026, 1, 15), date(2026, 3, 14)), months_between(date(2026, 3, 15), date(2026, 1, 15))
    (1, -2)
    """
    if last < first:
        return -months_between(last, first)
    return (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)


def _halves(text: str) -> tuple[str, str]:
    day, _, clock = text.partition("T" if "T" in text[:11] else " ")
    return day, clock.strip()


def _since_midnight(clock: str, field: str | None) -> timedelta:
    found = _CLOCK.fullmatch(clock)
    if not found:
        raise RuleError("Write the time like 2026-03-14 15:05", field)
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise RuleError(f"{clock} is not a time of day", field)
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=int((found[4] or "0").ljust(6, "0")[:6]))


def _ahead_of_utc(offset: re.Match[str], field: str | None) -> timedelta:
    if not offset[1]:
        return timedelta()
    hours, minutes = int(offset[2]), int(offset[3] or 0)
    if hours > 14 or minutes > 59:
        raise RuleError(f"{offset[0].strip()} is not a time zone", field)
    return timedelta(hours=hours, minutes=minutes) * (-1 if offset[1] == "-" else 1)
