"""Workbooks: whole, of real dates and numbers, with nothing in them that is worked out."""

from __future__ import annotations

from datetime import date, datetime
from xml.etree import ElementTree

from cms.exports import sheets
from cms.exports.rules import Manner, as_meant
from tests.exports.shops import NASTY, sheets_in

INDIA = Manner("INR", "Asia/Kolkata", date(2026, 3, 14))
KINDS = ("text", "phone", "whole", "money", "percent", "moment", "day", "flag", "json")
ROW = ["Asha", "+919876543210", 3, -129_950, 1250, datetime(2026, 3, 14, 6, 30), date(2026, 3, 14), True, {"a": "é"}]


def book(*batches, kinds=KINDS, manner=INDIA):
    return b"".join(sheets.workbook("Things", kinds, kinds, iter(batches), manner))


def test_each_kind_is_what_it_is():
    head, row, blank = sheets_in(book([ROW], [[None] * 9]))["Things"]
    assert [text for _style, text in head] == list(KINDS) and {style for style, _text in head} == {str(sheets.BOLD)}
    assert row == [
        ("inlineStr", "Asha"), ("inlineStr", "98765 43210"), ("1", "3"), ("4", "-1299.50"), ("0", "12.5"),
        ("2", "46095.5000000000"), ("3", "46095"), ("inlineStr", "yes"), ("inlineStr", '{"a": "é"}'),
    ]  # fmt: skip
    assert blank == []


def test_texts_stay_texts_whatever_they_hold():
    odd = [*NASTY, "a\nb", "<&>\"'", "_x0041_", "x" * 40_000, "\x01bell\ufffe", " spaced "]
    rows = sheets_in(book([[text] for text in odd], kinds=("text",)))["Things"][1:]
    assert {style for row in rows for style, _text in row} == {"inlineStr"}
    told = [row[0][1] for row in rows]
    shown = [*NASTY, "a\nb", "<&>\"'", "_x005F_x0041_", "x" * 32_766 + "…", "bell", " spaced "]
    assert [as_meant(text) for text in told[: len(NASTY)]] == list(NASTY)  # as the import reads them
    assert [text for text in told if text[:1] != "'"] == [text for text in shown if text[:1] != "'"]


def test_an_empty_table_is_a_workbook_too():
    assert sheets_in(book()) == {"Things": [[(str(sheets.BOLD), kind) for kind in KINDS]]}


def test_what_is_more_than_a_sheet_holds_goes_on_in_the_next(monkeypatch):
    monkeypatch.setattr(sheets, "MOST_ROWS", 4)
    batches = [[[n, n] for n in range(start, start + 5)] for start in (0, 5)]
    found = sheets_in(b"".join(sheets.workbook("Lines", ("a", "b"), ("whole", "whole"), iter(batches), INDIA)))
    assert list(found) == ["Lines", "Lines 2", "Lines 3", "Lines 4"]
    assert [len(rows) for rows in found.values()] == [4, 4, 4, 2]  # a head and at most three
    assert [int(row[0][1]) for rows in found.values() for row in rows[1:]] == list(range(10))


def test_a_sheet_ends_before_it_outgrows_its_part(monkeypatch):
    monkeypatch.setattr(sheets, "MOST_BYTES", 1)
    batches = [[[n] for n in range(start, start + 2)] for start in (0, 2)]
    found = sheets_in(b"".join(sheets.workbook("Lines", ("a",), ("whole",), iter(batches), INDIA)))
    assert [int(row[0][1]) for rows in found.values() for row in rows[1:]] == [0, 1, 2, 3] and all(found.values())


def test_money_has_the_decimals_of_its_currency():
    for currency, code in (("JPY", "#,##0"), ("KWD", "#,##0.000")):
        assert f'formatCode="{code}"' in sheets._styles(sheets.CURRENCIES[currency].digits)


def test_columns_past_z_have_two_letters():
    assert [sheets._letters(n) for n in (0, 25, 26, 51, 52)] == ["A", "Z", "AA", "AZ", "BA"]


def test_every_part_is_xml_with_a_frozen_head():
    head = sheets._sheet_head(("order_no", "<&>"), ("text", "text")) + b"</sheetData></worksheet>"
    pane = next(ElementTree.fromstring(head).iter("{http://schemas.openxmlformats.org/spreadsheetml/2006/main}pane"))
    assert (pane.get("ySplit"), pane.get("state")) == ("1", "frozen")
