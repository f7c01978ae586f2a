"""What a backup is called, when one is due, and what is said about it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal

from cms.money import CURRENCIES, show_money

KIND = "backups.make"
"""The worker's job. It does not travel in backups: it would be of another place."""
FORMAT = 1
FIGURES = ("customers", "total", "cancelled", "lines", "units", "gross", "returned", "net", "returns")
"""What a restored shop must show again."""
LATE = timedelta(days=2)
RATIO = 200
"""A backup unpacks to some 5 to 20 times its size; what is far more was made to fill a disk."""

_NAME = re.compile(r"shop-(\d{4}-\d{2}-\d{2}T\d{6}Z)(-daily)?\.cmsbackup")


class Broken(Exception):
    """This file is no backup that can be read; says why."""


def file_name(at: datetime, daily: bool) -> str:
    """What a backup of this moment (UTC) is called.

    >>> file_name(datetime(2026, 11, 23, 9, 30, 5), True)
    'shop-2026-11-23T093005Z-daily.cmsbackup'
    """
    return f"shop-{at:%Y-%m-%dT%H%M%SZ}{'-daily' if daily else ''}.cmsbackup"


def read_name(name: str) -> tuple[datetime, bool] | None:
    """The moment that a name says, and whether it is a daily one; None for the name of anything else.

    >>> read_name("shop-2026-11-23T093005Z.cmsbackup"), read_name("shop-2026-99-23T093005Z.cmsbackup")
    ((datetime.datetime(2026, 11, 23, 9, 30, 5), False), None)
    """
    found = _NAME.fullmatch(name)
    if not found:
        return None
    try:
        return datetime.strptime(found[1], "%Y-%m-%dT%H%M%SZ"), found[2] is not None
    except ValueError:
        return None


def due_key(daily: bool, hour: int, local: datetime) -> str | None:
    """The key of this day's backup, once its hour has come on the shop's clock.

    >>> due_key(True, 2, datetime(2026, 11, 23, 2, 0)), due_key(True, 2, datetime(2026, 11, 23, 1, 59))
    ('backups.make 2026-11-23', None)
    """
    return f"{KIND} {local:%Y-%m-%d}" if daily and local.hour >= hour else None


def trouble(daily: bool, since: datetime | None, made_at: datetime | None, problem: str, now: datetime) -> str:
    """What the owner should know about the daily backups; nothing while all is well.

    >>> now = datetime(2026, 11, 23, 9)
    >>> trouble(True, None, now - timedelta(days=1), "", now), trouble(False, None, None, "No room", now)
    ('', '')
    >>> trouble(True, None, now - timedelta(days=3), "", now)
    'The last daily backup is 3 days old.'
    """
    if not daily:
        return ""
    if problem:
        return f"The last daily backup failed: {problem}"
    last = made_at or since
    if last is None or now - last <= LATE:
        return ""
    days = (now - last).days
    return f"The last daily backup is {days} days old." if made_at else f"No daily backup was made for {days} days."


def show_size(size: int) -> str:
    """Bytes as people say them.

    >>> show_size(900), show_size(1_234_567), show_size(45_000_000_000)
    ('1 KB', '1.2 MB', '45.0 GB')
    """
    for unit, name in ((1_000_000_000, "GB"), (1_000_000, "MB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{max(1, round(size / 1000))} KB"


def show_plain(amount: str, currency: str) -> str:
    """An amount of `flask figures` as people read it.

    >>> show_plain("8460826.12", "INR"), show_plain("-1500", "JPY")
    ('₹84,60,826.12', '-¥1,500')
    """
    return show_money(int(Decimal(amount).scaleb(CURRENCIES[currency].digits)), currency)


def show_hour(hour: int) -> str:
    """
    >>> show_hour(0), show_hour(2), show_hour(13)
    ('12 midnight', '2 am', '1 pm')
    """
    return {0: "12 midnight", 12: "12 noon"}.get(hour, f"{hour % 12} {'am' if hour < 12 else 'pm'}")


def beyond(daily_names: list[str], keep: int) -> list[str]:
    """Which of the daily backups are too many: the oldest.

    >>> beyond(["shop-2026-11-22T", "shop-2026-11-23T", "shop-2026-11-21T"], 2)
    ['shop-2026-11-21T']
    """
    return sorted(daily_names)[:-keep]
