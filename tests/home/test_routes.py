import re
from datetime import datetime, timedelta

import pytest

from tests.databases import count_queries
from tests.factories import make_customer, make_order, make_product, set_shop

FIGURE = re.compile(r'<data value="(-?\d+)" data-figure="([\w.]+)"')


@pytest.fixture(autouse=True)
def at_noon(app, clock):
    pass


def figures(client) -> dict[str, int]:
    return {key: int(value) for value, key in FIGURE.findall(client.get("/").text)}


def test_an_empty_shop_shows_noughts_and_what_to_do_first(client):
    assert set(figures(client).values()) == {0}
    assert "Place the first order" in client.get("/").text


def test_an_empty_shop_is_shown_the_way_to_its_earlier_sales_by_who_may_bring_them(client, viewer):
    assert '<a href="/imports">import earlier sales</a>' in client.get("/").text
    page = viewer.get("/").text
    assert "No orders yet" in page and "earlier sales" not in page and "Place the first" not in page


def test_home_counts_what_was_sold_and_not_what_was_cancelled(client):
    customer, product = make_customer(), make_product(price_paise=10_000)
    for status in ("Pending", "Pending", "Shipped", "Delivered", "Cancelled"):
        make_order(customer, product, qty=2, status=status)
    sold = {"gross": 80_000, "net": 80_000, "orders": 4}
    recent = {f"{when}.{what}": value for when in ("today", "month") for what, value in sold.items()}
    assert figures(client) == recent | {
        "money.net": 80_000,
        "money.gross": 80_000,
        "orders.total": 4,
        "customers.total": 1,
        "orders.by_status.Pending": 2,
        "orders.by_status.Shipped": 1,
    }


def test_each_figure_leads_to_its_meaning_and_each_task_to_its_rows(client):
    make_order()
    page = client.get("/").text
    links = re.findall(r'href="(/figures/[\w.]+)"|href="(/(?:tracking|products)\?[^"]+)"', page)
    assert len(links) == 13
    assert all(client.get((one or two).replace("&amp;", "&")).status_code == 200 for one, two in links)


def test_the_last_orders_are_listed_the_latest_first(client, clock):
    for _ in range(10):
        make_order()
        clock.forward(minutes=1)
    assert re.findall(r">(ORD\d+)</a>", client.get("/").text) == [f"ORD{n:03d}" for n in range(10, 2, -1)]


def test_what_runs_low_is_named_with_what_is_left(client):
    set_shop(low_stock=3)
    for name, stock in (("Lamp", 3), ("Bowl", 0), ("Vase", 4), ("Plate", None)):
        make_product(name, stock=stock)
    page = client.get("/").text
    assert "Low in stock</span><b>2</b>" in page
    assert re.findall(r">(\w+)</a> \((\d) left\)", page) == [("Bowl", "0"), ("Lamp", "3")]


def notes(client) -> dict[str, str]:
    """What stands below each figure, by its key."""
    page = client.get("/").text
    found = re.findall(
        r'data-figure="([\w.]+)".*?</data>\s*<span class="change[^"]*">.*?<span>(.*?)</span>', page, re.S
    )
    return {key: note for key, note in found if key.startswith(("today", "month"))}


def test_today_stands_beside_the_same_day_of_last_week(client, clock):
    customer, product = make_customer(), make_product(price_paise=10_000)
    today = clock.now  # a Saturday
    clock.now = today - timedelta(days=7)
    make_order(customer, product, qty=2)
    clock.now = today
    make_order(customer, product, qty=1)
    assert notes(client)["today.gross"] == "₹200.00 last Saturday in all"
    assert notes(client)["today.orders"] == "The same as last Saturday"
    make_order(customer, product, qty=3)
    assert notes(client)["today.gross"] == "100 % more than last Saturday"
    assert figures(client)["today.gross"] == 40_000


def test_this_month_stands_beside_the_month_before_up_to_the_same_day(client, clock):
    customer, product = make_customer(), make_product(price_paise=10_000)
    for day, qty in ((datetime(2026, 2, 14, 6), 4), (datetime(2026, 2, 15, 6), 50), (datetime(2026, 3, 1, 6), 1)):
        clock.now = day
        make_order(customer, product, qty=qty)
    clock.now = datetime(2026, 3, 14, 6)
    assert notes(client)["month.gross"] == "75 % less than in February up to this day"
    assert (figures(client)["month.gross"], figures(client)["today.gross"]) == (10_000, 0)


def test_the_first_days_of_a_shop_are_compared_with_nothing(client):
    make_order()
    said = notes(client)
    assert said["today.gross"] == "None last Saturday" and said["month.orders"] == "None in February up to this day"
    assert said["today.net"] == "Nothing went back"


def test_home_asks_twice_who_looks_and_for_all_the_rest(client):
    make_order()
    client.get("/")
    with count_queries() as queries:
        client.get("/")
    assert len(queries) == 2
