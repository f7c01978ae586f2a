"""The charts of the dashboards: their tables say what the rows say, whatever is in them."""

import json
from datetime import date
from types import SimpleNamespace

from cms.customers import charts as customers
from cms.dashboards import charts
from cms.figures.charts import Scene
from cms.figures.ranges import Range
from cms.figures.rules import change_words
from cms.insights import charts as insights

TODAY = date(2026, 3, 14)


def scene(currency: str = "INR", **args: str) -> Scene:
    return Scene(Range.from_args(args, TODAY), TODAY, currency)


def day(on: date, orders: int = 1, gross: int = 0, returned: int = 0) -> SimpleNamespace:
    return SimpleNamespace(day=on, orders=orders, gross_paise=gross, returned_paise=returned)


def test_sales_are_shown_day_by_day_with_gaps_as_nothing():
    chart = charts.sales(scene(range="7d"), date(2020, 1, 1), [day(date(2026, 3, 10), 2, 50_000, 900)])
    assert [row.cells for row in chart.rows][2] == ("10 Mar", 2, 50_000, 900, 49_100)
    assert [sum(row.cells[nth] for row in chart.rows) for nth in (1, 2, 3)] == [2, 50_000, 900]
    assert "₹500.00 sold from 8 Mar to 14 Mar" in chart.summary and "The best day was 10 Mar" in chart.summary
    assert chart.rows[2].href == "/orders?sales=1&since=2026-03-10&until=2026-03-10"


def test_all_days_begin_with_the_shop():
    chart = charts.sales(scene(range="all"), date(2025, 1, 15), [day(date(2025, 1, 20), gross=100)])
    assert len(chart.rows) == 15 and chart.rows[0].href.startswith("/orders?sales=1&since=2025-01-15")


def test_a_range_with_nothing_in_it_is_a_sentence_without_a_figure():
    for chart in (
        charts.sales(scene(), TODAY, []),
        charts.sales(scene(since="1990-01-01", until="1990-02-01"), TODAY, []),
        charts.methods(scene(), []),
        charts.ratings(scene(), TODAY, []),
        charts.statuses(scene(), dict.fromkeys(("Pending", "Shipped", "Delivered", "Cancelled"), 0)),
        charts.reasons(scene(), {}, {}, {}, []),
        customers.segments({}),
        customers.standing(0, 0, 90),
        insights.products(scene(), []),
        insights.returned(scene(), [], {}),
        insights.revenue(scene(), [], 0, None, {}),
        insights.soon(scene(), []),
        insights.slow(scene(), [], 0, 0, 60),
        insights.together(scene(), [], 0, True),
    ):
        assert not chart.figure and not chart.rows and chart.summary, chart.name


def test_a_shop_without_decimals_is_told_in_its_currency():
    chart = charts.sales(scene("JPY", range="7d"), date(2020, 1, 1), [day(TODAY, gross=150_000)])
    assert "¥150,000 sold" in chart.summary
    assert "¥150K" in json.loads(chart.figure)["layout"]["yaxis"]["ticktext"]


def test_ratings_stand_on_each_other():
    given = [(TODAY, 2, 0, 1, 0, 7)]
    chart = charts.ratings(scene(range="today"), TODAY, given)
    assert chart.rows[0].cells == ("14 Mar", "4.00", 2, 0, 1, 0, 7)
    assert chart.summary == "10 ratings on 14 Mar, 4.00 stars on average; 70.0 % gave 4 or 5 stars."


def test_what_is_below_nothing_or_many_times_as_much_is_told_without_a_share():
    assert change_words(3_456_300, 6000, "May") == ("576 times that of May", "up")
    assert change_words(99, 10, "May") == ("890 % more than May", "up")
    assert change_words(5, -100, "May") == ("More than May, which was below nothing", "up")
    assert change_words(-200, -100, "May") == ("Less than May, which was below nothing", "down")


def test_a_week_is_named_by_its_days_and_refunds_alone_have_no_best_day():
    chart = charts.sales(scene(range="90d"), date(2020, 1, 1), [day(date(2026, 3, 10), gross=50_000)])
    assert "The best week was 9 Mar to 14 Mar with ₹500.00" in chart.summary
    assert "best" not in charts.sales(scene(), date(2020, 1, 1), [day(TODAY, 0, 0, 900)]).summary


def test_no_group_is_the_largest_where_two_are():
    assert customers.segments({"Business": 2, "Enterprise": 2}).summary == "4 customers."
    assert customers.segments({"Business": 2, "Enterprise": 1}).summary.endswith("the largest group with 66.7 %.")


def test_more_segments_than_a_pie_can_show_are_bars_that_each_lead_to_their_customers():
    counts = {f"Segment {nth:02}": 40 - nth for nth in range(6)}
    assert json.loads(customers.segments(counts).figure)["data"][0]["type"] == "pie"
    chart = customers.segments(counts | {f"Other {nth:02}": 9 for nth in range(20)})
    bars = json.loads(chart.figure)["data"][0]
    assert (bars["type"], len(bars["x"]), len(bars["customdata"]), len(chart.rows)) == ("bar", 10, 10, 26)
    assert chart.size == customers.segments_size(26) == "tall"


def test_active_are_those_set_so_by_hand_too():
    summary = customers.standing(2, 1, 90).summary
    assert summary == "2 of 3 customers are active: ordered within 90 days, or set so by hand."


def test_no_orders_are_told_with_their_days():
    counts = dict.fromkeys(("Pending", "Shipped", "Delivered", "Cancelled"), 0)
    assert charts.statuses(scene(range="today"), counts).summary == "No orders on 14 Mar."
    assert charts.statuses(scene(range="today"), counts | {"Pending": 1}).summary == "1 order on 14 Mar: 1 to ship."


def test_what_came_back_is_not_said_to_be_of_what_was_sold_on_the_same_days():
    row = SimpleNamespace(id=1, name="Lamp", units=1, returned_units=3, returned_paise=900)
    summary = insights.returned(scene(range="today"), [row], {}).summary
    assert summary == "Lamp came back most: 3 units on 14 Mar, ₹9.00 refunded. 1 of it sold on the same days."


def test_a_trend_is_whole_percent_against_the_days_before():
    row = SimpleNamespace(id=7, name="Lamp", units=3, gross_paise=15_000)
    chart = insights.revenue(scene(compare="before"), [row], 60_000, {7: 10_000}, {7: [1, 2]})
    assert chart.rows[0].cells == ("Lamp", 3, 15_000, 2500, 50, (1, 2))
    assert chart.columns[4].show(50, "INR") == "+50 %" and chart.columns[4].show(None, "INR") == "–"
    assert chart.rows[0].href == "/orders?product=7&sales=1&since=2026-02-13&until=2026-03-14"
