"""GST: what of a price is tax and which tax it is. Documents: their kinds and their numbers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cms.errors import RuleError
from cms.formats import STATES, state_of_gstin
from cms.money import round_half_up
from cms.text import fold

RATES: tuple[tuple[date, tuple[int, ...]], ...] = (
    (date(2017, 7, 1), (0, 25, 300, 500, 1200, 1800, 2800)),
    (date(2025, 9, 22), (0, 25, 300, 500, 1800, 4000)),
)
"""The rates of GST in hundredths of a percent, each list from its day on."""

LONGEST_PREFIX = 4
SERIAL_DIGITS = 5
OUTSIDE = "Outside India"
COMPOSITION_WORDS = "Composition taxable person, not eligible to collect tax on supplies"
WITHOUT_LEGISLATURE = ("04", "26", "31", "35", "38")
"""Union territories whose half of the tax is called UTGST."""

_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9/-]{0,15}")
_PREFIX = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
_OTHER_NAMES = {"orissa": "21", "pondicherry": "34", "uttaranchal": "05", "new delhi": "07", "nct of delhi": "07"}
_CODES = {fold(name): code for code, name in STATES.items() if "(until" not in name} | _OTHER_NAMES
_INDIA = ("", "in", "ind", "india", "bharat")


@dataclass(frozen=True)
class Tax:
    """What of a line's money is what, in paise. CGST and SGST are always the same."""

    taxable_paise: int = 0
    cgst_paise: int = 0
    sgst_paise: int = 0
    igst_paise: int = 0

    @property
    def tax_paise(self) -> int:
        return self.cgst_paise + self.sgst_paise + self.igst_paise


@dataclass(frozen=True)
class Taxing:
    """How a sale is taxed: the shop's mode, whether prices hold the tax, the place of supply and whether it is IGST."""

    mode: str = "unregistered"
    inclusive: bool = True
    place: str = ""
    inter_state: bool = False

    @property
    def on_top(self) -> bool:
        """Whether tax comes on top of the prices."""
        return self.mode == "regular" and not self.inclusive


def taxing_of(shop: Any, customer: Any | None) -> Taxing:
    """How a sale of `shop` to `customer` (their GSTIN, state and country count) is taxed.

    The place of supply is the customer's state, that of their GSTIN before the one of their address, else the shop's.
    """
    home = state_of_gstin(shop.gstin) or state_code(shop.state)
    place = _place_code(customer) or home
    name = STATES.get(place, place)
    return Taxing(shop.gst_mode, shop.prices_include_tax, name, bool(home) and place != home)


def tax_of(total_paise: int, rate_bp: int, taxing: Taxing) -> Tax:
    """The tax in, or on top of, what a line comes to. Nothing unless the shop is in the regular scheme.

    >>> tax_of(10000, 1800, Taxing("regular"))
    Tax(taxable_paise=8474, cgst_paise=763, sgst_paise=763, igst_paise=0)
    >>> tax_of(10000, 1800, Taxing("regular", inclusive=False, inter_state=True))
    Tax(taxable_paise=10000, cgst_paise=0, sgst_paise=0, igst_paise=1800)
    """
    if taxing.mode != "regular":
        return Tax()
    whole = 10_000 + (rate_bp if taxing.inclusive else 0)
    half = 0 if taxing.inter_state else round_half_up(total_paise * rate_bp, 2 * whole)
    igst = round_half_up(total_paise * rate_bp, whole) if taxing.inter_state else 0
    return Tax(total_paise - (2 * half + igst if taxing.inclusive else 0), half, half, igst)


def credit_of(line: Mapping[str, Any], before_paise: int, now_paise: int) -> Tax:
    """What of the money given back for an invoiced line is what, when `before_paise` of it went back earlier.

    Counted up to each step, so that a line that came back whole credits exactly what was invoiced, in however many
    parts. Raises RuleError when more would go back than was invoiced.
    """
    value = line["payable_paise"]
    if before_paise + now_paise > value:
        raise RuleError(f"More would be credited of {line['name']} than was invoiced", "refund")

    def share(part: int) -> int:
        upto, earlier = (round_half_up(part * paise, value) for paise in (before_paise + now_paise, before_paise))
        return upto - earlier

    if not value:
        return Tax()
    half, igst = share(line["cgst_paise"]), share(line["igst_paise"])
    return Tax(now_paise - 2 * half - igst, half, half, igst)


def state_code(name: str) -> str:
    """The GST code of a state by its name, empty for any other text.

    >>> state_code("telangana"), state_code("Jammu & Kashmir"), state_code("Atlantis")
    ('36', '01', '')
    """
    return _CODES.get(fold(name.replace("&", " and ")), "")


def halves_of(place: str) -> tuple[str, str]:
    """What the two halves of the tax are called in a state."""
    return "CGST", "UTGST" if state_code(place) in WITHOUT_LEGISLATURE else "SGST"


def usual_rates(on: date) -> tuple[int, ...]:
    """The rates of GST on a day, in hundredths of a percent; none before there was GST."""
    return next((rates for since, rates in reversed(RATES) if since <= on), ())


def rate_hint(rate_bp: int, on: date) -> str:
    """A word on a rate that is not usual on that day, empty for one that is.

    >>> rate_hint(1800, date(2026, 3, 14)), rate_hint(1200, date(2026, 3, 14))
    ('', 'GST has no 12 % any more; usual are 0, 0.25, 3, 5, 18 and 40 %')
    """
    usual = usual_rates(on)
    if rate_bp in usual or not usual:
        return ""
    had = any(rate_bp in rates for since, rates in RATES if since <= on)
    *some, last = (f"{rate / 100:g}" for rate in usual)
    return f"GST has no {rate_bp / 100:g} %{' any more' if had else ''}; usual are {', '.join(some)} and {last} %"


def document_kind(mode: str, rates: list[int]) -> str:
    """What the law calls the paper for a sale with lines of these rates."""
    if mode == "unregistered":
        return "Invoice"
    return "Tax invoice" if mode == "regular" and any(rates) else "Bill of supply"


def check_prefix(prefix: str, field: str = "invoice_prefix") -> str:
    """The prefix of a series, such as INV. Raises RuleError unless its numbers can be had for a whole year."""
    if not _PREFIX.fullmatch(prefix) or len(prefix) > LONGEST_PREFIX:
        raise RuleError(f"Use 1 to {LONGEST_PREFIX} letters or digits, like INV", field)
    return prefix


def document_number(prefix: str, year: str, serial: int) -> str:
    """The number of a document. Raises RuleError when it is none that GST allows: at most 16 letters, digits, - and /.

    >>> document_number("INV", "26-27", 1)
    'INV/26-27/00001'
    """
    number = f"{prefix}/{year}/{serial:0{SERIAL_DIGITS}d}"
    if not is_number(number):
        raise RuleError(f"{number} is no number that GST allows: choose a shorter prefix under Settings")
    return number


def is_number(text: str) -> bool:
    """Whether GST allows this as the number of a document."""
    return _NUMBER.fullmatch(text) is not None


def _place_code(customer: Any | None) -> str:
    if customer is None:
        return ""
    if code := state_of_gstin(customer.gstin):
        return code
    return OUTSIDE if fold(customer.country) not in _INDIA else state_code(customer.state)
