"""A workbook (XLSX) written while it is read: nothing of it is kept but the row at hand.

Text is stored as text, so nothing in it is ever worked out. Money, counts and rates are numbers, days and times are
dates. Every part is written once, front to back, so the file can go out as it is made.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Generator, Iterator, Sequence
from datetime import date, datetime
from io import RawIOBase
from typing import Any

from cms.dates import to_local
from cms.exports.rules import LED, Manner, defused, json_text, percent_text
from cms.formats import show_phone
from cms.money import CURRENCIES, plain_money

MOST_ROWS = 1_048_576
"""Rows of one sheet in Excel; what is more goes on in the next."""
MOST_BYTES = 1_900_000_000
"""Of one sheet: a longer part of a ZIP needs a header that Excel does not take from a stream."""
LONGEST = 32_767
"""Letters of one cell in Excel."""

NUMBER, MOMENT, DAY, MONEY, BOLD = 1, 2, 3, 4, 5
WIDTHS = {"text": 18, "phone": 17, "whole": 10, "money": 13, "percent": 10, "moment": 19, "day": 12, "flag": 9}
WIDE = {"name": 28, "customer": 28, "product_name": 32, "address": 36, "email": 28, "text": 44, "comment": 44}

_ODD = re.compile("[&<>\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]|_x[0-9A-Fa-f]{4}_")
_BEGIN = datetime(1899, 12, 30)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


class _Out(RawIOBase):
    """Takes what the ZIP writes and gives it on."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        data, self.parts = b"".join(self.parts), []
        return data


def workbook(
    title: str, names: Sequence[str], kinds: Sequence[str], batches: Iterator[list[Any]], manner: Manner
) -> Generator[bytes, None, None]:
    """The bytes of a workbook with these columns; sheets after the first are called `title 2` and on."""
    out = _Out()
    writers = [_writer(kind, _letters(number), manner) for number, kind in enumerate(kinds)]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        _put(book, "_rels/.rels", _rels([("officeDocument", "xl/workbook.xml")]))
        _put(book, "xl/styles.xml", _styles(CURRENCIES[manner.currency].digits))
        yield out.taken()
        sheets, waiting = 0, next(batches, [])
        while waiting or not sheets:
            sheets += 1
            with book.open(_part(f"xl/worksheets/sheet{sheets}.xml"), "w") as part:
                part.write(_sheet_head(names, kinds))
                row, size = 2, 0
                while waiting and size < MOST_BYTES and row <= MOST_ROWS:
                    some, waiting = waiting[: MOST_ROWS + 1 - row], waiting[MOST_ROWS + 1 - row :]
                    size += part.write(_rows(some, row, writers))
                    row += len(some)
                    yield out.taken()
                    waiting = waiting or next(batches, [])
                part.write(b"</sheetData></worksheet>")
        _finish(book, title, sheets)
    yield out.taken()


def _rows(rows: list[Any], first: int, writers: Sequence[Callable[[Any, int], list[str]]]) -> bytes:
    columns = zip(writers, zip(*rows, strict=True), strict=True)
    cells = zip(*(write(column, first) for write, column in columns), strict=True)
    return "".join(f'<row r="{n}">{"".join(row)}</row>' for n, row in enumerate(cells, first)).encode()


def _writer(kind: str, letters: str, manner: Manner) -> Callable[[Any, int], list[str]]:
    """What makes the cells of one column, from its values and the number of the first row."""
    begin = f'<c r="{letters}'

    def text(values: Sequence[Any], first: int) -> list[str]:
        return [
            f'{begin}{n}" t="inlineStr"><is><t xml:space="preserve">{_escaped(_unmistaken(value))}</t></is></c>'
            if value
            else ""
            for n, value in enumerate(values, first)
        ]

    def number(style: int, told: Callable[[Any], Any]) -> Callable[[Any, int], list[str]]:
        return lambda values, first: [
            "" if value is None else f'<c r="{letters}{n}" s="{style}"><v>{told(value)}</v></c>'
            for n, value in enumerate(values, first)
        ]

    def as_text(told: Callable[[Any], str]) -> Callable[[Any, int], list[str]]:
        return lambda values, first: text([told(value) for value in values], first)

    return {
        "text": text,
        "phone": as_text(lambda phone: show_phone(phone) if phone else ""),
        "flag": as_text(lambda flag: "" if flag is None else "yes" if flag else "no"),
        "json": as_text(lambda value: json_text(value)),
        "whole": number(NUMBER, int),
        "percent": number(0, percent_text),
        "money": number(MONEY, lambda paise: plain_money(paise, manner.currency)),
        "moment": number(MOMENT, lambda at: _serial(to_local(at, manner.zone))),
        "day": number(DAY, _day),
    }[kind]


def _unmistaken(text: str) -> str:
    """A text is never worked out here and needs no mark; one that begins like a mark gets one, to be read as meant."""
    return defused(text) if text[:1] == LED else text


def _escaped(text: str) -> str:
    if len(text) > LONGEST:
        text = text[: LONGEST - 1] + "\u2026"
    return _ODD.sub(_harmless, text) if _ODD.search(text) else text


def _harmless(found: re.Match[str]) -> str:
    """What XML cannot hold goes; `_x0041_`, which Excel would read as a letter, stays as it stands."""
    odd = found[0]
    known = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
    return f"_x005F{odd}" if len(odd) > 1 else known.get(odd, "")


def _serial(local: datetime) -> str:
    return f"{(local - _BEGIN).total_seconds() / 86_400:.10f}"


def _day(day: date) -> int:
    return (day - _BEGIN.date()).days


def _letters(number: int) -> str:
    return chr(65 + number) if number < 26 else chr(64 + number // 26) + chr(65 + number % 26)


def _sheet_head(names: Sequence[str], kinds: Sequence[str]) -> bytes:
    """The frozen bold row of names, and widths that fit what stands below."""
    widths = [max(WIDE.get(name, WIDTHS.get(kind, 44)), len(name) + 2) for name, kind in zip(names, kinds, strict=True)]
    columns = "".join(f'<col min="{n}" max="{n}" width="{w}" customWidth="1"/>' for n, w in enumerate(widths, 1))
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    names_row = "".join(
        f'<c r="{_letters(n)}1" s="{BOLD}" t="inlineStr"><is><t>{_escaped(name)}</t></is></c>'
        for n, name in enumerate(names)
    )
    return (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
        f'<cols>{columns}</cols><sheetData><row r="1">{names_row}</row>'
    ).encode()


def _styles(digits: int) -> str:
    """The looks that cells name by number: plain, NUMBER, MOMENT, DAY, MONEY, BOLD."""
    money = "#,##0" + ("." + "0" * digits if digits else "")
    own = {164: "yyyy-mm-dd hh:mm:ss", 165: "yyyy-mm-dd", 166: money}
    formats = "".join(f'<numFmt numFmtId="{n}" formatCode="{code}"/>' for n, code in own.items())
    looks = [(number, 0) for number in (0, 1, *own)] + [(0, 1)]
    usual = 'fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"'
    cells = "".join(f'<xf numFmtId="{number}" fontId="{font}" {usual}/>' for number, font in looks)
    fonts = "".join(f'<font>{bold}<sz val="11"/><name val="Calibri"/></font>' for bold in ("", "<b/>"))
    fills = "".join(f'<fill><patternFill patternType="{name}"/></fill>' for name in ("none", "gray125"))
    return (
        f'{_HEAD}<styleSheet xmlns="{_MAIN}"><numFmts count="3">{formats}</numFmts>'
        f'<fonts count="2">{fonts}</fonts><fills count="2">{fills}</fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="6">{cells}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


def _finish(book: zipfile.ZipFile, title: str, sheets: int) -> None:
    """What names the parts, once it is known how many sheets there are."""
    numbers = range(1, sheets + 1)
    named = "".join(
        f'<sheet name="{title if n == 1 else f"{title} {n}"}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers
    )
    whole = f'<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>{named}</sheets></workbook>'
    _put(book, "xl/workbook.xml", _HEAD + whole)
    parts = [("worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
    _put(book, "xl/_rels/workbook.xml.rels", _rels([*parts, ("styles", "styles.xml")]))
    types = [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    types += [(f"/xl/worksheets/sheet{n}.xml", "worksheet") for n in numbers]
    overrides = "".join(f'<Override PartName="{name}" ContentType="{_TYPE}.{kind}+xml"/>' for name, kind in types)
    _put(
        book, "[Content_Types].xml",
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
    )  # fmt: skip


def _rels(parts: Sequence[tuple[str, str]]) -> str:
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_REL}/{kind}" Target="{to}"/>' for n, (kind, to) in enumerate(parts, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


def _part(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _put(book: zipfile.ZipFile, name: str, text: str) -> None:
    with book.open(_part(name), "w") as part:
        part.write(text.encode())
