"""The charts and tables of product insights: rows in, figure, sentence and table out. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cms.dates import show_date
from cms.figures.charts import Chart, Column, Row, Scene, percent, share, short_count, size_for, to
from cms.figures.plots import Series, bars
from cms.insights import rules
from cms.money import show_count

NOT_COUNTED = "The stock of no product is counted yet: type in their list how many you have, and see it here."


def products(scene: Scene, rows: Sequence[Any], by: str = "gross_paise") -> Chart:
    """The products with the most revenue or units: rows with id, name, units, gross_paise."""
    money = by == "gross_paise"
    values = [int(getattr(row, by)) for row in rows]
    texts = [scene.money(value) if money else show_count(value) for value in values]
    hrefs = [scene.to("/orders", product=row.id, sales="1") for row in rows]
    summary = f"Nothing was sold {scene.when}."
    if rows:
        summary = f"{rows[0].name} comes first with {texts[0]}{'' if money else ' units'} {scene.when}."
    series = Series("Revenue" if money else "Units", values, texts, hrefs)
    return Chart(
        "products" if money else "units",
        "dashboards.products" if money else "insights.units",
        "Top products by revenue" if money else "Top products by units",
        summary,
        (Column("Product"), Column("Units", "count"), Column("Revenue", "money")),
        tuple(
            Row((row.name, int(row.units), int(row.gross_paise)), href) for row, href in zip(rows, hrefs, strict=True)
        ),
        bars([row.name for row in rows], series, scene.short if money else short_count) if rows else "",
        size_for(len(rows)),
    )


def revenue(
    scene: Scene,
    rows: Sequence[Any],
    gross_paise: int,
    before: Mapping[int, int] | None,
    over: Mapping[int, Sequence[int]],
    count: int | None = None,
) -> Chart:
    """Revenue per product with its share and trend.

    `gross_paise`: of all; `before`: paise by product in the days compared with; `over`: paise by product over time;
    `count`: how many products were sold, where it is told.
    """
    summary = f"Nothing was sold {scene.when}."
    if rows:
        few = sum(int(row.gross_paise) for row in rows[:5])
        summary = (
            f"The first {min(len(rows), 5)} bring {percent(share(few, gross_paise))} of {scene.money(gross_paise)}."
        )
    trend = (Column("Change", "trend"),) if before is not None else ()
    found = []
    for row in rows:
        paise, changes = int(row.gross_paise), tuple[int | None, ...]()
        if before is not None:
            changes = (rules.trend(paise, before.get(row.id, 0)),)
        cells = (row.name, int(row.units), paise, share(paise, gross_paise), *changes, tuple(over.get(row.id, ())))
        found.append(Row(cells, scene.to("/orders", product=row.id, sales="1")))
    return Chart(
        "revenue",
        "insights.revenue",
        "Revenue per product",
        summary,
        (
            Column("Product"),
            Column("Units", "count"),
            Column("Revenue", "money"),
            Column("Share", "rate"),
            *trend,
            Column("Over time", "spark"),
        ),
        tuple(found),
        open=True,
        wide=True,
        note=f"The change is against {scene.wanted.before_words(scene.today)}." if trend else "",
        count=count,
    )


def returned(scene: Scene, rows: Sequence[Any], reasons: Mapping[int, Sequence[tuple[str, int]]]) -> Chart:
    """What comes back most: rows with id, name, units, returned_units, returned_paise."""
    hrefs = [scene.to("/returns", product=row.id, state="refunded") for row in rows]
    units = [int(row.returned_units) for row in rows]
    texts = [f"{show_count(back)}, {show_count(int(row.units))} sold" for back, row in zip(units, rows, strict=True)]
    summary = f"Nothing was refunded {scene.when}."
    if rows:
        first, money = rows[0], scene.money(int(rows[0].returned_paise))
        summary = (
            f"{first.name} came back most: {show_count(units[0])} unit{'' if units[0] == 1 else 's'} {scene.when}, "
        )
        summary += f"{money} refunded. {show_count(int(first.units))} of it sold on the same days."
    return Chart(
        "returned",
        "insights.returned",
        "Most returned products",
        summary,
        (
            Column("Product"),
            Column("Came back", "count"),
            Column("Return rate", "rate"),
            Column("Refunded", "money"),
            Column("Reasons"),
        ),
        tuple(
            Row(
                (
                    row.name,
                    back,
                    share(back, int(row.units)) if row.units else None,
                    int(row.returned_paise),
                    rules.reasons_in_words(reasons.get(row.id, ())),
                ),
                href,
            )
            for row, back, href in zip(rows, units, hrefs, strict=True)
        ),
        bars([row.name for row in rows], Series("Came back", units, texts, hrefs), short_count, ["tone-2"] * len(rows))
        if rows
        else "",
        size_for(len(rows)),
        wide=True,
        note="The rate is units refunded in these days by units sold in these days; both can lie months apart.",
    )


def slow(scene: Scene, rows: Sequence[Any], count: int, worth_paise: int, days: int, counted: bool = True) -> Chart:
    """What lies on the shelf: rows with id, name, stock, price_paise, last_on; `counted`: whether stock is."""
    summary = f"Everything in stock was sold within the last {days} days." if counted else NOT_COUNTED
    if count:
        summary = f"{show_count(count)} product{' was' if count == 1 else 's were'} not sold for {days} days. "
        summary += f"What is in stock of them is worth {scene.money(worth_paise)} at today's prices."
    return Chart(
        "slow",
        "insights.slow",
        "Slow movers",
        summary,
        (Column("Product"), Column("In stock", "count"), Column("Last sold"), Column("Worth", "money")),
        tuple(
            Row(
                (
                    row.name,
                    int(row.stock),
                    show_date(row.last_on, scene.today) if row.last_on else "never",
                    int(row.stock) * int(row.price_paise),
                ),
                f"/products/{row.id}",
            )
            for row in rows
        ),
        open=True,
        wide=True,
        note=f"The {show_count(len(rows))} whose stock is worth most; the file holds more."
        if count > len(rows)
        else "",
        choices=tuple((f"{some} days", to("/insights/slow", days=some), some == days) for some in rules.SLOW_DAYS)
        if counted
        else (),
        args=(("days", str(days)),),
    )


def soon(scene: Scene, rows: Sequence[Any], counted: bool = True) -> Chart:
    """What runs out: rows with id, name, stock, units (sold in PACE_DAYS), in_all, sold_out; the first to go first."""
    summary, count = f"Nothing runs out within {rules.SOON_DAYS} days at the present pace.", 0
    summary = summary if counted else NOT_COUNTED
    if rows:
        count, gone = int(rows[0].in_all), int(rows[0].sold_out)
        parts = [
            f"{show_count(gone)} sold out" if gone else "",
            f"{show_count(count - gone)} will run out within {rules.SOON_DAYS} days" if count > gone else "",
        ]
        summary = f"{' and '.join(filter(None, parts))}, at the pace of the last {rules.PACE_DAYS} days."
    return Chart(
        "soon",
        "insights.soon",
        "Runs out soon",
        summary,
        (
            Column("Product"),
            Column("In stock", "count"),
            Column(f"Sold in {rules.PACE_DAYS} days", "count"),
            Column("Lasts"),
        ),
        tuple(
            Row(
                (row.name, int(row.stock), int(row.units), rules.lasts(int(row.stock), int(row.units))),
                f"/products/{row.id}",
            )
            for row in rows
        ),
        open=True,
        wide=True,
        note=f"The {show_count(len(rows))} that go first; the file holds more." if count > len(rows) else "",
    )


def together(scene: Scene, pairs: Sequence[Any], looked_at: int, whole: bool) -> Chart:
    """What is bought together: rows with a_id, a_name, b_id, b_name, orders; `whole`: all were looked at."""
    summary = f"No order holds two products {scene.when}."
    if pairs:
        first = pairs[0]
        times = f"{show_count(first.orders)} order{'' if first.orders == 1 else 's'}"
        summary = f"{first.a_name} and {first.b_name} were bought together most: in {times}."
    which = f"{'the' if whole else 'the latest'} {show_count(looked_at)} order{'' if looked_at == 1 else 's'}"
    return Chart(
        "together",
        "insights.together",
        "Bought together",
        summary,
        (Column("Products"), Column("Orders", "count"), Column("Share of orders", "rate")),
        tuple(
            Row(
                (f"{pair.a_name} + {pair.b_name}", int(pair.orders), share(int(pair.orders), looked_at)),
                scene.to("/orders", product=pair.a_id, also=pair.b_id, sales="1"),
            )
            for pair in pairs
        ),
        open=True,
        wide=True,
        note=f"Counted in {which} of {scene.days}, with 2 to {rules.MOST_LINES} lines." if looked_at else "",
    )
