"""The charts of the dashboards: rows in, figure, sentence and table out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from cms.customers.charts import groups, toned_bars
from cms.figures.charts import Chart, Column, Row, Scene, percent, share, short_count, to
from cms.figures.plots import Series, bars, columns, line
from cms.figures.ranges import Bucket, buckets, by_bucket, span_words, step_words
from cms.money import round_half_up, show_count

METHOD_NAMES: Mapping[str, str] = {
    "cash": "Cash",
    "upi": "UPI",
    "card": "Card",
    "bank": "Bank transfer",
    "credit": "Store credit",
    "other": "Other",
}
STATUS_TONES = ("bar-wait", "tone-1", "bar-good", "bar-bad")
STARS = (("1 and 2 stars", "bar-bad", (1, 2)), ("3 stars", "bar-wait", (3,)), ("4 and 5 stars", "bar-good", (4, 5)))


def sales(scene: Scene, first_day: date, days: Iterable[Any]) -> Chart:
    """What was sold and what was refunded over time; `first_day`: of the shop."""
    points, step = _points(scene, first_day)
    rows = by_bucket(points, ((day.day, (day.orders, day.gross_paise, day.returned_paise)) for day in days), 3)
    gross, returned = (sum(row[nth] for row in rows) for nth in (1, 2))
    summary = f"Nothing sold or refunded {scene.when}."
    if gross or returned:
        best, row = max(zip(points, rows, strict=True), key=lambda pair: pair[1][1])
        which = span_words(best.since, best.until, scene.today) if step == "week" else best.label
        summary = f"{scene.money(gross)} sold {scene.when}, {scene.money(returned)} refunded."
        summary += f" The best {step} was {which} with {scene.money(row[1])}." if gross and len(points) > 1 else ""
    sold_at = [to("/orders", sales="1", **_days(point)) for point in points]
    back_at = [to("/returns", state="refunded", **_days(point)) for point in points]
    lines = [
        Series(name, [row[nth] for row in rows], [scene.money(row[nth]) for row in rows], hrefs)
        for name, nth, hrefs in (("Sold", 1, sold_at), ("Refunded", 2, back_at))
    ]
    return Chart(
        "sales",
        "dashboards.sales",
        f"Sales by {step}",
        summary,
        (
            Column(step.capitalize()),
            Column("Orders", "count"),
            *(Column(name, "money") for name in ("Sold", "Refunded", "Net")),
        ),
        tuple(
            Row((point.label, *row, row[1] - row[2]), href)
            for point, row, href in zip(points, rows, sold_at, strict=True)
            if gross or returned
        ),
        line([point.label for point in points], lines, scene.short) if gross or returned else "",
        wide=True,
        foot=("In all", *(sum(row[nth] for row in rows) for nth in range(3)), gross - returned),
    )


def statuses(scene: Scene, counts: Mapping[str, int]) -> Chart:
    """The orders of the range by where they stand now."""
    total = sum(counts.values())
    ways = ("to ship", "on the way", "delivered", "cancelled")
    told = ", ".join(f"{show_count(count)} {way}" for count, way in zip(counts.values(), ways, strict=True) if count)
    summary = f"{show_count(total)} order{'' if total == 1 else 's'} {scene.when}: {told}."
    summary = summary if total else f"No orders {scene.when}."
    hrefs = [scene.to("/orders", status=word) for word in counts]
    draw = toned_bars(STATUS_TONES)
    return groups(
        "statuses", "dashboards.statuses", "Orders by status", "Status", counts, hrefs, draw, "order", summary
    )


def methods(scene: Scene, rows: Sequence[Any]) -> Chart:
    """Confirmed payments by the way they came: rows with method, payments, received_paise, refunded_paise."""
    names = [METHOD_NAMES.get(row.method, row.method) for row in rows]
    hrefs = [scene.to("/payments", method=row.method, state="confirmed") for row in rows]
    received = [int(row.received_paise) for row in rows]
    summary, total = f"No payments {scene.when}.", sum(received)
    if rows:
        part = percent(share(received[0], total))
        summary = f"{scene.money(total)} received {scene.when}; {names[0]} brought {part} of it."
    series = Series("Received", received, [scene.money(paise) for paise in received], hrefs)
    money = (Column(title, "money") for title in ("Received", "Given back"))
    return Chart(
        "methods",
        "dashboards.methods",
        "Payments by method",
        summary,
        (Column("Method"), Column("Payments", "count"), *money),
        tuple(
            Row((name, int(row.payments), int(row.received_paise), int(row.refunded_paise)), href)
            for name, row, href in zip(names, rows, hrefs, strict=True)
        ),
        bars(names, series, scene.short) if rows else "",
        "small",
    )


def return_hrefs(scene: Scene, reasons: Iterable[str], words: Iterable[str]) -> dict[str, str]:
    """The returns refunded in these days for each reason, or of which a customer used each word."""
    said = {word: scene.to("/returns", word=word, state="refunded") for word in words}
    return said | {reason: scene.to("/returns", reason=reason, state="refunded") for reason in reasons}


def reasons(
    scene: Scene,
    given: Mapping[str, int],
    words: Mapping[str, int],
    hrefs: Mapping[str, str],
    placed: Sequence[Any],
) -> Chart:
    """Why things came back: the reasons chosen, and the words of customers that came up most; `placed`: the cloud."""
    total, common = sum(given.values()), sorted(given.items(), key=lambda pair: (-pair[1], pair[0]))
    summary = f"Nothing was refunded {scene.when}."
    if total:
        most = f"{common[0][0]} is the most frequent reason, {percent(share(common[0][1], total))} of them"
        summary = f"{show_count(total)} return{'' if total == 1 else 's'} refunded {scene.when}. {most}."
    said = sorted(words.items(), key=lambda pair: (-pair[1], pair[0]))[:20]
    rows = [Row((word, "Reason", count), hrefs[word]) for word, count in common]
    rows += [Row((word, "Said by customers", count), hrefs[word]) for word, count in said if word not in given]
    return Chart(
        "reasons",
        "dashboards.reasons",
        "Why things came back",
        summary,
        (Column("Words"), Column("Kind"), Column("Returns", "count")),
        tuple(rows),
        words=tuple(placed),
    )


def ratings(scene: Scene, first_day: date, given: Iterable[Any]) -> Chart:
    """How customers rated over time: bad, middling and good ones on each other."""
    points, step = _points(scene, first_day)
    rows = by_bucket(points, ((day, times) for day, *times in given), 5)
    per = [sum(row[nth] for row in rows) for nth in range(5)]
    count = sum(per)
    summary = f"No ratings {scene.when}."
    if count:
        summary = f"{show_count(count)} rating{'' if count == 1 else 's'} {scene.when}, "
        summary += f"{mean_stars(per)} stars on average; "
        summary += f"{percent(share(per[3] + per[4], count))} gave 4 or 5 stars."
    series = [_stars(name, stars, points, rows) for name, _tone, stars in STARS]
    titles = (f"{nth} star{'' if nth == 1 else 's'}" for nth in range(1, 6))
    return Chart(
        "ratings",
        "dashboards.ratings",
        f"Ratings by {step}",
        summary,
        (Column(step.capitalize()), Column("Average"), *(Column(title, "count") for title in titles)),
        tuple(
            Row((point.label, mean_stars(row), *row), to("/feedback", **_days(point)))
            for point, row in zip(points, rows, strict=True)
            if count
        ),
        columns([point.label for point in points], series, short_count, [tone for _name, tone, _stars in STARS])
        if count
        else "",
    )


def _stars(name: str, stars: Sequence[int], points: Sequence[Bucket], rows: Sequence[Sequence[int]]) -> Series:
    values = [sum(row[nth - 1] for nth in stars) for row in rows]
    rating = "-".join(map(str, stars))
    hrefs = [to("/feedback", rating=rating, **_days(point)) for point in points]
    return Series(name, values, [show_count(value) for value in values], hrefs)


def mean_stars(per: Sequence[int]) -> str:
    """The mean of so many ratings of 1 to 5 stars.

    >>> mean_stars([1, 0, 0, 0, 2]), mean_stars([0, 0, 0, 0, 0])
    ('3.67', '–')
    """
    count = sum(per)
    hundredths = round_half_up(sum(stars * times for stars, times in enumerate(per, 1)) * 100, count) if count else 0
    return f"{hundredths // 100}.{hundredths % 100:02}" if count else "–"


def _points(scene: Scene, first_day: date) -> tuple[list[Bucket], str]:
    """The points of a line over the range, and what each stands for."""
    since, until = max(first_day, scene.wanted.since), scene.wanted.until
    return buckets(since, until, scene.today), step_words((until - since).days + 1)


def _days(bucket: Bucket) -> dict[str, str]:
    return {"since": bucket.since.isoformat(), "until": bucket.until.isoformat()}
