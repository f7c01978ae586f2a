"""Times, queries and bytes of every row. All sizes and the null route take turns, so that noise hits them alike."""

from __future__ import annotations

import gc
import re
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin

from bench.pages import FIRST_VISIT_KB, GROWTH, GROWTH_OF_PART, LIKE, PART, ROWS, Row
from bench.places import say
from bench.stand import Stand
from bench.visitor import Answer, Request, Visitor

NULL = Request("/bench/null")
WARM_UP = 6
REFERRED = re.compile(r"""<(?:link|script|img|use|source)\b[^>]*?\s(?:href|src)=["']([^"'#]+)""")
IN_CSS = re.compile(r"""url\(["']?([^"')#]+)""")


@dataclass
class Timed:
    """A row on one shop, in milliseconds."""

    null: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)
    queries: int = 0
    rows: int = 0
    first_visit: int = 0

    @property
    def ms(self) -> float:
        return statistics.median(self.own)

    @property
    def times_null(self) -> float:
        return self.ms / statistics.median(self.null)


@dataclass
class Result:
    """A row on shops of all sizes, smallest first."""

    row: Row
    timed: list[Timed]

    @property
    def growth(self) -> float:
        """The largest shop against the smallest."""
        return self.timed[-1].ms / self.timed[0].ms

    @property
    def comparable(self) -> bool:
        """Whether both show about as many rows: a search finds more where there is more."""
        fewest, most = sorted((self.timed[0].rows, self.timed[-1].rows))
        return most <= max(fewest, 1) * LIKE

    @property
    def over(self) -> list[str]:
        """The limits it breaks."""
        if self.row.limit is None:
            return []
        worst = max(timed.times_null for timed in self.timed)
        heaviest = max(timed.first_visit for timed in self.timed) / 1024
        broken = [f"{worst:.1f}x the null route"] if worst > self.row.limit else []
        most = GROWTH_OF_PART if self.row.limit >= PART else GROWTH
        broken += [f"grows {self.growth:.2f}x"] if self.growth > most and self.comparable else []
        broken += [f"first visit {heaviest:.0f} KB"] if heaviest > FIRST_VISIT_KB else []
        queries = {timed.queries for timed in self.timed}
        return broken + (["queries grow"] if len(queries) > 1 else [])


def measure(stands: Sequence[Stand], rounds: int) -> list[Result]:
    """Every row; placed orders are cancelled at the end, so that the shop keeps its figures."""
    results = []
    for row in ROWS:
        result = Result(row, [Timed() for _stand in stands])
        _take_turns(row, stands, result.timed, rounds)
        for stand, timed in zip(stands, result.timed, strict=True):
            timed.rows = statistics.median_low(_rows(row, stand, number) for number in range(5))
            timed.queries = stand.inside.count(row.ask(stand, stand.inside, 0))
            timed.first_visit = first_visit(stand, row) if row.page else 0
            stand.server.look_at_memory()
        results.append(result)
        times = ", ".join(f"{timed.ms:.2f} ms ({timed.times_null:.1f}x)" for timed in result.timed)
        say(f"  {row.name}: {times}{' OVER' if result.over else ''}")
    for stand in stands:
        _cancel_placed(stand)
    return results


def _take_turns(row: Row, stands: Sequence[Stand], all_timed: Sequence[Timed], rounds: int) -> None:
    gc.collect()
    gc.disable()
    for number in range(-WARM_UP, rounds):
        for stand, timed in zip(stands, all_timed, strict=True):
            request = row.ask(stand, stand.visitor, number)
            null, _answer = clocked(stand.stranger, NULL)
            own, answer = clocked(stand.visitor, request)
            _check(row, request, answer)
            _note_placed(stand, request, answer)
            if number >= 0:
                timed.null.append(null)
                timed.own.append(own)
    gc.enable()


def clocked(visitor: Visitor, request: Request) -> tuple[float, Answer]:
    """Milliseconds until the last byte is here, and what came."""
    written = visitor.written(request)
    start = time.perf_counter()
    answer = visitor.send(written)
    return (time.perf_counter() - start) * 1000, answer


def _check(row: Row, request: Request, answer: Answer) -> None:
    """What is measured must be the page, not its refusal."""
    if answer.status != (303 if request.form and request.path == "/orders" else 200):
        raise RuntimeError(f"{row.name}: {request.path} answers {answer.status}\n{answer.text[:2000]}")


def _note_placed(stand: Stand, request: Request, answer: Answer) -> None:
    found = re.fullmatch(r"/orders/(\d+)(?:/status)?", answer.header("Location") or request.path)
    if request.form and found:
        stand.placed.append(int(found[1]))


def _rows(row: Row, stand: Stand, number: int) -> int:
    """Table rows with an id of their own in the nth answer; none where something is written."""
    request = row.ask(stand, stand.visitor, number)
    return 0 if request.form else stand.visitor.ask(request).text.count("<tr id=")


def _cancel_placed(stand: Stand) -> None:
    for order in stand.placed:
        for seen in ("Pending", "Shipped"):
            form = [("csrf_token", stand.visitor.token), ("seen", seen), ("part", "row"), ("status", "Cancelled")]
            stand.visitor.ask(Request(f"/orders/{order}/status", {"HX-Request": "true"}, form))
    stand.placed.clear()


def first_visit(stand: Stand, row: Row) -> int:
    """Bytes over the wire, heads included, of the page and everything that it and its styles refer to."""
    request = row.ask(stand, stand.visitor, 0)
    answer = stand.visitor.ask(request)
    total, waiting, seen = answer.wire_bytes, _local(REFERRED, answer.text, request.path), set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        asset = stand.stranger.ask(Request(path))
        if asset.status != 200:
            raise RuntimeError(f"{request.path} refers to {path}, which answers {asset.status}")
        total += asset.wire_bytes
        if path.partition("?")[0].endswith(".css"):
            waiting += _local(IN_CSS, asset.text, path)
    return total


def _local(pattern: re.Pattern[str], text: str, base: str) -> list[str]:
    """The addresses in the text that a browser would fetch from here."""
    found = (path for path in pattern.findall(text) if not path.startswith(("data:", "http:", "https:")))
    return [urljoin(base, path).replace("&amp;", "&") for path in found]
