"""What letters our fonts can print, and what is put in the place of a sign that none of them has."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any

from cms.config import ROOT

FONTS = ROOT / "static" / "fonts"
SCRIPTS: tuple[tuple[str, str, bool], ...] = (
    ("latin", "", True),
    ("devanagari", "\u0900-\u097f\u20b9", True),
    ("latin-ext", "\u0100-\u024f\u1e00-\u1eff\u20a0-\u20b8\u20ba-\u20bf", False),
    ("tamil", "\u0b80-\u0bff", True),
    ("telugu", "\u0c00-\u0c7f", True),
    ("bengali", "\u0980-\u09ff", False),
    ("gurmukhi", "\u0a00-\u0a7f", False),
    ("gujarati", "\u0a80-\u0aff", False),
    ("oriya", "\u0b00-\u0b7f", False),
    ("kannada", "\u0c80-\u0cff", False),
    ("malayalam", "\u0d00-\u0d7f", False),
    ("arabic", "\u0600-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdff\ufe70-\ufefc", True),
    ("box", "\u25a1-\u25a1", False),
)
"""Fonts by script: the letters that call for each, and whether there is a bold one. The ₹ is in Devanagari's."""
BOX = "\u25a1"
"""Stands where a sign cannot be printed, so that something is always there."""

JOINING = "\u0620-\u064a\u066e-\u06d3\u06d5\u06fa-\u06ff\u0750-\u077f\u0870-\u08c9"
ARABIC = re.compile(f"[{JOINING}\ufb50-\ufdcf\ufdf0-\ufdfb\ufe70-\ufefc]")
"""The letters alone: what has only digits is written from left to right."""
CONTROLS = re.compile("[\u200e\u2068\u2069]")
"""What `apart` adds: never drawn, so it has no width."""

_SHADES = re.compile("[\U0001f3fb-\U0001f3ff]")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_ONE_SIGN = re.compile(f"{BOX}(?:\u200d{BOX})+")


def fonts_for(text: str) -> list[tuple[str, bool]]:
    """The fonts that a text needs, and whether each has a bold one; Latin and the rupee's are always among them."""

    def calls(letters: str) -> bool:
        ranges = [(letters[i], letters[i + 2]) for i in range(0, len(letters) - 2, 3) if letters[i + 1] == "-"]
        return any(first <= char <= last for char in set(text) for first, last in ranges)

    return [(name, bold) for at, (name, letters, bold) in enumerate(SCRIPTS) if at < 2 or calls(letters)]


def printable(content: Any) -> Any:
    """The same with every text in it as it can be printed: see `as_printed`."""
    if isinstance(content, dict):
        return {name: printable(part) for name, part in content.items()}
    if isinstance(content, list):
        return [printable(part) for part in content]
    return as_printed(content) if isinstance(content, str) else content


def as_printed(text: str) -> str:
    """A text in letters that we have: fancy ones made plain, a box for any other sign, loose marks left out.

    >>> as_printed("Tea ☕ for 𝓜𝓮𝓮𝓻𝓪 👍🏽")
    'Tea □ for Meera □'
    """
    if text.isascii():
        return text
    ours = _letters(text)
    if all(_has(ours, char) for char in text):
        return text
    text = unicodedata.normalize("NFC", _FLAG.sub(BOX, _SHADES.sub("", text)))
    ours = _letters(text) | {ord(BOX)}
    return _ONE_SIGN.sub(BOX, "".join(char if _has(ours, char) else _instead(char, ours) for char in text))


def warnings(content: Mapping[str, Any]) -> list[str]:
    """What the seller should know of this before it is printed."""
    boxed = [place for place, *texts in _places(content) if any(map(_is_boxed, texts))]
    some = ", ".join(boxed[:3]) + (f" and {len(boxed) - 3} more" if len(boxed) > 3 else "")
    return [f"Some characters of {some} cannot be printed: they come out as {BOX}"] if boxed else []


def apart(text: str) -> str:
    """A text to stand beside others on a line: one in Arabic script in its own order, without moving its neighbours."""
    return f"\u2068{text}\u2069\u200e" if ARABIC.search(text) else text


def _places(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """What people typed of all that is printed, and what each place is called."""
    seller, buyer = content["seller"], content["buyer"]
    return [
        ("your shop's name", seller["name"]),
        ("your address", seller["address"]),
        (buyer["name"], buyer["name"]),
        ("the customer's address", buyer["address"], buyer["deliver_to"]),
        *((line["name"], line["name"], line["sku"]) for line in content["lines"]),
        ("the note on invoices", content["note"]),
    ]


def _is_boxed(text: str) -> bool:
    return as_printed(text).count(BOX) > text.count(BOX)


def _has(ours: frozenset[int], char: str) -> bool:
    return char.isspace() or ord(char) in ours


def _instead(char: str, ours: frozenset[int]) -> str:
    plain = unicodedata.normalize("NFKC", char)
    if all(_has(ours, part) for part in plain):
        return plain
    return "" if unicodedata.category(char) in ("Mn", "Me", "Cf", "Cc") else BOX


def _letters(text: str) -> frozenset[int]:
    return frozenset[int]().union(*(_letters_of(name) for name, _bold in fonts_for(text)))


@cache
def _letters_of(name: str) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(FONTS / f"{name}-400.woff2", lazy=True) as font:
        return frozenset(font.getBestCmap())
