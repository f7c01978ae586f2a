"""The results as Markdown."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench.measure import Result
from bench.pages import FIRST_VISIT_KB, GROWTH, GROWTH_OF_PART, READ, WRITE
from bench.plain import Plain
from bench.retail import LINES_A_SECOND, MB, Imported
from bench.throughput import AIM, PEOPLE, Throughput

WORKER_MB = 150
OVER = "**over the limit**"


@dataclass
class Run:
    """All that was measured on one database."""

    database: str
    orders: list[int]
    results: list[Result] = field(default_factory=list)
    worker_mb: float = 0.0
    worker_peak_mb: float = 0.0
    plain: list[Plain] = field(default_factory=list)
    throughput: Throughput | None = None
    imported: Imported | None = None

    def over(self) -> list[str]:
        """Every limit that is broken, in words."""
        broken = [f"{result.row.name}: {', '.join(result.over)}" for result in self.results if result.over]
        if self.worker_peak_mb >= WORKER_MB:
            broken.append(f"a worker took {self.worker_peak_mb:.0f} MB")
        if self.throughput and self.throughput.factor < AIM:
            broken.append(f"only {self.throughput.factor:.1f} times the throughput of Flask-Admin")
        return broken + ([f"import: {', '.join(self.imported.over)}"] if self.imported and self.imported.over else [])


def report(runs: list[Run], rounds: int) -> str:
    """Everything, ready to be read."""
    load = " ".join(Path("/proc/loadavg").read_text().split()[:3])
    intro = (
        f"Measured {datetime.now(UTC):%d %b %Y}: medians of {rounds} requests over one kept connection, Python "
        f"{platform.python_version()}, {os.cpu_count()} cores, load at the end {load}. "
        "Ratios count, not milliseconds.\n\n"
        f"Limits: {READ:.0f} times the null route ({WRITE:.0f} for what writes), {GROWTH} times the same page of "
        f"the smallest shop ({GROWTH_OF_PART} for a chart or table that comes after its page), a number of queries "
        f"that does not grow, {FIRST_VISIT_KB} KB for a first visit. "
        "A growth in brackets compares lists of different lengths and is not judged."
    )
    parts = ["# Results", intro, _at_once(runs), *(_table(run) for run in runs), _plainly(runs), _summary(runs)]
    return "\n\n".join(parts) + "\n"


def _at_once(runs: list[Run]) -> str:
    """All databases and sizes in one table, by what does not belong to the machine; bold is over its limit."""
    heads = [f"{run.database}, x null at {orders:,}" for run in runs for orders in run.orders]
    heads += [f"{run.database}, growth" for run in runs] + ["queries", "first visit KB"]
    lines = ["## Times the null route", "", _cells(["", *heads]), "|---" + "|--:" * len(heads) + "|"]
    for results in zip(*(run.results for run in runs), strict=True):
        times = [_times(result, timed.times_null) for result in results for timed in result.timed]
        growths = [_marked(result, _growth(result), "grows") for result in results]
        queries = sorted({timed.queries for result in results for timed in result.timed})
        heaviest = max(timed.first_visit for result in results for timed in result.timed)
        last = [" or ".join(map(str, queries)), f"{heaviest / 1024:.1f}" if heaviest else ""]
        lines.append(_cells([results[0].row.name, *times, *growths, *last]))
    return "\n".join(lines)


def _times(result: Result, times: float) -> str:
    return f"**{times:.1f}**" if result.row.limit is not None and times > result.row.limit else f"{times:.1f}"


def _growth(result: Result) -> str:
    return f"{result.growth:.2f}" if result.comparable else f"({result.growth:.2f})"


def _marked(result: Result, text: str, limit: str) -> str:
    return f"**{text}**" if any(over.startswith(limit) for over in result.over) else text


def _table(run: Run) -> str:
    columns = ["", *(f"ms at {orders:,}" for orders in run.orders), *(f"x null at {orders:,}" for orders in run.orders)]
    columns += ["growth", "rows", "queries", "first visit KB", ""]
    lines = [f"## {run.database}, {' and '.join(f'{orders:,}' for orders in run.orders)} orders", ""]
    lines += [_cells(columns), "|---" + "|--:" * (len(columns) - 2) + "|---|"]
    return "\n".join(lines + [_cells(_line(result)) for result in run.results])


def _line(result: Result) -> list[str]:
    queries = sorted({timed.queries for timed in result.timed})
    heaviest = max(timed.first_visit for timed in result.timed)
    verdict = "" if result.row.limit is None else "ok"
    return [
        result.row.name,
        *(f"{timed.ms:.2f}" for timed in result.timed),
        *(f"{timed.times_null:.1f}" for timed in result.timed),
        _growth(result),
        ", ".join(str(number) for number in dict.fromkeys(timed.rows for timed in result.timed) if number),
        " or ".join(map(str, queries)),
        f"{heaviest / 1024:.1f}" if heaviest else "",
        f"{OVER}: {', '.join(result.over)}" if result.over else verdict,
    ]


def _plainly(runs: list[Run]) -> str:
    """What plain SQL over the rows takes for the same answers, in the largest shop."""
    heads = [head for run in runs for head in (f"{run.database}: plain SQL, ms", "ours, ms", "times")]
    lines = [
        "## The same questions in plain SQL over the rows",
        "",
        _cells(["", *heads]),
        "|---" + "|--:" * len(heads) + "|",
    ]
    for questions in zip(*(run.plain for run in runs), strict=True):
        cells = [questions[0].name]
        for run, plain in zip(runs, questions, strict=True):
            ours = next(result.timed[-1].ms for result in run.results if result.row.name == plain.name)
            cells += [f"{plain.ms:.1f}", f"{ours:.1f}", f"{plain.ms / ours:.1f}"]
        lines.append(_cells(cells))
    return "\n".join(lines)


def _summary(runs: list[Run]) -> str:
    lines = ["## Summary", "", _cells(["", *(run.database for run in runs), "limit"]), "|---" * (len(runs) + 2) + "|"]
    for label, limit, value in _FIGURES:
        lines.append(_cells([label, *(value(run) for run in runs), limit]))
    broken = [f"- {run.database}: {what}" for run in runs for what in run.over()]
    return "\n".join([*lines, "", *([f"{OVER}:", "", *broken] if broken else ["Everything is within its limit."])])


_FIGURES = (
    ("most times null, reading", f"{READ:.0f}", lambda run: f"{_worst(run, READ):.1f}"),
    ("most times null, writing", f"{WRITE:.0f}", lambda run: f"{_worst(run, WRITE):.1f}"),
    (
        "most growth",
        f"{GROWTH}",
        lambda run: f"{max(result.growth for result in run.results if result.comparable):.2f}",
    ),
    ("a worker in the end, MB", f"{WORKER_MB}", lambda run: f"{run.worker_mb:.0f} (peak {run.worker_peak_mb:.0f})"),
    (
        f"order lists a second, {PEOPLE} people",
        "",
        lambda run: f"{run.throughput.ours:.0f}" if run.throughput else "",
    ),
    ("the same in Flask-Admin", "", lambda run: f"{run.throughput.theirs:.1f}" if run.throughput else ""),
    ("factor", f"{AIM}", lambda run: f"{run.throughput.factor:.1f}" if run.throughput else ""),
    (
        "import, lines a second",
        f"{LINES_A_SECOND:,}",
        lambda run: f"{run.imported.lines_a_second:,.0f}" if run.imported else "not run",
    ),
    ("import, peak MB", f"{MB}", lambda run: f"{run.imported.peak_mb:.0f}" if run.imported else "not run"),
)


def _worst(run: Run, limit: float) -> float:
    """The largest ratio to the null route of the rows under this limit."""
    return max(timed.times_null for result in run.results if result.row.limit == limit for timed in result.timed)


def _cells(texts: list[str]) -> str:
    return f"| {' | '.join(texts)} |"
