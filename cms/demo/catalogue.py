"""What the demo shop sells: about 200 articles of a general store, with the GST of each day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

Rates = tuple[tuple[date, int], ...]
"""Rates of GST in hundredths of a percent, each from its day on."""


@dataclass(frozen=True)
class Article:
    """One product of the demo; the price in whole rupees."""

    name: str
    category: str
    hsn: str
    rates: Rates
    rupees: int

    def gst_rate_bp(self, on: date) -> int:
        """Its rate on a day."""
        return next(rate for since, rate in reversed(self.rates) if since <= on)


def _turned(before: int, after: int) -> Rates:
    """Changed on the day on which most rates of 12 and 28 % went."""
    return (date.min, before), (date(2025, 9, 22), after)


FIVE: Rates = ((date.min, 500),)
EIGHTEEN: Rates = ((date.min, 1800),)
TWELVE_TO_NONE, TWELVE_TO_FIVE, TWELVE_TO_EIGHTEEN = _turned(1200, 0), _turned(1200, 500), _turned(1200, 1800)
EIGHTEEN_TO_FIVE = _turned(1800, 500)
COLOURS = ("maroon", "bottle green", "royal blue", "mustard", "pink")
SHELVES: tuple[tuple[str, str, Rates, tuple[tuple[str, tuple[str, ...], int], ...]], ...] = (
    ("Sarees", "5007", FIVE, (
        ("Banarasi silk saree", COLOURS, 4850),
        ("Kanjivaram silk saree", COLOURS, 7490),
        ("Cotton saree", COLOURS, 899),
        ("Chiffon saree", COLOURS, 1249),
        ("Chanderi saree", COLOURS[:3], 2390),
        ("Patola saree", COLOURS[:2], 8990),
    )),
    ("Kurtas", "6211", FIVE, (("Cotton kurta", ("S", "M", "L", "XL"), 649), ("Dupatta", COLOURS, 449))),
    ("Kurtas", "6211", TWELVE_TO_FIVE, (
        ("Silk kurta", ("M", "L", "XL"), 1490),
        ("Nehru jacket", ("M", "L", "XL"), 1799),
        ("Salwar suit set", COLOURS[:4], 1350),
    )),
    ("Groceries", "1006", FIVE, (
        ("Basmati rice", ("1 kg", "5 kg", "10 kg"), 165),
        ("Sona masoori rice", ("5 kg", "25 kg"), 320),
    )),
    ("Groceries", "0713", FIVE, (
        ("Toor dal", ("500 g", "1 kg"), 92),
        ("Moong dal", ("500 g", "1 kg"), 78),
        ("Chana dal", ("500 g", "1 kg"), 64),
    )),
    ("Groceries", "1101", FIVE, (("Wheat flour", ("1 kg", "5 kg", "10 kg"), 58),)),
    ("Groceries", "1514", FIVE, (("Groundnut oil", ("1 l", "5 l"), 195), ("Mustard oil", ("1 l", "5 l"), 178))),
    ("Groceries", "0405", TWELVE_TO_FIVE, (("Cow ghee", ("500 ml", "1 l"), 365),)),
    ("Groceries", "1701", FIVE, (("Jaggery", ("500 g", "1 kg"), 62),)),
    ("Spices", "0910", FIVE, (
        ("Turmeric powder", ("100 g", "500 g"), 38),
        ("Red chilli powder", ("100 g", "500 g"), 52),
        ("Garam masala", ("50 g", "100 g"), 68),
        ("Cumin seeds", ("100 g", "500 g"), 74),
        ("Green cardamom", ("25 g", "100 g"), 145),
        ("Sambar powder", ("100 g", "200 g"), 62),
    )),
    ("Snacks and sweets", "2106", FIVE, (
        ("Mysore pak", ("250 g", "500 g"), 220),
        ("Kaju katli", ("250 g", "500 g"), 390),
    )),
    ("Snacks and sweets", "2106", TWELVE_TO_FIVE, (
        ("Murukku", ("200 g",), 85),
        ("Banana chips", ("200 g", "500 g"), 95),
        ("Bhujia", ("200 g", "400 g"), 60),
    )),
    ("Snacks and sweets", "0813", TWELVE_TO_FIVE, (("Dry fruit box", ("small", "large"), 749),)),
    ("Tea and coffee", "0902", FIVE, (
        ("Assam tea", ("250 g", "500 g", "1 kg"), 145),
        ("Darjeeling tea", ("100 g", "250 g"), 290),
    )),
    ("Tea and coffee", "0901", FIVE, (("Filter coffee powder", ("200 g", "500 g"), 170),)),
    ("Mobile accessories", "8504", EIGHTEEN, (
        ("USB-C charger", ("20 W", "33 W", "65 W"), 799),
        ("USB-C cable", ("1 m", "2 m"), 199),
        ("Power bank", ("10000 mAh", "20000 mAh"), 1199),
        ("Phone cover", ("clear", "black", "blue"), 249),
        ("Screen guard", ("6.1 in", "6.5 in", "6.7 in"), 149),
        ("Car charger", ("dual",), 399),
        ("Phone stand", ("metal", "wood"), 299),
    )),
    ("Audio", "8518", EIGHTEEN, (
        ("Wired earphones", ("black", "white"), 349),
        ("Bluetooth earbuds", ("black", "white", "blue"), 1499),
        ("Neckband", ("black", "red"), 999),
        ("Bluetooth speaker", ("5 W", "16 W"), 1299),
    )),
    ("Computer accessories", "8471", EIGHTEEN, (
        ("Wireless mouse", ("black", "grey"), 599),
        ("Keyboard", ("wired", "wireless"), 749),
        ("Pen drive", ("32 GB", "64 GB", "128 GB"), 399),
        ("Memory card", ("64 GB", "128 GB"), 549),
        ("Webcam", ("1080p",), 1799),
        ("Extension board", ("4 way", "6 way"), 449),
    )),
    ("Kitchen", "7323", TWELVE_TO_FIVE, (
        ("Steel tiffin box", ("2 tier", "3 tier", "4 tier"), 449),
        ("Dosa tawa", ("28 cm", "30 cm"), 849),
        ("Masala dabba", ("7 cups",), 599),
        ("Idli stand", ("4 plates",), 390),
    )),
    ("Kitchen", "7615", TWELVE_TO_FIVE, (("Pressure cooker", ("3 l", "5 l"), 1690),)),
    ("Kitchen", "7418", TWELVE_TO_FIVE, (("Copper bottle", ("750 ml", "1 l"), 749),)),
    ("Pooja and gifts", "7418", TWELVE_TO_FIVE, (("Brass diya", ("small", "medium", "large"), 145),)),
    ("Pooja and gifts", "3307", FIVE, (("Agarbatti", ("sandal", "jasmine", "rose"), 60),)),
    ("Pooja and gifts", "2914", EIGHTEEN, (("Camphor", ("50 g",), 75),)),
    ("Pooja and gifts", "9405", EIGHTEEN, (("Diwali lights", ("5 m", "10 m"), 249),)),
    ("Pooja and gifts", "2106", EIGHTEEN, (("Gift hamper", ("classic", "premium"), 1490),)),
    ("Pooja and gifts", "3213", TWELVE_TO_FIVE, (("Rangoli colours", ("set of 10",), 120),)),
    ("Beauty", "3305", EIGHTEEN_TO_FIVE, (
        ("Coconut hair oil", ("200 ml", "500 ml"), 115),
        ("Herbal shampoo", ("180 ml", "340 ml"), 165),
    )),
    ("Beauty", "3401", EIGHTEEN_TO_FIVE, (("Sandal soap", ("single", "pack of 4"), 48),)),
    ("Beauty", "1404", FIVE, (("Henna powder", ("100 g", "500 g"), 70),)),
    ("Beauty", "3304", EIGHTEEN, (("Kajal", ("black",), 150),)),
    ("Stationery", "4820", TWELVE_TO_NONE, (("Long notebook", ("172 pages", "240 pages"), 65),)),
    ("Stationery", "4820", EIGHTEEN, (("Account book", ("2 quire", "4 quire"), 180),)),
    ("Stationery", "9608", EIGHTEEN, (("Gel pens", ("blue", "black", "mixed"), 90),)),
    ("Stationery", "9017", TWELVE_TO_FIVE, (("Geometry box", ("steel",), 145),)),
    ("Stationery", "4802", TWELVE_TO_EIGHTEEN, (("A4 paper", ("500 sheets",), 299),)),
)  # fmt: skip


def articles() -> list[Article]:
    """All of them. A larger size of the same thing costs more, a colour does not."""
    found = []
    for category, hsn, rates, things in SHELVES:
        for name, kinds, rupees in things:
            for step, kind in enumerate(kinds):
                sized = kind[0].isdigit() or kind in ("large", "medium", "premium", "pack of 4")
                price = round(rupees * (1 + 0.85 * step)) if sized else rupees
                found.append(Article(f"{name}, {kind}", category, hsn, rates, price))
    return found
