"""Charts of customers, and of whatever is counted in groups: rows in, figure, sentence and table out. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cms.figures.charts import Chart, Column, Row, percent, share, short_count, size_for, to
from cms.figures.plots import Series, bars, pie
from cms.money import show_count

MOST_SLICES, MOST_BARS = 6, 10
"""A pie of more has colours that repeat and slices too thin for a finger."""


def segments(counts: Mapping[str, int]) -> Chart:
    """Customers by segment."""
    counts = _most_first(counts)
    hrefs = [to("/customers", segment=word, archived="all") for word in counts]
    draw, size = (pie, "small") if len(counts) <= MOST_SLICES else (_first_bars, segments_size(len(counts)))
    return groups("segments", "dashboards.segments", "Customers by segment", "Segment", counts, hrefs, draw, size=size)


def segments_size(count: int) -> str:
    """`Chart.size` for so many segments: more than a pie can show are bars.

    >>> segments_size(3), segments_size(7), segments_size(30)
    ('small', '', 'tall')
    """
    return "small" if count <= MOST_SLICES else size_for(min(count, MOST_BARS))


def _first_bars(labels: Sequence[str], series: Series) -> str:
    """The largest; the table holds all."""
    first = slice(MOST_BARS)
    largest = Series(series.name, series.values[first], series.texts[first], series.hrefs[first])
    return bars(labels[first], largest, short_count)


def genders(counts: Mapping[str, int]) -> Chart:
    """Customers by gender."""
    counts = _most_first(counts)
    hrefs = [to("/customers", gender=word, archived="all") for word in counts]
    return groups("genders", "dashboards.genders", "Customers by gender", "Gender", counts, hrefs, pie)


def standing(active: int, inactive: int, active_days: int) -> Chart:
    """Who bought lately, and who did not."""
    counts = {"Active": active, "Inactive": inactive}
    whole = show_count(active + inactive)
    summary = (
        f"{show_count(active)} of {whole} customers are active: ordered within {active_days} days, or set so by hand."
    )
    summary = summary if active + inactive else "No customers yet."
    hrefs = [to("/customers", status=word, archived="all") for word in counts]
    title = "Active and inactive customers"
    return groups(
        "standing",
        "dashboards.standing",
        title,
        "Status",
        counts,
        hrefs,
        toned_bars(("bar-good", "bar-bad")),
        summary=summary,
    )


def groups(
    name: str,
    key: str,
    title: str,
    what: str,
    counts: Mapping[str, int],
    hrefs: Sequence[str],
    draw: Callable[[Sequence[str], Series], str],
    thing: str = "customer",
    summary: str = "",
    size: str = "small",
) -> Chart:
    """How many there are of each."""
    total, words = sum(counts.values()), list(counts)
    if not summary:
        summary = f"{show_count(total)} {thing}{'' if total == 1 else 's'}{_largest(counts, total)}."
        summary = summary if total else f"No {thing}s yet."
    texts = [f"{show_count(count)} ({percent(share(count, total))})" for count in counts.values()]
    return Chart(
        name,
        key,
        title,
        summary,
        (Column(what), Column(f"{thing.capitalize()}s", "count"), Column("Share", "rate")),
        tuple(
            Row((word, count, share(count, total)), href)
            for (word, count), href in zip(counts.items(), hrefs, strict=True)
            if total
        ),
        draw(words, Series(f"{thing.capitalize()}s", list(counts.values()), texts, hrefs)) if total else "",
        size,
    )


def toned_bars(tones: Sequence[str]) -> Callable[[Sequence[str], Series], str]:
    return lambda labels, series: bars(labels, series, short_count, tones)


def _largest(counts: Mapping[str, int], total: int) -> str:
    """Which group is the largest, the first of these; nothing where another is as large.

    >>> _largest({"Business": 3, "Enterprise": 1}, 4), _largest({"Business": 1, "Enterprise": 1}, 2)
    ('; Business is the largest group with 75.0 %', '')
    """
    first, *others = counts.items() or [("", 0)]
    if others and first[1] == others[0][1]:
        return ""
    return f"; {first[0]} is the largest group with {percent(share(first[1], total))}"


def _most_first(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(
        sorted(((word, count) for word, count in counts.items() if count), key=lambda pair: (-pair[1], pair[0]))
    )
