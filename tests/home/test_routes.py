import re

import pytest

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


def test_home_counts_what_was_sold_and_not_what_was_cancelled(client):
    customer, product = make_customer(), make_product(price_paise=10_000)
    for status in ("Pending", "Pending", "Shipped", "Delivered", "Cancelled"):
        make_order(customer, product, qty=2, status=status)
    assert figures(client) == {
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
    assert len(links) == 7
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
