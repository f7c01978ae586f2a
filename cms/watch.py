"""What is told of each request: a line in the log, a count for Prometheus. Never who a customer is or what was typed.

A line names the endpoint and not the address: addresses hold search words. Errors are told with the same request id.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import uuid
from collections.abc import Callable
from logging.handlers import WatchedFileHandler
from time import perf_counter
from typing import Any, Protocol

from flask import Response, g, request

from cms import clock

GIVEN_ID = re.compile(r"[0-9A-Za-z-]{8,64}")


class Counts(Protocol):
    """What `cms.metrics` counts."""

    def began(self) -> None: ...

    def ended(self, endpoint: str, status: int, seconds: float) -> None: ...

    def database(self, what: str) -> None: ...


class Watch:
    """`log`: where lines go; None = nowhere. `believes`: whether a proxy of ours sets X-Request-ID."""

    def __init__(self, log: str = "", believes: bool = False):
        self.write = _writer(log)
        self.believes = believes
        self.counts: Counts | None = None

    def over(self, answer: Callable[[], Response]) -> Response:
        """The answer to the request at hand, watched."""
        given = request.headers.get("X-Request-ID", "") if self.believes else ""
        g.request_id = given if GIVEN_ID.fullmatch(given) else uuid.uuid4().hex[:12]
        began, status = perf_counter(), 500
        if self.counts:
            self.counts.began()
        try:
            response = answer()
            status = response.status_code
            return response
        finally:
            seconds = perf_counter() - began
            if self.counts:
                self.counts.ended(request.endpoint or "none", status, seconds)
            if self.write:
                self.write(_line(status, seconds))

    def database(self, what: str) -> None:
        """Note that the database `refused`, or that something was `retried`."""
        if self.counts:
            self.counts.database(what)


def _line(status: int, seconds: float) -> str:
    me = g.get("me")
    return json.dumps(
        {
            "at": f"{clock.now().isoformat(timespec='seconds')}Z",
            "id": g.request_id,
            "method": request.method,
            "endpoint": request.endpoint,
            "status": status,
            "ms": round(seconds * 1000, 1),
            "user": me.id if me else None,
        }
    )


def _writer(place: str) -> Callable[[str], Any] | None:
    """What writes one line to `place`: - is standard output, else a file, which may be moved away at any time."""
    if not place:
        return None
    # Not one of Python's named loggers: two apps in one process would write each other's lines.
    log = logging.Logger("cms.requests")
    log.addHandler(logging.StreamHandler(sys.stdout) if place == "-" else WatchedFileHandler(place, delay=True))
    return log.info
