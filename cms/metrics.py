"""What Prometheus reads: counted by all web workers together, told only on a closed address of its own (METRICS).

The workers of one gunicorn count into files of one folder. A worker takes the first file that nobody holds, so a worker
that follows another goes on where that one stopped, and there are never more files than workers at once.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from flask import Flask
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, values
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cms.db import db
from cms.health import queries

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
MOST_WORKERS = 256


class Metrics:
    """The counts of this worker."""

    def __init__(self, folder: Path):
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
        self.held, number = _take_number(folder)
        values.ValueClass = values.MultiProcessValue(lambda: number)
        own = CollectorRegistry()  # what is told is read from the files of all
        self._requests = Counter("cms_requests", "Requests answered", ("endpoint", "status"), registry=own)
        self._seconds = Histogram("cms_request_seconds", "Time to answer", ("endpoint",), registry=own, buckets=BUCKETS)
        self._in_flight = Gauge(
            "cms_requests_in_flight", "Requests being answered", registry=own, multiprocess_mode="sum"
        )
        self._in_flight.set(0)  # whoever had this file before may have been killed
        self._database = Counter("cms_database_trouble", "Requests the database refused", ("what",), registry=own)
        for what in ("refused", "retried"):
            self._database.labels(what)

    def began(self) -> None:
        self._in_flight.inc()

    def ended(self, endpoint: str, status: int, seconds: float) -> None:
        self._in_flight.dec()
        self._requests.labels(endpoint, f"{status // 100}xx").inc()
        self._seconds.labels(endpoint).observe(seconds)

    def database(self, what: str) -> None:
        self._database.labels(what).inc()


class Shop:
    """What is asked of the database when Prometheus asks."""

    def __init__(self, app: Flask):
        self.app = app

    def collect(self) -> Iterable[GaugeMetricFamily]:
        jobs = GaugeMetricFamily("cms_jobs", "Background jobs", labels=["state"])
        try:
            with self.app.app_context():
                try:
                    for state, count in queries.jobs_by_state().items():
                        jobs.add_metric([state], count)
                finally:
                    db.session.remove()
            yield jobs
            up = 1
        except (DBAPIError, PoolTimeout):
            up = 0
        yield GaugeMetricFamily("cms_database_up", "Whether the database answers", value=up)


def serve(app: Any, port: int, folder: Path) -> None:
    """Count in this worker, and tell it to who asks at `port`: nothing else is answered there, and it nowhere else.

    What counts is the socket a request came by, which nothing in the request can change.
    """
    app.watch.counts = Metrics(folder)
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(folder))
    registry.register(Shop(app))  # type: ignore[arg-type]
    shop = app.wsgi_app

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        came_by = environ["gunicorn.socket"].getsockname()
        if not isinstance(came_by, tuple) or came_by[1] != port:
            return shop(environ, start)
        found = environ["PATH_INFO"] == "/metrics" and environ["REQUEST_METHOD"] == "GET"
        body = generate_latest(registry) if found else b"only /metrics is here\n"
        start("200 OK" if found else "404 Not Found", [("Content-Type", "text/plain; version=0.0.4; charset=utf-8")])
        return [body]

    app.wsgi_app = answer


def _take_number(folder: Path) -> tuple[Any, int]:
    """The first number that no living worker holds, and what to keep open to hold it."""
    for number in range(MOST_WORKERS):
        file = (folder / f"{number}.held").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file, number
        except BlockingIOError:
            file.close()
    raise RuntimeError(f"more than {MOST_WORKERS} workers count into {folder}")
