"""What the demo shop sells: about 200 articles of a general store."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Article:
    """One product of the demo; the price in whole rupees."""

    name: str
    category: str
    hsn: str
    gst_rate_bp: int
    rupees: int


COLOURS = ("maroon", "bottle green", "royal blue", "mustard", "pink")
SHELVES: tuple[tuple[str, str, int, tuple[tuple[str, tuple[str, ...], int], ...]], ...] = (
    (
        "Sarees",
        "5007",
        500,
        (
            ("Banarasi silk saree", COLOURS, 4850),
            ("Kanjivaram silk saree", COLOURS, 7490),
            ("Cotton saree", COLOURS, 899),
            ("Chiffon saree", COLOURS, 1249),
            ("Chanderi saree", COLOURS[:3], 2390),
            ("Patola saree", COLOURS[:2], 8990),
        ),
    ),
    (
        "Kurtas",
        "6211",
        500,
        (
            ("Cotton kurta", ("S", "M", "L", "XL"), 649),
            ("Silk kurta", ("M", "L", "XL"), 1490),
            ("Nehru jacket", ("M", "L", "XL"), 1799),
            ("Salwar suit set", COLOURS[:4], 1350),
            ("Dupatta", COLOURS, 449),
        ),
    ),
    (
        "Groceries",
        "1006",
        500,
        (
            ("Basmati rice", ("1 kg", "5 kg", "10 kg"), 165),
            ("Sona masoori rice", ("5 kg", "25 kg"), 320),
            ("Toor dal", ("500 g", "1 kg"), 92),
            ("Moong dal", ("500 g", "1 kg"), 78),
            ("Chana dal", ("500 g", "1 kg"), 64),
            ("Wheat flour", ("1 kg", "5 kg", "10 kg"), 58),
            ("Groundnut oil", ("1 l", "5 l"), 195),
            ("Mustard oil", ("1 l", "5 l"), 178),
            ("Cow ghee", ("500 ml", "1 l"), 365),
            ("Jaggery", ("500 g", "1 kg"), 62),
        ),
    ),
    (
        "Spices",
        "0910",
        500,
        (
            ("Turmeric powder", ("100 g", "500 g"), 38),
            ("Red chilli powder", ("100 g", "500 g"), 52),
            ("Garam masala", ("50 g", "100 g"), 68),
            ("Cumin seeds", ("100 g", "500 g"), 74),
            ("Green cardamom", ("25 g", "100 g"), 145),
            ("Sambar powder", ("100 g", "200 g"), 62),
        ),
    ),
    (
        "Snacks and sweets",
        "2106",
        500,
        (
            ("Mysore pak", ("250 g", "500 g"), 220),
            ("Kaju katli", ("250 g", "500 g"), 390),
            ("Murukku", ("200 g",), 85),
            ("Banana chips", ("200 g", "500 g"), 95),
            ("Bhujia", ("200 g", "400 g"), 60),
            ("Dry fruit box", ("small", "large"), 749),
        ),
    ),
    (
        "Tea and coffee",
        "0902",
        500,
        (
            ("Assam tea", ("250 g", "500 g", "1 kg"), 145),
            ("Darjeeling tea", ("100 g", "250 g"), 290),
            ("Filter coffee powder", ("200 g", "500 g"), 170),
        ),
    ),
    (
        "Mobile accessories",
        "8504",
        1800,
        (
            ("USB-C charger", ("20 W", "33 W", "65 W"), 799),
            ("USB-C cable", ("1 m", "2 m"), 199),
            ("Power bank", ("10000 mAh", "20000 mAh"), 1199),
            ("Phone cover", ("clear", "black", "blue"), 249),
            ("Screen guard", ("6.1 in", "6.5 in", "6.7 in"), 149),
            ("Car charger", ("dual",), 399),
            ("Phone stand", ("metal", "wood"), 299),
        ),
    ),
    (
        "Audio",
        "8518",
        1800,
        (
            ("Wired earphones", ("black", "white"), 349),
            ("Bluetooth earbuds", ("black", "white", "blue"), 1499),
            ("Neckband", ("black", "red"), 999),
            ("Bluetooth speaker", ("5 W", "16 W"), 1299),
        ),
    ),
    (
        "Computer accessories",
        "8471",
        1800,
        (
            ("Wireless mouse", ("black", "grey"), 599),
            ("Keyboard", ("wired", "wireless"), 749),
            ("Pen drive", ("32 GB", "64 GB", "128 GB"), 399),
            ("Memory card", ("64 GB", "128 GB"), 549),
            ("Webcam", ("1080p",), 1799),
            ("Extension board", ("4 way", "6 way"), 449),
        ),
    ),
    (
        "Kitchen",
        "7323",
        500,
        (
            ("Steel tiffin box", ("2 tier", "3 tier", "4 tier"), 449),
            ("Pressure cooker", ("3 l", "5 l"), 1690),
            ("Dosa tawa", ("28 cm", "30 cm"), 849),
            ("Masala dabba", ("7 cups",), 599),
            ("Copper bottle", ("750 ml", "1 l"), 749),
            ("Idli stand", ("4 plates",), 390),
        ),
    ),
    (
        "Pooja and gifts",
        "7418",
        1200,
        (
            ("Brass diya", ("small", "medium", "large"), 145),
            ("Agarbatti", ("sandal", "jasmine", "rose"), 60),
            ("Camphor", ("50 g",), 75),
            ("Diwali lights", ("5 m", "10 m"), 249),
            ("Gift hamper", ("classic", "premium"), 1490),
            ("Rangoli colours", ("set of 10",), 120),
        ),
    ),
    (
        "Beauty",
        "3305",
        1800,
        (
            ("Coconut hair oil", ("200 ml", "500 ml"), 115),
            ("Herbal shampoo", ("180 ml", "340 ml"), 165),
            ("Sandal soap", ("single", "pack of 4"), 48),
            ("Henna powder", ("100 g", "500 g"), 70),
            ("Kajal", ("black",), 150),
        ),
    ),
    (
        "Stationery",
        "4820",
        1200,
        (
            ("Long notebook", ("172 pages", "240 pages"), 65),
            ("Gel pens", ("blue", "black", "mixed"), 90),
            ("Geometry box", ("steel",), 145),
            ("Account book", ("2 quire", "4 quire"), 180),
            ("A4 paper", ("500 sheets",), 299),
        ),
    ),
)


def articles() -> list[Article]:
    """All of them. A larger size of the same thing costs more, a colour does not."""
    found = []
    for category, hsn, gst_rate_bp, things in SHELVES:
        for name, kinds, rupees in things:
            for step, kind in enumerate(kinds):
                sized = kind[0].isdigit() or kind in ("large", "medium", "premium", "pack of 4")
                price = round(rupees * (1 + 0.85 * step)) if sized else rupees
                found.append(Article(f"{name}, {kind}", category, hsn, gst_rate_bp, price))
    return found
