"""An amount in words, as it stands on Indian invoices."""

from collections.abc import Iterator

from cms.money import CURRENCIES

UNITS: dict[str, tuple[str, str]] = {
    "INR": ("Rupees", "Paise"),
    "USD": ("US Dollars", "Cents"),
    "EUR": ("Euros", "Cents"),
    "GBP": ("Pounds", "Pence"),
    "AED": ("UAE Dirhams", "Fils"),
    "SGD": ("Singapore Dollars", "Cents"),
    "JPY": ("Yen", ""),
    "NPR": ("Nepalese Rupees", "Paisa"),
    "BDT": ("Taka", "Poisha"),
    "LKR": ("Sri Lankan Rupees", "Cents"),
    "KWD": ("Kuwaiti Dinars", "Fils"),
}
ONES = (
    "Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve",
    "Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen",
)  # fmt: skip
TENS = ("Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety")
LAKHS = ((10**7, "Crore"), (10**5, "Lakh"), (1000, "Thousand"), (100, "Hundred"))
MILLIONS = ((10**9, "Billion"), (10**6, "Million"), (1000, "Thousand"), (100, "Hundred"))


def amount_in_words(minor: int, currency: str = "INR") -> str:
    """An amount of minor units in words; lakh and crore where the currency is counted so.

    >>> amount_in_words(11800050)
    'Rupees One Lakh Eighteen Thousand and Fifty Paise Only'
    >>> amount_in_words(123456700, "USD")
    'US Dollars One Million Two Hundred Thirty Four Thousand Five Hundred Sixty Seven Only'
    """
    money, (unit, part) = CURRENCIES[currency], UNITS[currency]
    scale = LAKHS if money.lakh else MILLIONS
    whole, rest = divmod(abs(minor), 10**money.digits)
    words = [*(["Minus"] if minor < 0 else []), unit, *_words(whole, scale)]
    if rest:
        words += ["and", *_words(rest, scale), part]
    return " ".join([*words, "Only"])


def _words(number: int, scale: tuple[tuple[int, str], ...]) -> Iterator[str]:
    for size, name in scale:
        if number >= size:
            yield from _words(number // size, scale)
            yield name
            number %= size
            if not number:
                return
    if number < 20:
        yield ONES[number]
        return
    yield TENS[number // 10 - 2]
    if number % 10:
        yield ONES[number % 10]
