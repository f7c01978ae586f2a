"""The numbers of a chart as a file for spreadsheets."""

from __future__ import annotations

import csv
import io

from cms.figures.charts import Chart

RUNS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the start of a formula."""


def as_csv(chart: Chart, currency: str) -> str:
    """UTF-8 with a mark by which Excel knows it; a text that would run as a formula is kept as text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(column.title for column in chart.columns)
    for row in chart.rows:
        cells = (column.plain(value, currency) for column, value in zip(chart.columns, row.cells, strict=True))
        writer.writerow(
            f"'{cell}" if cell.startswith(RUNS) and column.kind == "text" else cell
            for column, cell in zip(chart.columns, cells, strict=True)
        )
    return f"\ufeff{out.getvalue()}"
