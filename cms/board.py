"""What all pages of figures share: the range that is asked for, what it is compared with, charts as parts and files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from cms.auth.sessions import shop
from cms.figures.charts import Chart, Scene
from cms.figures.queries import Headline, headline
from cms.figures.ranges import Range
from cms.figures.rules import change_words
from cms.figures.tables import as_csv
from cms.shell import today
from cms.web import page_or_fragment


def scene_of() -> Scene:
    """The range of this request, the day, the shop's currency."""
    return Scene(Range.from_args(request.args, today()), today(), shop().currency)


@dataclass(frozen=True)
class Compared:
    """The totals of a range, and those that they are compared with (None: with nothing)."""

    now: Headline
    before: Headline | None
    then: str

    def change(self, name: str) -> tuple[str, str]:
        """In words how much more or less of it there is, and "up" or "down"; "" without a comparison."""
        if self.before is None:
            return "", ""
        return change_words(getattr(self.now, name), getattr(self.before, name), self.then)


def compared(scene: Scene) -> Compared:
    """The sums of the days of a range, and of the days before."""
    days = scene.wanted.before
    before = headline(days[1], days[0]) if days else None
    return Compared(headline(scene.wanted.until, scene.wanted.since), before, scene.wanted.before_words(scene.today))


def chart_or_404(charts: dict[str, Callable[[Scene], Chart]], name: str, scene: Scene) -> Chart:
    """The chart of that name, drawn for the scene."""
    return charts[name](scene) if name in charts else abort(404)


def chart_answer(chart: Chart, scene: Scene, room: str, back: str) -> ResponseReturnValue:
    """A chart as the part of its page, or as a page of its own; `back`: what the page it belongs to is called."""
    args: dict[str, Any] = scene.wanted.as_args() | dict(chart.args)
    return page_or_fragment(
        "ui/chart_page.html",
        "ui/chart.html",
        chart=chart,
        scene=scene,
        room=room,
        back=back,
        numbers=url_for(f"{room}.numbers", name=chart.name, **args),
    )


def csv_answer(chart: Chart, scene: Scene) -> Response:
    """The numbers of a chart as a file."""
    answer = Response(as_csv(chart, scene.currency), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{chart.name}.csv"'
    return answer
