"""The parts of a workbook, taken in element by element: its texts, its formats, the rows of a sheet."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from cms.imports.files import LONGEST_CELL, BadFile

MOST_COLUMNS = 1000
MOST_TEXTS, MOST_LETTERS = 2_000_000, 100_000_000
"""Shared texts, and the letters of all of them: what is kept in memory."""
_DATES = {14, 15, 16, 17, 18, 19, 20, 21, 22, *range(27, 37), 45, 46, 47, *range(50, 59)}
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NOT_SAID = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_CELL = re.compile(r"([A-Z]{1,3})")


class Elements:
    """Every element with its attributes: of parts that are short."""

    def __init__(self) -> None:
        self.found: list[tuple[str, dict[str, str]]] = []

    def start(self, name: str, of: dict[str, str]) -> None:
        if len(self.found) > 200_000:
            raise ValueError("too many elements")
        self.found.append((name.rpartition(" ")[2], of))

    def end(self, _name: str) -> None: ...

    def text(self, _data: str) -> None: ...


class Texts:
    """The shared texts, without what is only to help with reading them aloud."""

    def __init__(self, name: str):
        self.name, self.found, self.letters = name, [], 0  # type: ignore[var-annotated]
        self.parts: list[str] | None = None
        self.aside = 0

    def start(self, name: str, _of: dict[str, str]) -> None:
        name = name.rpartition(" ")[2]
        self.aside += name == "rPh"
        if name == "si":
            self.parts = []

    def end(self, name: str) -> None:
        name = name.rpartition(" ")[2]
        self.aside -= name == "rPh"
        if name == "si":
            self.found.append(_meant("".join(self.parts or [])))
            self.parts = None
            if len(self.found) > MOST_TEXTS:
                raise BadFile(f"{self.name} has more texts than can be read at once; save it as CSV")

    def text(self, data: str) -> None:
        if self.parts is not None and not self.aside:
            self.letters += len(data)
            if self.letters > MOST_LETTERS:
                raise BadFile(f"{self.name} has more texts than can be read at once; save it as CSV")
            self.parts.append(data)


class Sheet:
    """Takes a sheet's elements in and gives its rows out."""

    def __init__(self, book: Any):
        self.book, self.done = book, []  # type: ignore[var-annotated]
        self.number, self.cells = 0, [""]
        self.at, self.kind, self.style = -1, "", 0
        self.parts: list[str] | None = None
        self.aside, self.length = 0, 0

    def taken(self) -> list[tuple[int, list[str]]]:
        done, self.done = self.done, []
        return done

    def start(self, name: str, of: dict[str, str]) -> None:
        name = name.rpartition(" ")[2]
        if name == "c":
            self.at = _column(of["r"]) if "r" in of else self.at + 1
            if self.at >= MOST_COLUMNS:
                raise BadFile(f"{self.book.name} has more than {MOST_COLUMNS:,} columns; take the others out")
            self.kind, self.style = of.get("t", "n"), int(of.get("s", 0))
        elif name in ("v", "t"):
            self.parts, self.length = [], 0
        elif name == "rPh":
            self.aside += 1
        elif name == "row":
            self.number = int(of.get("r", self.number + 1))
            self.cells, self.at = [], -1

    def text(self, data: str) -> None:
        if self.parts is not None and not self.aside:
            self.parts.append(data)
            self.length += len(data)
            if self.length > LONGEST_CELL:
                raise BadFile(
                    f"{self.book.name} has a cell of more than {LONGEST_CELL:,} characters in row {self.number}"
                )

    def end(self, name: str) -> None:
        name = name.rpartition(" ")[2]
        if name in ("v", "t") and self.parts is not None:
            if not self.aside:
                self._put("".join(self.parts))
            self.parts = None
        elif name == "rPh":
            self.aside -= 1
        elif name == "row" and any(self.cells):
            self.done.append((self.number, self.cells))

    def _put(self, text: str) -> None:
        if self.kind == "s":
            text = self.book.texts[int(text)] if int(text) < len(self.book.texts) else ""
        elif self.kind == "b":
            text = "yes" if text == "1" else "no"
        elif self.kind in ("inlineStr", "str"):
            text = _meant(text)
        elif self.kind == "n" and text:
            text = self.book.number(text, self.style)
        elif self.kind == "e":
            text = ""
        self.cells += [""] * (self.at + 1 - len(self.cells))
        self.cells[self.at] += text


def _column(place: str) -> int:
    """The column of a place such as C5, from 0."""
    found, number = _CELL.match(place), 0
    for letter in found[1] if found else "A":
        number = number * 26 + ord(letter) - 64
    return number - 1


def kind_of(number: int, own: dict[int, str]) -> str:
    if number in _DATES:
        return "date"
    if number in (9, 10):
        return "percent"
    said = _NOT_SAID.sub("", own.get(number, "")).lower()
    if said not in ("", "general") and re.search("[dmyhs]", said):
        return "date"
    return "percent" if "%" in said else ""


def moment_of(serial: float, from_1904: bool) -> str:
    """The day, and the time if there is one, of a date as spreadsheets keep it.

    >>> moment_of(46095, False), moment_of(46095.5, False), moment_of(0.25, False)
    ('2026-03-14', '2026-03-14 12:00:00', '06:00:00')
    """
    begin = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)
    if serial < 1 and not from_1904:
        return (begin + timedelta(seconds=round(serial * 86_400))).strftime("%H:%M:%S")
    at = begin + timedelta(days=int(serial), seconds=round((serial - int(serial)) * 86_400))
    return at.isoformat(" ", "seconds").removesuffix(" 00:00:00")


def plain_number(number: Decimal) -> str:
    """A number in digits, without an exponent or noughts at its end.

    >>> plain_number(Decimal("9.84802E+9")), plain_number(Decimal("19.990")), plain_number(Decimal("0"))
    ('9848020000', '19.99', '0')
    """
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def _meant(text: str) -> str:
    """A text without the escapes of letters that XML cannot hold."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
