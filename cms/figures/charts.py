"""Charts as pages show them: the figure for those who see it, a sentence and a table for all. Pure.

Amounts stay whole minor units: what is written at the axes and beside the bars is put into words here, in the shop's
currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from cms.figures.ranges import Range
from cms.money import CURRENCIES, plain_money, round_half_up, show_count, show_money


@dataclass(frozen=True)
class Column:
    """A column of the table: text, count, money (minor units), rate (hundredths of a percent), trend (whole percent
    more or less), or spark (values over time)."""

    title: str
    kind: str = "text"

    def show(self, value: Any, currency: str) -> str:
        """A cell as people read it; nothing for None.

        >>> Column("Share", "rate").show(1234, "INR"), Column("Money", "money").show(150, "INR")
        ('12.3 %', '₹1.50')
        >>> [Column("Change", "trend").show(value, "INR") for value in (942, -5, 0, None)]
        ['+942 %', '−5 %', '0 %', '–']
        """
        if value is None:
            return "–"
        if self.kind == "money":
            return show_money(value, currency)
        if self.kind == "trend":
            return f"{'+' if value > 0 else '−' if value else ''}{show_count(abs(value))} %"
        if self.kind == "rate":
            return f"{show_count(round_half_up(value, 10) // 10)}.{round_half_up(value, 10) % 10} %"
        return show_count(value) if self.kind == "count" else str(value)

    def plain(self, value: Any, currency: str) -> str:
        """The same for a spreadsheet."""
        if value is None:
            return ""
        if self.kind == "money":
            return plain_money(value, currency)
        if self.kind == "spark":
            return " ".join(map(str, value))
        return f"{value / 100:.2f}" if self.kind == "rate" else str(value)


@dataclass(frozen=True)
class Row:
    """One line of the table, and the address of the rows behind it."""

    cells: tuple[Any, ...]
    href: str = ""


@dataclass(frozen=True)
class Chart:
    """All of one chart. `figure` is Plotly's JSON, "" with nothing to draw; `key` names it in docs/figures.md."""

    name: str
    key: str
    title: str
    summary: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    figure: str = ""
    size: str = ""
    """"" or "small", "tall" for many bars."""
    note: str = ""
    words: tuple[Any, ...] = ()
    """Instead of a figure: the words of a cloud."""
    open: bool = False
    """Whether the table is the thing itself rather than the numbers behind a figure."""
    wide: bool = False
    """Whether it takes the whole width of a desk."""
    choices: tuple[tuple[str, str, bool], ...] = ()
    """Other ways to see it: words, address, whether it is this one."""
    args: tuple[tuple[str, str], ...] = ()
    """What its address says besides the range."""
    count: int | None = None
    """How many rows there are in all, where that is asked: the first ones are shown, the file holds more."""
    foot: tuple[Any, ...] = ()
    """The sums of the columns, below the rows."""


@dataclass(frozen=True)
class Scene:
    """What every chart is drawn for: the range, the day, the currency."""

    wanted: Range
    today: date
    currency: str

    def money(self, paise: int) -> str:
        return show_money(paise, self.currency)

    def short(self, paise: int) -> str:
        return short_money(paise, self.currency)

    @property
    def days(self) -> str:
        return self.wanted.words(self.today)

    @property
    def when(self) -> str:
        return self.wanted.when(self.today)

    def to(self, path: str, **args: Any) -> str:
        """The rows of the whole range at this address."""
        return to(path, **args, **self.wanted.rows_args())


def to(path: str, **args: Any) -> str:
    """An address with these arguments, empty ones left out.

    >>> to("/orders", product=7, status="")
    '/orders?product=7'
    """
    words = urlencode({name: value for name, value in args.items() if value})
    return f"{path}?{words}" if words else path


def share(part: int, whole: int) -> int:
    """Hundredths of a percent, half up; 0 of nothing.

    >>> share(1, 3), share(5, 0)
    (3333, 0)
    """
    return round_half_up(part * 10_000, whole) if whole else 0


def percent(rate: int) -> str:
    """A share in words.

    >>> percent(3333)
    '33.3 %'
    """
    return Column("", "rate").show(rate, "")


def short_money(minor: int, currency: str) -> str:
    """An amount in few letters, for an axis or a bar.

    >>> [short_money(rupees * 100, "INR") for rupees in (5000, 150_000, 20_000_000)]
    ['₹5,000', '₹1.5 L', '₹2 Cr']
    >>> short_money(150_000_000, "USD"), short_money(150_000, "JPY"), short_money(50, "INR"), short_money(12345, "INR")
    ('$1.5M', '¥150K', '₹0.50', '₹123')
    """
    money = CURRENCIES[currency]
    unit = 10**money.digits
    steps = ((10**7, " Cr"), (10**5, " L")) if money.lakh else ((10**9, "B"), (10**6, "M"), (10**5, "K"))
    for size, word in steps:
        if abs(minor) >= size * unit:
            size = 1000 if word == "K" else size
            hundredths = round_half_up(minor * 100, size * unit)
            whole, part = divmod(hundredths, 100)
            return f"{money.symbol}{show_count(whole)}{f'.{part:02}'.rstrip('0').rstrip('.')}{word}"
    if abs(minor) >= 100 * unit:
        minor = round_half_up(minor, unit) * unit
    return show_money(minor, currency).removesuffix("." + "0" * money.digits)


def size_for(bars: int) -> str:
    """The `Chart.size` for so many bars that lie.

    >>> size_for(4), size_for(7), size_for(10)
    ('small', '', 'tall')
    """
    return "small" if bars <= 4 else "" if bars <= 7 else "tall"


def short_count(value: int) -> str:
    return show_count(value)
