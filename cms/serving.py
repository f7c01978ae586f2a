"""The app as it answers: watched, one write at a time on SQLite, tried again whole when the database gave it up."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, g
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from werkzeug.routing import IntegerConverter, Map

from cms import access, templating
from cms.db import db, lost_race, reading, writing
from cms.failover import PAUSE, gone, may_be_done_again
from cms.watch import Watch

T = TypeVar("T")
TRIES = 5


class RecordId(IntegerConverter):
    """`<int:...>` up to what an INTEGER column holds; anything longer is no record, so 404."""

    regex = r"[0-9]{1,10}"

    def __init__(self, map: Map, *args: Any, **kwargs: Any):
        super().__init__(map, *args, **{"max": 2**31 - 1, **kwargs})


class Cms(Flask):
    jinja_environment = templating.Templates
    watch = Watch()
    patience = 0
    """Seconds to wait for another node when the database goes away."""

    def full_dispatch_request(self) -> Response:
        return self.watch.over(self._answer)

    def _answer(self) -> Response:
        with writing() if access.is_write() else reading():
            return super().full_dispatch_request()

    def preprocess_request(self) -> ResponseReturnValue | None:
        return self._again(super().preprocess_request)

    def dispatch_request(self) -> ResponseReturnValue:
        return self._again(super().dispatch_request)

    def _again(self, step: Callable[[], T]) -> T:
        """What `step` gives, done again up to five times after a lost race, and for a while after a lost database."""
        lost, until = 0, 0.0
        while True:
            try:
                return step()
            except DBAPIError as error:
                db.session.rollback()
                now = time.monotonic()
                until = until or now + self.patience
                if lost_race(error):
                    lost += 1
                    if lost == TRIES:
                        raise
                elif self.patience and gone(error) and now < until and may_be_done_again():
                    time.sleep(PAUSE)
                else:
                    raise
                g.pop("committed", None)
                self.watch.database("retried")
