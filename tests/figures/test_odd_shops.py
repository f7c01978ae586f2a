"""Shops as they should not be: on every page of figures a sensible answer, and the right numbers."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from cms.dashboards.routes import CHARTS
from cms.db import db
from cms.insights.routes import CHARTS as INSIGHTS
from cms.models import Order, Product
from cms.products.actions import edit_product
from tests.after_sale import make_feedback, make_return
from tests.factories import make_customer, make_order, make_product, set_shop, write
from tests.imports.folders import ORDERS, folder_of, imported
from tests.moving import redate
from tests.recount import assert_totals_right

PARTS = [f"/dashboards/{name}" for name in CHARTS] + [f"/insights/{name}" for name in INSIGHTS] + ["/insights/sold"]
PAGES = [
    "/",
    "/dashboards",
    "/insights",
    "/stats",
    "/stats/top",
    "/stats/cohorts",
    "/stats/rfm",
    "/clv",
    "/clv/expected",
]
HOSTILE = '</script><b>Lamp</b> & "co" 🦚'
TODAY = date(2026, 3, 14)
DATA = re.compile(r'<data value="([^"]*)" data-figure="([\w.]+)"')


def figures_of(client, path: str, part: bool = False) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for value, key in DATA.findall((client.htmx_get if part else client.get)(path).text):
        found.setdefault(key, []).append(value)
    return found


def numbers(client, path: str) -> list[list[str]]:
    """The rows of a chart's file, without its head."""
    room, _sign, args = path.partition("?")
    text = client.get(f"{room}/numbers.csv?{args}").text.lstrip("\ufeff")
    return [line.split(",") for line in text.splitlines()[1:]]


def every_page(client, args: str = "") -> None:
    for path in PAGES + PARTS:
        answer = client.get(path + args)
        assert answer.status_code == 200, path
        assert not re.search(r">\s*(nan|inf|None|undefined)\b\s*<", answer.text), path
    for path in PARTS:
        assert client.htmx_get(path + args).status_code == 200, path


@pytest.fixture(autouse=True)
def totals_stay_right(app, clock):
    yield
    assert_totals_right()


@pytest.mark.parametrize("args", ["", "?range=all&compare=year", "?since=2026-03-10&until=2026-03-01", "?range=today"])
def test_an_empty_shop(client, args):
    every_page(client, args)
    shown = figures_of(client, "/dashboards" + args)
    assert {value for values in shown.values() for value in values} == {"0"}
    assert all(not numbers(client, path + args) for path in PARTS[:-1])


def test_an_empty_shop_says_what_to_do_first(client):
    for path in ("/dashboards", "/insights"):
        text = client.get(path).text
        assert "Place the first order" in text and "Top products by revenue" not in text
    make_order(None, status="Cancelled")
    for path in ("/dashboards", "/insights"):
        text = client.get(path + "?range=today&since=").text
        assert "Place the first order" not in text and "Top products by revenue" in text


def test_one_order(client):
    lamp = make_product("Lamp", 123_45)
    make_order(make_customer("Asha"), lamp, qty=2)
    every_page(client, "?range=all&compare=before")
    shown = figures_of(client, "/dashboards?range=all")
    assert shown == {
        "range.gross": ["24690"], "range.returned": ["0"], "range.net": ["24690"], "range.orders": ["1"],
        "range.average_order": ["24690"], "range.units": ["2"],
    }  # fmt: skip
    assert numbers(client, "/dashboards/sales?range=today") == [["14 Mar", "1", "246.90", "0.00", "246.90"]]
    assert numbers(client, "/insights/revenue?range=today") == [["Lamp", "2", "246.90", "100.00", ""]]
    stats = figures_of(client, "/stats")
    assert (stats["customers.with_orders"], stats["customers.repeat"]) == (["1"], ["0"])
    assert figures_of(client, "/stats/cohorts")["cohorts"] == ["1"]
    assert figures_of(client, "/clv")["clv.top"] == [str(246_90 * 6)]
    assert client.get("/stats/rfm").text.count('<data value="1" data-figure="rfm">') == 2  # its group and its cell


@pytest.mark.parametrize("args", ["?since=2001-01-01&until=2001-12-31", "?since=2090-01-01&until=2090-01-02"])
def test_a_range_with_nothing_in_it(client, args):
    make_return(state="refunded")
    every_page(client, args)
    shown = figures_of(client, "/dashboards" + args) | figures_of(client, "/insights" + args)
    assert {value for key, values in shown.items() if key.startswith("range.") for value in values} == {"0"}
    assert "Nothing sold or refunded" in client.htmx_get("/dashboards/sales" + args).text
    assert figures_of(client, "/stats/top?from=2001-01-01&to=2001-12-31", part=True) == {}


def test_a_range_upside_down_is_the_usual_one_and_says_so(client):
    make_order(None, make_product(price_paise=500_00))
    args = "?since=2026-03-10&until=2026-03-01"
    every_page(client, args)
    for path in ("/dashboards", "/insights"):
        text = client.get(path + args).text
        assert "The first day comes after the last one. The last 30 days are shown instead." in text
    assert figures_of(client, "/dashboards" + args)["range.gross"] == ["50000"]


def test_a_customer_without_orders(client):
    nobody = make_customer("Nobody yet")
    make_order(make_customer("Asha"))
    every_page(client)
    assert "No orders yet" in client.get(f"/stats/customers/{nobody.id}").text
    for path in ("/stats/top?range=all", "/clv"):
        assert "Nobody yet" not in client.get(path).text
    assert "Nobody yet" in client.get("/customers?rfm=prospects").text
    assert figures_of(client, "/stats")["customers.with_orders"] == ["1"]
    assert numbers(client, "/dashboards/standing") == [["Active", "1", "50.00"], ["Inactive", "1", "50.00"]]


def test_only_cancelled_orders(client):
    lamp = make_product("Lamp", 100_00)
    for _ in range(3):
        make_order(None, lamp, status="Cancelled")
    every_page(client, "?range=all")
    shown = figures_of(client, "/dashboards?range=all")
    assert {value for values in shown.values() for value in values} == {"0"}
    assert ["Cancelled", "3", "100.00"] in numbers(client, "/dashboards/statuses")
    assert not numbers(client, "/dashboards/products") and not numbers(client, "/insights/revenue")
    assert "No cohorts yet" in client.get("/stats/cohorts").text and "Nobody has ordered yet" in client.get("/clv").text


def test_a_day_of_500_orders(client, tmp_path):
    rows = [f"D{nth},C{1 + nth % 2},2026-03-14 10:{nth % 60:02},Pending,1,P1,{1 + nth % 3},100,," for nth in range(500)]
    assert not imported(folder_of(tmp_path, orders=ORDERS + "\n".join(rows) + "\n")).problems
    units = sum(1 + nth % 3 for nth in range(500))
    every_page(client, "?range=today")
    shown = figures_of(client, "/dashboards?range=today")
    assert (shown["range.orders"], shown["range.units"]) == (["500"], [str(units)])
    assert shown["range.gross"] == [str(units * 100_00)]
    listed = figures_of(client, "/orders?sales=1&since=2026-03-14&until=2026-03-14")
    assert (listed["list.count"], listed["list.sum"]) == (["500"], shown["range.gross"])
    assert numbers(client, "/dashboards/sales?range=today")[0][:2] == ["14 Mar", "500"]
    assert figures_of(client, "/")["today.orders"] == ["500"]
    assert sum(map(int, figures_of(client, "/stats/top", part=True)["top_customers.by_revenue"])) == units * 100_00


def test_names_that_want_to_be_markup(client):
    set_shop(name=HOSTILE)
    lamp = make_product(HOSTILE, 100_00, stock=5)
    order = make_order(
        make_customer(HOSTILE, segment="Business"),
        lamp,
        make_product("x<img src=x onerror=1>"),
        qty=4,
        status="Delivered",
    )
    make_feedback(order, lamp, 1, HOSTILE)
    make_return(order, state="refunded", words="<img src=x onerror=1> torn </script><b>🦚</b>")
    every_page(client)
    for path in PAGES + PARTS:
        for text in (client.get(path).text, client.htmx_get(path).text):
            assert "<b>Lamp" not in text and "<img src=x" not in text and "</script><b>" not in text, path
    assert "&lt;b&gt;Lamp&lt;/b&gt;" in client.get("/stats/top").text
    assert {row[0] for row in numbers(client, "/dashboards/reasons") if row[1] == "Said by customers"} >= {
        "torn",
        "img",
    }


def test_a_product_that_got_another_name_stays_one(client):
    lamp = make_product("Clay lamp", 100_00)
    first = make_order(None, lamp, qty=2)
    with write():
        product = db.session.get_one(Product, lamp.id)
        edit_product(product, {"name": "Brass lamp"}, product.version, None)
    make_order(None, lamp, qty=3)
    for path in ("/dashboards/products", "/insights/units", "/insights/revenue"):
        rows = numbers(client, path)
        assert [row[:3] for row in rows] == [["Brass lamp", "5", "500.00"]], path
    text = client.get(f"/orders?product={lamp.id}&sales=1").text
    assert "Product: Brass lamp" in text and '<data value="50000" data-figure="list.sum">' in text
    assert "Clay lamp" in client.get(f"/orders/{first.id}").text  # what was sold keeps its name


def test_an_order_that_moves_to_another_day_and_customer(client):
    lamp, asha, binu = make_product("Lamp", 100_00), make_customer("Asha"), make_customer("Binu", segment="Business")
    order = make_order(asha, lamp, qty=3)
    make_order(asha, lamp)
    with write():
        redate(db.session.get_one(Order, order.id), TODAY - timedelta(40), binu.id)
    assert figures_of(client, "/dashboards?range=today")["range.gross"] == ["10000"]
    assert figures_of(client, "/dashboards?since=2026-02-02&until=2026-02-02")["range.gross"] == ["30000"]
    assert numbers(client, "/insights/units?range=today") == [["Lamp", "1", "100.00"]]
    assert figures_of(client, "/")["month.gross"] == ["10000"]
    assert figures_of(client, "/stats/cohorts")["cohorts"] == ["1", "1"]
    assert figures_of(client, "/stats?range=all")["segment_revenue"] == ["30000", "10000", "40000"]
    assert figures_of(client, f"/stats/customers/{binu.id}")["stats.customer_month"] == ["30000"]
    every_page(client, "?range=all")


def test_an_import_moves_no_order_that_is_there(client, tmp_path):
    imported(folder_of(tmp_path))
    before = figures_of(client, "/dashboards?range=all")
    (tmp_path / "orders.csv").write_text(
        (tmp_path / "orders.csv").read_text().replace("2026-01-06", "2026-02-06"), encoding="utf-8"
    )
    report = imported(tmp_path)
    assert report.added == 0
    assert figures_of(client, "/dashboards?range=all") == before


def test_a_currency_without_decimals(client):
    set_shop(currency="JPY")
    lamp = make_product("Lamp", 1_234)
    order = make_order(make_customer("Asha"), lamp, qty=3, status="Delivered")
    make_return(order, state="refunded")
    every_page(client)
    shown = figures_of(client, "/dashboards")
    assert (shown["range.gross"], shown["range.returned"], shown["range.net"]) == (["3702"], ["1234"], ["2468"])
    text = client.get("/dashboards").text
    assert "¥3,702" in text and "¥3,702.00" not in text and "₹" not in text
    assert numbers(client, "/dashboards/sales?range=today") == [["14 Mar", "1", "3702", "1234", "2468"]]
    assert numbers(client, "/insights/returned") == [["Lamp", "1", "33.33", "1234", "Other (1)"]]
    assert "¥3,702" in client.get("/stats/top").text and "₹" not in client.get("/stats").text
    listed = figures_of(client, "/returns?state=refunded")
    assert (listed["list.sum"], listed["list.units"]) == (["1234"], ["1"])
