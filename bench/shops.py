"""The shops that are measured: made by `flask demo`, kept for the next run."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from bench.places import KEPT, Place, flask, say
from cms.config import ROOT

MAKERS = ("cms/demo", "cms/models", "migrations/versions")
"""A change in these makes other shops."""

CUSTOMER_EVERY = 10
"""Orders a customer."""


@dataclass(frozen=True)
class Shop:
    """A filled database."""

    place: str
    orders: int
    url: str

    @property
    def customers(self) -> int:
        return customers_for(self.orders)


def customers_for(orders: int) -> int:
    return max(orders // CUSTOMER_EVERY, 1)


def shop_on(place: Place, orders: int, seed: int, keep: bool) -> Shop:
    """The shop of this size, made now unless an earlier run made the same (with `keep`, whatever run made it)."""
    made = KEPT / "made" / f"{place.name}_{orders}"
    made.parent.mkdir(parents=True, exist_ok=True)
    name, key = f"shop_{orders}", f"{_digest()} {seed} {datetime.now(UTC):%Y-%m}"
    if not (made.exists() and (keep or made.read_text() == key)):
        made.unlink(missing_ok=True)
        say(f"Making a shop of {orders:,} orders on {place.name}")
        start, url = time.monotonic(), place.fresh(name)
        flask(url, "db", "upgrade")
        sizes = ("--customers", str(customers_for(orders)), "--orders", str(orders))
        flask(url, "demo", *sizes, "--seed", str(seed))
        say(f"Made in {time.monotonic() - start:.0f} s")
        made.write_text(key)
    return Shop(place.name, orders, place.address(name))


def _digest() -> str:
    """What the code that makes a shop says, in short."""
    paths = (path for folder in MAKERS for path in sorted((ROOT / folder).glob("*.py")))
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:16]
