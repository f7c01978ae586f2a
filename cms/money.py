"""Money as whole minor units (paise, cents): reading it, showing it, sharing it out. Exact, without floats."""

import re
from dataclasses import dataclass

from cms.errors import RuleError
from cms.text import western_digits

MOST_MINOR = 10**13


@dataclass(frozen=True)
class Currency:
    """How amounts of one currency are written: `digits` after the point; `lakh` groups as 1,00,000."""

    code: str
    symbol: str
    digits: int
    lakh: bool


CURRENCIES: dict[str, Currency] = {
    currency.code: currency
    for currency in (
        Currency("INR", "₹", 2, True),
        Currency("USD", "$", 2, False),
        Currency("EUR", "€", 2, False),
        Currency("GBP", "£", 2, False),
        Currency("AED", "AED ", 2, False),
        Currency("SGD", "S$", 2, False),
        Currency("JPY", "¥", 0, False),
        Currency("NPR", "Rs ", 2, True),
        Currency("BDT", "৳", 2, True),
        Currency("LKR", "Rs ", 2, False),
        Currency("KWD", "KD ", 3, False),
    )
}

_RUPEES = ("INR", "NPR", "LKR")
# Strict about where commas stand: "12,50" is a decimal comma to some people and must not become 1,250.
_WHOLE = r"[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,2}(?:,[0-9]{2})*,[0-9]{3}"
_AMOUNT = re.compile(rf"(?P<whole>{_WHOLE})?(?:\.(?P<part>[0-9]+))?")
_PERCENT = re.compile(r"([0-9]{1,3})?(?:\.([0-9]{1,2}))?")


def parse_money(text: str, currency: str = "INR", field: str | None = None) -> int:
    """Read an amount as people write it, in minor units. Raises RuleError on anything else.

    >>> [parse_money(text) for text in ("1,299.50", "₹ 1,18,000", "Rs. 5", "500/-")]
    [129950, 11800000, 500, 50000]
    """
    money = CURRENCIES[currency]
    whole, part = _written(text, money, field)
    if len(part) > money.digits:
        most = f"with at most {money.digits} decimals" if money.digits else "without decimals"
        raise RuleError(f"Write the amount {most}", field)
    return _within_reach(int(whole + part.ljust(money.digits, "0")), money, field)


def parse_money_rounding(text: str, currency: str = "INR", field: str | None = None) -> tuple[int, bool]:
    """Read an amount in minor units, decimals beyond the currency's rounded half up; the second says if that lost any.

    Raises RuleError as parse_money does, but not for decimals.

    >>> parse_money_rounding("2.55"), parse_money_rounding("2.555"), parse_money_rounding("2.5500")
    ((255, False), (256, True), (255, False))
    """
    money = CURRENCIES[currency]
    whole, point, part = text.partition(".")
    in_digits = text.isascii() and whole.isdigit() and (part.isdigit() or not point)
    if in_digits and len(part) <= money.digits and len(whole) <= 10:  # nearly every cell of a long file
        return int(whole + part.ljust(money.digits, "0")), False
    whole, part = _written(text, money, field)
    kept, lost = part[: money.digits].ljust(money.digits, "0"), part[money.digits :]
    return _within_reach(int(whole + kept) + (lost[:1] >= "5"), money, field), lost.strip("0") != ""


def show_money(minor: int, currency: str = "INR") -> str:
    """The amount as the seller reads it.

    >>> show_money(11800000), show_money(-250050), show_money(123456789, "USD"), show_money(1500, "JPY")
    ('₹1,18,000.00', '-₹2,500.50', '$1,234,567.89', '¥1,500')
    """
    money = CURRENCIES[currency]
    whole, part = _parts(minor, money)
    sign = "-" if minor < 0 else ""
    return f"{sign}{money.symbol}{_lakhs(whole) if money.lakh else f'{whole:,}'}{part}"


def show_count(count: int) -> str:
    """A count with its thousands and lakhs apart.

    >>> show_count(1444), show_count(1234567), show_count(-12)
    ('1,444', '12,34,567', '-12')
    """
    return f"-{_lakhs(-count)}" if count < 0 else _lakhs(count)


def plain_money(minor: int, currency: str = "INR") -> str:
    """The amount as a bare decimal, for CSV and JSON.

    >>> plain_money(11800000), plain_money(-5), plain_money(1500, "KWD")
    ('118000.00', '-0.05', '1.500')
    """
    whole, part = _parts(minor, CURRENCIES[currency])
    return f"{'-' if minor < 0 else ''}{whole}{part}"


def round_half_up(numerator: int, denominator: int) -> int:
    """The quotient as a whole number, halves away from zero. Raises ZeroDivisionError.

    >>> [round_half_up(n, 2) for n in (1, 3, -1, -3, 4)]
    [1, 2, -1, -2, 2]
    """
    size = (2 * abs(numerator) + abs(denominator)) // (2 * abs(denominator))
    return size if (numerator < 0) == (denominator < 0) else -size


def split(total: int, weights: list[int]) -> list[int]:
    """Whole shares of `total` by weight that add up to exactly `total`; equal shares when every weight is 0.

    Units left over go to the largest remainders, the earlier first. Raises ValueError on a negative weight,
    or when there is nothing to share it among.

    >>> split(100, [1, 1, 1]), split(-100, [1, 1, 1]), split(5, [0, 0])
    ([34, 33, 33], [-34, -33, -33], [3, 2])
    """
    if min(weights, default=0) < 0 or (total and not weights):
        raise ValueError("shares need weights that are not negative")
    if total < 0:
        return [-share for share in split(-total, weights)]
    if not any(weights):
        weights = [1] * len(weights)
    whole = sum(weights)
    shares = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -(total * weights[i] % whole))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return shares


def percent_of(minor: int, percent_bp: int) -> int:
    """That share of an amount, in minor units, half up; `percent_bp` in hundredths of a percent.

    >>> percent_of(9999, 1250)
    1250
    """
    return round_half_up(minor * percent_bp, 10_000)


def parse_percent_bp(text: str, field: str | None = None) -> int:
    """Read a percentage from 0 to 100 in hundredths of a percent. Raises RuleError on anything else.

    >>> parse_percent_bp("12.5"), parse_percent_bp("5 %")
    (1250, 500)
    """
    written = _PERCENT.fullmatch(western_digits(text).strip().removesuffix("%").rstrip())
    if not written or not any(written.groups()):
        raise RuleError("Write a percentage from 0 to 100 like 12.5", field)
    percent_bp = int((written[1] or "0") + (written[2] or "").ljust(2, "0"))
    if percent_bp > 10_000:
        raise RuleError("A percentage cannot be more than 100", field)
    return percent_bp


def _written(text: str, money: Currency, field: str | None) -> tuple[str, str]:
    """The digits before and after the point."""
    bare = _bare(western_digits(text), money)
    if bare[:1] in ("-", "\u2212") or (bare[:1] == "(" and bare[-1:] == ")"):
        raise RuleError("An amount cannot be negative", field)
    written = _AMOUNT.fullmatch(bare)
    if not written or not any(written.groups()):
        raise RuleError("Write the amount like 1,299.50" if money.digits else "Write the amount like 1,299", field)
    whole, part = (written["whole"] or "").replace(",", "").lstrip("0") or "0", written["part"] or ""
    if len(whole) > len(str(MOST_MINOR)):
        raise _too_large(money, field)
    return whole, part


def _bare(text: str, money: Currency) -> str:
    """Without what people write around an amount: the currency before it, /- after it, a minus sign kept first."""
    text = text.strip().removesuffix("/-").rstrip()
    sign = "-" if text[:1] in ("-", "\u2212") else ""
    text = text[len(sign) :].lstrip()
    marks = [money.symbol.strip(), money.code, *(("Rs.", "Rs") if money.code in _RUPEES else ())]
    for mark in marks:
        if text.casefold().startswith(mark.casefold()):
            text = text[len(mark) :].lstrip()
            break
    return sign + text


def _within_reach(minor: int, money: Currency, field: str | None) -> int:
    if minor > MOST_MINOR:
        raise _too_large(money, field)
    return minor


def _too_large(money: Currency, field: str | None) -> RuleError:
    return RuleError(f"An amount can be at most {show_money(MOST_MINOR, money.code)}", field)


def _parts(minor: int, money: Currency) -> tuple[int, str]:
    if money.digits == 2:
        whole, part = divmod(abs(minor), 100)
        return whole, f".{part:02}"
    if not money.digits:
        return abs(minor), ""
    whole, part = divmod(abs(minor), 10**money.digits)
    return whole, f".{part:0{money.digits}}"


def _lakhs(whole: int) -> str:
    if whole < 100_000:
        return f"{whole:,}"
    head, last = divmod(whole, 1000)
    groups = [f"{last:03}"]
    while head > 99:
        head, pair = divmod(head, 100)
        groups.append(f"{pair:02}")
    groups.append(str(head))
    return ",".join(reversed(groups))
