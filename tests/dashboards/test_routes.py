"""Dashboards and insights in the browser's hands: pages, parts, files, and the rows behind each figure."""

import csv
import html
import io
import json
import re

import pytest

from cms import kept
from cms.dashboards.routes import CHARTS, TITLES
from cms.insights import routes as insights
from tests.databases import count_queries
from tests.factories import make_customer, make_order, make_product, set_shop

NAMES = [f"/dashboards/{name}" for name in CHARTS] + [f"/insights/{name}" for name in insights.CHARTS]
HOSTILE = '</script><b>Lamp</b> & "co" 🦚'


def figures_of(text: str) -> dict[str, str]:
    return {key: value for value, key in re.findall(r'<data value="([^"]*)" data-figure="([^"]*)"', text)}


def test_every_chart_has_its_name_its_part_and_its_meaning(client, clock):
    assert list(CHARTS) == list(TITLES) and set(insights.CHARTS) == set(insights.TITLES)
    for path in NAMES:
        text = client.htmx_get(path).text
        meaning = re.search(r'href="(/figures/[\w.]+)"', text)
        assert meaning and client.get(meaning[1]).status_code == 200, path


@pytest.mark.parametrize("path", ["/dashboards/nothing", "/insights/nothing", "/dashboards/nothing/numbers.csv"])
def test_a_chart_that_does_not_exist_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_an_empty_shop_has_sensible_pages(client, clock):
    for path in ("/dashboards", "/insights", *NAMES):
        for range in ("", "?range=all&compare=year", "?since=2026-03-10&until=2026-03-01"):
            answer = client.get(path + range)
            assert answer.status_code == 200 and "data-chart" not in answer.text, path


@pytest.mark.parametrize("currency", ["INR", "JPY"])
def test_what_users_type_is_text_wherever_it_is_shown(client, clock, currency):
    set_shop(currency=currency)
    lamp, other = make_product(HOSTILE, stock=500), make_product("<img src=x onerror=1>")
    make_order(make_customer(HOSTILE), lamp, other, qty=3)
    for path in NAMES:
        text = client.htmx_get(path).text
        assert "<b>Lamp" not in text and "<img src=x" not in text, path
        for figure in re.findall(r'data-chart="([^"]*)"', text):
            read = json.loads(html.unescape(figure))
            assert "<b>" not in json.dumps(read) and "<img" not in json.dumps(read)


def test_the_figures_of_a_range_and_their_change(client, clock):
    lamp = make_product(price_paise=100_00)
    make_order(None, lamp, qty=2)
    clock.forward(days=10)
    make_order(None, lamp, qty=3)
    found = figures_of(client.get("/dashboards?range=7d").text)
    assert (found["range.gross"], found["range.orders"], found["range.units"]) == ("30000", "1", "3")
    assert figures_of(client.get("/dashboards?range=30d").text)["range.gross"] == "50000"
    text = client.get("/dashboards?range=7d&compare=before").text
    assert "50 % more than the 7 days before" in text
    assert figures_of(client.get("/dashboards?range=all").text)["range.average_order"] == "25000"
    assert figures_of(client.htmx_get("/insights/sold?range=7d").text) == {"range.products_sold": "1"}


def test_each_row_of_a_chart_leads_to_rows_that_add_up_to_it(client, clock):
    lamp, saree = make_product("Lamp", 100_00), make_product("Saree", 999_99)
    for day in range(5):
        make_order(None, lamp, saree, lamp, qty=day + 1, status="Cancelled" if day == 3 else "Pending")
        clock.forward(days=1)
    for path in ("/dashboards/products", "/insights/units", "/insights/revenue", "/dashboards/sales"):
        table = client.get(f"{path}/numbers.csv?range=7d").text.lstrip("\ufeff")
        part = client.htmx_get(f"{path}?range=7d").text
        hrefs = [html.unescape(href) for href in re.findall(r'<td class="title"><a href="(/orders[^"]*)"', part)]
        rows = list(csv.DictReader(io.StringIO(table)))
        assert rows and len(rows) == len(hrefs)
        for row, href in zip(rows, hrefs, strict=True):
            wanted = row.get("Revenue") or row["Sold"]
            listed = figures_of(client.get(href).text)
            assert int(listed["list.sum"]) == int(wanted.replace(".", "")), (path, href)


def test_the_orders_of_a_product_say_what_was_sold_of_it_in_each(client, clock):
    lamp, saree = make_product("Lamp", 100_00), make_product("Saree", 999_99)
    make_order(None, lamp, saree, lamp, qty=2)
    make_order(None, saree)
    one = client.get(f"/orders?product={lamp.id}&sales=1").text
    assert "₹400.00 for 4 of it" in one and "Product: Lamp" in one and one.count("<tr id=") == 1
    assert client.get(f"/orders?product={lamp.id}&also={saree.id}").text.count("<tr id=") == 1
    for odd in (
        "product=999999",
        f"product={lamp.id}&since=2026-03-10&until=2026-03-01",
        "since=2026-03-10&until=2026-03-01",
    ):
        assert client.get(f"/orders?{odd}").status_code == 200


def test_the_file_of_a_chart_is_a_download(client, clock):
    make_order(None, make_product("=cmd|x"))
    answer = client.get("/insights/revenue/numbers.csv")
    assert answer.mimetype == "text/csv" and "revenue.csv" in answer.headers["Content-Disposition"]
    assert "'=cmd|x" in answer.text


def test_all_that_runs_out_is_counted_and_stands_in_the_file(client, clock):
    assert "The stock of no product is counted yet" in client.htmx_get("/insights/soon").text
    for nth in range(17):
        make_order(None, make_product(f"Lamp {nth}", 100, stock=3), qty=3 if nth else 2)  # 1 of 3 lasts 15 days
    text = client.htmx_get("/insights/soon").text
    assert "16 sold out, at the pace" in text and text.count('<td class="title">') == 15
    assert "The 15 that go first; the file holds more." in text
    assert len(client.get("/insights/soon/numbers.csv").text.splitlines()) == 1 + 16


def test_slow_movers_can_be_seen_for_other_numbers_of_days(client, clock):
    make_product("Dusty", stock=3)
    assert "not sold for 60 days" in client.htmx_get("/insights/slow").text
    text = client.htmx_get("/insights/slow?days=180").text
    assert "not sold for 180 days" in text and "numbers.csv?days=180" in text
    assert "not sold for 60 days" in client.htmx_get("/insights/slow?days=٣").text


@pytest.mark.parametrize("path", ["/dashboards", "/insights", *NAMES])
def test_a_chart_asks_the_database_as_often_for_many_rows_as_for_few(client, clock, path):
    def queries() -> int:
        client.get(path)
        kept.forget()
        with count_queries() as found:
            client.get(f"{path}?range=all&compare=before")
        return len(found)

    lamp = make_product(stock=500)
    make_order(None, lamp, make_product(stock=5))
    few = queries()
    for _ in range(12):
        make_order(None, lamp, make_product(stock=5))
    assert queries() == few <= 12


def test_nonsense_in_the_address_never_breaks(client, clock):
    for text in ("\0", "' OR 1=1 --", "NaN", "9999-12-31", "0001-01-01", "~", "🦚" * 99, "-1"):
        for path in ("/dashboards", "/insights", "/dashboards/sales", "/insights/revenue", "/insights/slow", "/orders"):
            names = ("since", "until", "range", "compare", "days", "product", "also", "sales")
            assert client.get(path, query_string=dict.fromkeys(names, text)).status_code == 200, (path, text)
