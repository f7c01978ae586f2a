"""How many order lists a second, ours beside Flask-Admin's: four people ask at once, both sides in turns."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from bench.places import say
from bench.server import Gunicorn
from bench.stand import Stand
from bench.visitor import Request, Visitor

PEOPLE = 4
TURNS = 3
OURS, THEIRS = "/orders", "/admin/order/"
AIM = 10


@dataclass(frozen=True)
class Throughput:
    """Requests a second."""

    ours: float
    theirs: float
    our_bytes: int
    their_bytes: int

    @property
    def factor(self) -> float:
        return self.ours / self.theirs


def throughput(stand: Stand, seconds: float) -> Throughput:
    """`seconds` for each side and turn."""
    yardstick = Gunicorn("bench.yardstick:app", stand.shop.url)
    try:
        sides = ((stand.server.port, stand.visitor.cookie, OURS), (yardstick.port, "", THEIRS))
        sizes = [_look(*side) for side in sides]
        done = [0.0, 0.0]
        for _turn in range(TURNS):
            for side, (port, cookie, path) in enumerate(sides):
                done[side] += rate(port, cookie, path, seconds) / TURNS
        stand.server.look_at_memory()
    finally:
        yardstick.stop()
    result = Throughput(done[0], done[1], *sizes)
    say(f"  {PEOPLE} people: {result.ours:.0f} lists/s, Flask-Admin {result.theirs:.1f}, {result.factor:.1f}x")
    return result


def _look(port: int, cookie: str, path: str) -> int:
    """One list, to see that it is one; its bytes."""
    visitor = Visitor(port, cookie)
    answer = visitor.ask(Request(path))
    visitor.close()
    if answer.status != 200 or answer.text.count("<tr") < 51:
        raise RuntimeError(f"{path} answers {answer.status} and not a list of 50 rows\n{answer.text[:1000]}")
    return answer.wire_bytes


def rate(port: int, cookie: str, path: str, seconds: float) -> float:
    """Answers a second to `PEOPLE` who ask again as soon as they have been answered."""
    ends: list[list[float]] = [[] for _ in range(PEOPLE)]
    start = time.perf_counter()

    def ask_on(mine: list[float]) -> None:
        visitor = Visitor(port, cookie)
        written = visitor.written(Request(path))
        while time.perf_counter() - start < seconds:
            if visitor.send(written).status != 200:
                return  # told by the missing count
            mine.append(time.perf_counter())
        visitor.close()

    people = [threading.Thread(target=ask_on, args=(mine,)) for mine in ends]
    for one in people:
        one.start()
    for one in people:
        one.join()
    return sum(map(len, ends)) / (max(max(mine, default=start) for mine in ends) - start)
