"""Figures: labels stay text, the vendored bundle can draw them, and is the one that was named."""

import hashlib
import json
import re

import brotli
import pytest

from cms.config import ROOT
from cms.figures import plots
from cms.figures.charts import Chart, Column, Row, short_money
from cms.figures.plots import Series
from cms.figures.tables import as_csv

VENDOR = ROOT / "static" / "vendor"
HOSTILE = ["</script><script>alert(1)</script>", "<b>Lamp</b>", '<a href="//evil">x</a>', "&lt;", "🦚 మామిడి", "a" * 300]
FIGURES = {
    "line": lambda: plots.line(HOSTILE, [series(), series()], str),
    "bars": lambda: plots.bars(HOSTILE, series(), str, ["tone-1"]),
    "columns": lambda: plots.columns(HOSTILE, [series(), series()], str, ["tone-1", "tone-2"]),
    "pie": lambda: plots.pie(HOSTILE, series()),
}


def series() -> Series:
    return Series(
        "<i>Sold</i>", range(len(HOSTILE)), HOSTILE, [f"/orders?product={nth}" for nth in range(len(HOSTILE))]
    )


def strings(value) -> list[str]:
    if isinstance(value, str):
        return [value]
    return (
        [text for part in (value.values() if isinstance(value, dict) else value) for text in strings(part)]
        if isinstance(value, dict | list)
        else []
    )


@pytest.mark.parametrize("name", FIGURES)
def test_user_text_is_no_markup_in_a_figure(name):
    found = json.loads(FIGURES[name]())
    assert not [text for text in strings(found) if re.search(r"<(?!br>)", text)]


@pytest.mark.parametrize("name", FIGURES)
def test_the_bundle_can_draw_every_trace_that_is_used(name):
    kinds = {trace["type"] for trace in json.loads(FIGURES[name]())["data"]}
    assert kinds <= traces_in_the_bundle()


def traces_in_the_bundle() -> set[str]:
    text = (VENDOR / "plotly.min.js").read_text(encoding="utf-8")
    return set(re.findall(r'moduleType:"trace",name:"(\w+)"', text))


def test_the_bundle_holds_what_the_product_may_use_and_is_small():
    assert traces_in_the_bundle() == {"scatter", "bar", "pie", "heatmap", "histogram"}
    data = (VENDOR / "plotly.min.js").read_bytes()
    assert b'version="4.1.1"' in data and b"eval(" not in data
    assert len(brotli.compress(data, quality=11)) <= 400 * 1024


@pytest.mark.parametrize("name", ["plotly.min.js", "plotly.css", "htmx.min.js"])
def test_a_vendored_file_is_the_one_that_was_named(name):
    readme = (VENDOR / "README.md").read_text(encoding="utf-8")
    row = next(line for line in readme.splitlines() if line.startswith(f"| `{name}`"))
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() in row


def test_a_file_runs_no_formula_and_keeps_plain_amounts():
    columns = (Column("Product"), Column("Revenue", "money"), Column("Share", "rate"), Column("Against", "trend"))
    rows = (Row(("=1+1", 123456, 1234, -5)), Row(('Lamp, "big"', 0, None, None)))
    text = as_csv(Chart("x", "k", "T", "s", columns, rows), "INR")
    assert text == '\ufeffProduct,Revenue,Share,Against\r\n\'=1+1,1234.56,12.34,-5\r\n"Lamp, ""big""",0.00,,\r\n'


@pytest.mark.parametrize(
    "minor, currency, text",
    [
        (0, "INR", "₹0"),
        (10**13, "INR", "₹10,000 Cr"),
        (99_999_00, "INR", "₹99,999"),
        (1500, "JPY", "¥1,500"),
        (1234, "KWD", "KD 1.234"),
    ],
)
def test_amounts_at_an_axis_are_short(minor, currency, text):
    assert short_money(minor, currency) == text


@pytest.mark.parametrize("highest", [0, 1, 7, 99, 100, 101, 123456, 10**13])
def test_an_axis_has_few_round_ticks_that_reach_the_highest(highest):
    found = plots.ticks(highest)
    assert found[0] == 0 and found[-1] >= highest and 2 <= len(found) <= 6
