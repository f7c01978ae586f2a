"""Each figure, bar, slice, point and word leads to a list that states the same number, and whose rows add up to it."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Iterator

import pytest

from cms.customers.actions import archive_customer
from cms.dashboards import routes as dashboards
from cms.db import db
from cms.figures.meanings import meanings
from cms.figures.rules import average_paise, rate
from cms.insights import routes as insights
from cms.models import Customer
from tests.after_sale import make_feedback, make_return
from tests.client import Browser
from tests.endpoints import made_once
from tests.factories import make_customer, make_order, make_product, write
from tests.payments.doing import pay

RANGES = ("", "?range=all", "?since=2026-03-20&until=2026-05-20&compare=before")
CHARTS = [f"/dashboards/{name}" for name in dashboards.CHARTS] + [f"/insights/{name}" for name in insights.CHARTS]
BARS = {
    "sales": "list.sum", "products": "list.sum", "units": "list.units", "returned": "list.units",
    "methods": "payments.received", "statuses": "list.count", "ratings": "list.count", "segments": "list.count",
    "genders": "list.count", "standing": "list.count",
}  # fmt: skip
"""What the list says of a bar of this chart."""
COLUMNS = {
    "Orders": "list.count", "Returns": "list.count", "Customers": "list.count", "Sold": "list.sum",
    "Units": "list.units", "Revenue": "list.sum", "Came back": "list.units",
}  # fmt: skip
DATA = re.compile(r'<data value="([^"]*)" data-figure="([\w.]+)"')
LINKED = re.compile(
    r'<a(?: class="kpi card")? href="([^"]*)"[^>]*>(?:\s*<span class="label">[^<]*</span>)?\s*' + DATA.pattern
)
MONEY = r"₹([\d,]+\.\d\d)"


@pytest.fixture
def shop(client, clock, migrated) -> Browser:
    clock.now = made_once(migrated, lambda: fill(clock))["now"]
    return client


def fill(clock) -> dict:
    """Four months of all that figures count, and of what they do not."""
    lamp, saree = make_product("Lamp", 100_00, stock=500), make_product("Silk saree", 2_500_00, stock=100)
    gift = make_product("Gift", 0)
    people = [
        make_customer("Asha", gender="Female"),
        make_customer("Binu", segment="Business", gender="Male"),
        make_customer("Chitra & <b>", segment="Business"),
        make_customer("Devi", segment="Enterprise", gender="Female"),
    ]
    make_customer("Has not ordered")
    for nth in range(24):
        who, status = (
            people[(0, 1, 0, 2, 1, 0, 3)[nth % 7]],
            ("Delivered", "Delivered", "Pending", "Cancelled", "Shipped")[nth % 5],
        )
        goods = [(lamp,), (saree, lamp), (saree, gift), (lamp, saree, lamp)][nth % 4]
        order = make_order(who, *goods, qty=1 + nth % 3, status=status)
        if status == "Delivered":
            pay(order, 100_00, ("cash", "upi", "card")[nth % 3], seen=True)
            make_feedback(order, goods[0], 1 + nth % 5, "Good")
            clock.forward(days=1)
            words = ("Torn at the border, late", "कपड़ा फटा", "")[nth % 3]
            make_return(
                order, state="refunded", reason=("Damaged or defective", "Did not like it")[nth % 2], words=words
            )
        clock.forward(days=4, hours=7)
    make_order(people[0], lamp, *[saree] * 22)  # too many lines to tell what goes together
    with write():
        archive_customer(db.session.get_one(Customer, people[3].id), True, people[3].version, None)
    return {"now": clock.now}


class Lists:
    """The lists that links lead to, each asked for once."""

    def __init__(self, client: Browser):
        self.client, self.seen = client, dict[str, dict[str, str]]()

    def of(self, href: str) -> dict[str, str]:
        href = html.unescape(href)
        if href not in self.seen:
            answer = self.client.get(href)
            assert answer.status_code == 200, href
            self.seen[href] = told = {key: value for value, key in DATA.findall(answer.text)}
            check_rows(href, told, answer.text)
            if "fits</h2>" in answer.text:  # nothing is listed
                told["nothing"] = "listed"
        return self.seen[href]

    def check(self, href: str, figure: str, value: int) -> None:
        told = self.of(href)
        figure = f"{figure}.{re.findall('method=([a-z]+)', href)[0]}" if figure == "payments.received" else figure
        assert told.get(figure, "0" if told.get("nothing") else "not told") == str(value), (href, figure, told)


def paise(text: str) -> int:
    return int(text.replace(",", "").replace(".", ""))


def check_rows(href: str, told: dict[str, str], text: str) -> None:
    """The rows themselves say what the list says of them."""
    rows = re.findall(r'<tr id="(?:order|customer|return|feedback)-.*?</tr>', text, re.DOTALL)
    live = [row for row in rows if "Cancelled" not in row or "status=Cancelled" in href]
    if "list.count" in told and "/insights/" not in href:
        assert len(live) == int(told["list.count"]), href
    before = "(?:<small[^>]*>[^<]*</small> )*"  # how it stands with the money
    amounts = {
        "/orders": f"{MONEY} for " if "product=" in href else f'data-label="Total"><span>{before}{MONEY}',
        "/returns": f'data-label="Refund">(?:<span>)?{MONEY}',
        "/customers": f'data-label="Spent">{MONEY}',
    }.get(href.partition("?")[0])
    if "list.sum" in told and amounts:
        assert sum(paise(found) for row in live for found in re.findall(amounts, row)) == int(told["list.sum"]), href


def bars_of(part: str) -> Iterator[tuple[str, int]]:
    """The address behind each bar, slice and point, and its value."""
    for figure in re.findall(r'data-chart="([^"]*)"', part):
        for trace in json.loads(html.unescape(figure))["data"]:
            values = trace["values" if trace["type"] == "pie" else "x" if trace.get("orientation") == "h" else "y"]
            assert len(trace["customdata"]) == len(values)
            yield from zip(trace["customdata"], values, strict=True)


@pytest.mark.parametrize("range", RANGES)
def test_every_bar_slice_point_and_word_leads_to_what_it_counts(shop, range):
    lists, drawn, words = Lists(shop), set(), []
    for path in CHARTS:
        part, name = shop.htmx_get(path + range).text, path.rpartition("/")[2]
        for href, value in bars_of(part):
            drawn.add(name)
            figure = "list.sum" if name != "sales" or "/orders" in href or "/returns" in href else ""
            lists.check(href, BARS[name] if name != "sales" else figure, value)
        for href, count in re.findall(r'<a href="([^"]*)" aria-label="[^"]*, (\d+)"><text', part):
            words.append(html.unescape(href))
            lists.check(href, "list.count", int(count))
    assert drawn == set(BARS)
    assert any("word=torn" in href for href in words) and any("reason=Damaged" in href for href in words)


@pytest.mark.parametrize("range", RANGES)
def test_every_row_of_the_numbers_leads_to_them(shop, range):
    lists = Lists(shop)
    for path in CHARTS:
        name, days = path.rpartition("/")[2], range.partition("&compare")[0]
        rows = list(csv.DictReader(io.StringIO(shop.get(f"{path}/numbers.csv{days}").text.lstrip("\ufeff"))))
        part = shop.htmx_get(path + range).text
        hrefs = re.findall(r'<td class="title"><a href="([^"]*)"', part)
        assert len(hrefs) == len(rows), path
        for row, href in zip(rows, hrefs, strict=True):
            if name in ("soon", "slow"):
                assert f">{row['In stock']}<" in shop.get(href).text
                continue
            columns = COLUMNS | ({"Refunded": "list.sum"} if name == "returned" else {})
            for column in columns.keys() & row.keys():
                lists.check(href, columns[column], int(row[column].replace(".", "")))
            if name == "ratings":
                lists.check(href, "list.count", sum(int(value) for key, value in row.items() if "star" in key))


@pytest.mark.parametrize("range", RANGES)
def test_the_figures_above_the_charts_lead_to_what_they_sum(shop, range):
    lists = Lists(shop)
    found = dict[str, tuple[str, int]]()
    for path in ("/dashboards", "/insights", "/insights/sold"):
        text = (shop.htmx_get if path.endswith("sold") else shop.get)(path + range).text
        found |= {key: (href, int(value)) for href, value, key in LINKED.findall(text)}
    direct = {
        "range.gross": "list.sum", "range.returned": "list.sum", "range.orders": "list.count",
        "range.units": "list.units", "range.returned_units": "list.units", "range.products_sold": "list.count",
    }  # fmt: skip
    assert found.keys() == direct.keys() | {"range.net", "range.average_order"}
    for key, figure in direct.items():
        lists.check(found[key][0], figure, found[key][1])
    href, average = found["range.average_order"]
    told = lists.of(href)
    assert average_paise(int(told["list.sum"]), int(told["list.count"])) == average
    href, net = found["range.net"]
    foot = re.findall(r'<tfoot>.*data-label="Net">−?' + MONEY, shop.get(html.unescape(href)).text, re.DOTALL)
    assert [paise(text) for text in foot] == [abs(net)]


@pytest.mark.parametrize(
    "path", ["/stats", "/stats?range=year", "/stats/top?range=all&by=orders", "/stats/cohorts", "/stats/rfm"]
)
def test_every_figure_of_the_customers_leads_to_them(shop, path):
    lists, text = Lists(shop), shop.get(path).text
    linked = LINKED.findall(text)
    assert linked
    for href, value, key in linked:
        if key == "customers.repeat_rate":
            buyers = int(lists.of("/customers?least=1&archived=all")["list.count"])
            assert rate(int(lists.of(href)["list.count"]), buyers) == float(value)
        elif key != "stats.days_between":  # the middle of all, which no rows add up to
            lists.check(href, "list.count" if href.startswith("/customers") else "list.sum", int(value))
    titled = r'<td class="title"><a href="([^"]*)">[^<]*</a>(?:(?!</tr>).)*?' + DATA.pattern
    for href, value, key in re.findall(titled, text, re.DOTALL):
        if key in ("segment_revenue", "rfm"):
            lists.check(href, "list.count" if key == "rfm" else "list.sum", int(value))


def test_the_groups_say_what_their_customers_bought_for(shop):
    lists, text = Lists(shop), shop.get("/stats/rfm").text
    rows = re.findall(r'<tr>\s*<td class="title"><a href="([^"]*rfm=[^"]*)".*?</tr>', text, re.DOTALL)
    assert len(rows) == 11
    for row in re.findall(r'<tr>\s*<td class="title"><a href="[^"]*rfm=.*?</tr>', text, re.DOTALL):
        (href, *_message), (count, bought) = (
            re.findall('href="([^"]*)"', row),
            [value for value, _key in DATA.findall(row)],
        )
        lists.check(href, "list.count", int(count))
        lists.check(href, "list.sum", int(bought))


def test_the_parts_of_a_lifetime_value_are_the_customers_orders(shop):
    lists, text = Lists(shop), shop.get("/clv").text
    rows = re.findall(r'<tr><td class="title">.*?</tr>', text, re.DOTALL)
    assert len(rows) == 4
    for row in rows:
        (href,) = re.findall(r'href="(/orders[^"]*)">', row)
        told = lists.of(href)
        assert f'data-label="Orders"><a href="{href}">{told["list.count"]}</a>' in row
        average = paise(re.findall(r'data-label="Average order">' + MONEY, row)[0])
        assert average == average_paise(int(told["list.sum"]), int(told["list.count"]))


def test_every_figure_that_has_a_meaning_leads_on(shop):
    lists = Lists(shop)
    for key in meanings():
        text = shop.get(f"/figures/{key}").text
        (href,) = re.findall(r'<a class="btn soft" href="([^"]*)"', text)
        told = lists.of(href)
        shown = [int(value) for value, name in DATA.findall(text) if name == key]
        if shown and not key.endswith(".net"):
            assert shown == [
                int(told["list.sum" if "." in key and key.split(".")[1] in ("gross", "returned") else "list.count"])
            ], key
