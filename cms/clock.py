"""The one clock. Tests set it by replacing `now`."""

from datetime import UTC, date, datetime

from cms.dates import business_date


def now() -> datetime:
    """This moment, naive UTC, whole seconds: as both databases keep it."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def today(zone: str) -> date:
    """The business day in the shop's zone."""
    return business_date(now(), zone)
