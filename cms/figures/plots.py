"""The figures of charts, built by Plotly's own classes; `static/charts.js` gives them the colours of the page. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

LONGEST_LABEL = 20
"""Letters a line; names beside bars have two lines."""
MOST_TICKS = 5


@dataclass(frozen=True)
class Series:
    """What one line or one set of bars shows; `texts` are its values in words, `hrefs` lead to their rows."""

    name: str
    values: Sequence[int]
    texts: Sequence[str]
    hrefs: Sequence[str] = ()


def label(text: str) -> str:
    """User text as a label: Plotly reads labels as HTML of a kind, so that what looks like it must not.

    >>> label("<b>Lamp</b> & co")
    '&lt;b&gt;Lamp&lt;/b&gt; &amp; co'
    """
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def short_label(text: str) -> str:
    """The same in two lines at most, for the names beside bars.

    >>> short_label("Banarasi silk saree, bottle green")
    'Banarasi silk saree,<br>bottle green'
    """
    lines = wrap(text, LONGEST_LABEL)
    if len(lines) > 2:
        lines[1] = lines[1][: LONGEST_LABEL - 1] + "…"
    return "<br>".join(map(label, lines[:2])) or "–"


def ticks(highest: int, least_step: int = 1) -> list[int]:
    """A few round values from 0 up to `highest` or just above it.

    >>> ticks(9), ticks(130), ticks(0)
    ([0, 2, 4, 6, 8, 10], [0, 50, 100, 150], [0, 1])
    """
    step = least_step
    while step * MOST_TICKS < highest:
        first = str(step)[0]
        step = step * 5 // 2 if first == "2" else step * 2
    return list(range(0, max(-(-highest // step), 1) * step + 1, step))


def line(labels: Sequence[str], series: Sequence[Series], short: Callable[[int], str]) -> str:
    """Lines over time, one point a label."""
    import plotly.graph_objects as go

    at = list(range(len(labels)))
    every = max(-(-len(labels) // MOST_TICKS), 1)
    traces = [
        go.Scatter(
            x=at,
            y=list(one.values),
            name=label(one.name),
            mode="lines+markers" if len(labels) <= 62 else "lines",
            customdata=list(one.hrefs) or None,
            hovertext=[
                f"{label(day)}<br>{label(one.name)}: {label(text)}" for day, text in zip(labels, one.texts, strict=True)
            ],
            hoverinfo="text",
        )
        for one in series
    ]
    highest = max((value for one in series for value in one.values), default=0)
    layout = {
        "xaxis": {"tickvals": at[::every], "ticktext": [label(text) for text in labels[::every]], "showgrid": False},
        "yaxis": _scale(highest, short),
        "showlegend": len(series) > 1,
        "hovermode": "closest",
    }
    return _json(traces, layout)


def bars(labels: Sequence[str], one: Series, short: Callable[[int], str], tones: Sequence[str] = ()) -> str:
    """Bars that lie, the first one on top, each with its value beside it."""
    import plotly.graph_objects as go

    at, names = list(range(len(labels))), [short_label(text) for text in labels]
    trace = go.Bar(
        x=list(one.values),
        y=at,
        orientation="h",
        customdata=list(one.hrefs) or None,
        text=[label(short(value)) for value in one.values],
        textposition="outside",
        textangle=0,
        cliponaxis=False,
        hovertext=[f"{label(name)}: {label(text)}" for name, text in zip(labels, one.texts, strict=True)],
        hoverinfo="text",
        meta={"tones": list(tones)} if tones else None,
        width=[min(0.65, 0.2 * len(labels))] * len(labels),  # one or two of them are no planks
    )
    most = max(*one.values, 1)
    room = {"range": [0, most * 1.4]}  # for the words behind the longest
    scale = room | {"showticklabels": False, "showgrid": False, "zeroline": False}
    upright = {"tickvals": at, "ticktext": names, "autorange": "reversed", "showgrid": False, "zeroline": False}
    return _json([trace], {"xaxis": scale, "yaxis": upright, "showlegend": False, "bargap": 0.35})


def columns(labels: Sequence[str], series: Sequence[Series], short: Callable[[int], str], tones: Sequence[str]) -> str:
    """Bars that stand, one on the other where there are several series."""
    import plotly.graph_objects as go

    at = list(range(len(labels)))
    every = max(-(-len(labels) // MOST_TICKS), 1)
    traces = [
        go.Bar(
            x=at,
            y=list(one.values),
            name=label(one.name),
            customdata=list(one.hrefs) or None,
            hovertext=[
                f"{label(day)}<br>{label(one.name)}: {label(text)}" for day, text in zip(labels, one.texts, strict=True)
            ],
            hoverinfo="text",
            meta={"tones": [tone]},
        )
        for one, tone in zip(series, tones, strict=True)
    ]
    sums = [sum(values) for values in zip(*(one.values for one in series), strict=True)]
    layout = {
        "barmode": "stack",
        "xaxis": {"tickvals": at[::every], "ticktext": [label(text) for text in labels[::every]], "showgrid": False},
        "yaxis": _scale(max(sums, default=0), short),
        "showlegend": len(series) > 1,
        "bargap": 0.3,
    }
    return _json(traces, layout)


def pie(labels: Sequence[str], one: Series) -> str:
    """Shares of a whole, the name of each beside it."""
    import plotly.graph_objects as go

    trace = go.Pie(
        labels=[f"{short_label(text)}{' ' * nth}" for nth, text in enumerate(labels)],  # equal ones stay apart
        values=list(one.values),
        customdata=list(one.hrefs) or None,
        hovertext=[f"{label(name)}: {label(text)}" for name, text in zip(labels, one.texts, strict=True)],
        hoverinfo="text",
        textinfo="percent",
        texttemplate="%{percent:.0%}",
        textposition="inside",
        insidetextorientation="horizontal",
        hole=0.5,
        sort=False,
        direction="clockwise",
    )
    return _json([trace], {"showlegend": True})


def _scale(highest: int, short: Callable[[int], str]) -> dict[str, Any]:
    at = ticks(highest)
    return {"tickvals": at, "ticktext": [label(short(value)) for value in at], "range": [0, at[-1] * 1.06]}


def _json(traces: list[Any], layout: dict[str, Any]) -> str:
    import plotly.graph_objects as go
    import plotly.io

    plotly.io.templates.default = None  # charts.js gives the colours; Plotly's own would be half of the JSON
    return str(go.Figure(data=traces, layout=layout).to_json(validate=False))
