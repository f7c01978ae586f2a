import re

import pytest

from tests.client import without_tokens
from tests.factories import make_customer, make_order, make_product


@pytest.fixture(autouse=True)
def at_noon(app, clock):
    pass


def shown(client, query: str = "") -> list[str]:
    return re.findall(r">(ORD\d+)</a>", client.get(f"/tracking{query}").text)


def test_what_waits_longest_comes_first_and_says_how_long(client, clock):
    for _ in range(3):
        make_order()
        clock.forward(days=1)
    client.sign_in(client.user)
    assert shown(client) == ["ORD001", "ORD002", "ORD003"]
    page = client.get("/tracking").text
    assert all(words in page for words in ("3 days", "2 days", "1 day<"))


def test_what_is_done_comes_latest_first(client, clock):
    for _ in range(2):
        make_order(status="Delivered")
        clock.forward(minutes=1)
    assert shown(client, "?status=Delivered") == ["ORD002", "ORD001"]


def test_each_status_has_its_orders_and_their_number(client):
    for status, how_many in (("Pending", 1), ("Shipped", 2), ("Delivered", 3), ("Cancelled", 4)):
        for _ in range(how_many):
            make_order(status=status)
    for status, how_many in (("Pending", 1), ("Shipped", 2), ("Delivered", 3), ("Cancelled", 4)):
        assert len(shown(client, f"?status={status}")) == how_many
        figure = f'<data value="{how_many}" data-figure="orders.by_status.{status}">{how_many}</data>'
        assert figure in client.get("/tracking").text


@pytest.mark.parametrize("query", ["?status=Lost", "?status=", "?status=%00", "?q=nobody", "?customer=1&unpaid=1"])
def test_what_tracking_does_not_know_shows_what_is_to_ship(client, query):
    make_order()
    assert shown(client, query) == ["ORD001"]


def test_a_step_is_made_where_the_order_stands(client):
    order = make_order()
    data = {"status": "Shipped", "seen": "Pending", "part": "tracking"}
    answer = client.htmx_post(f"/orders/{order.id}/status", data)
    assert answer.status_code == 200 and answer.text.strip().startswith(f'<tr id="order-{order.id}"')
    assert "Delivered" in answer.text and "today" in answer.text
    assert shown(client) == [] and shown(client, "?status=Shipped") == ["ORD001"]


def test_pages_go_on_within_a_status(client):
    customer, product = make_customer(), make_product()
    for _ in range(52):
        make_order(customer, product)
    page = client.get("/tracking").text
    following = re.search(r'href="(/tracking\?[^"]*after=[^"]*)"', page)[1].replace("&amp;", "&")
    assert [len(shown(client)), len(shown(client, following.removeprefix("/tracking")))] == [50, 2]


def test_an_empty_tab_says_so(client):
    for status, words in (("Pending", "Nothing to ship"), ("Cancelled", "Nothing cancelled")):
        assert words in client.get(f"/tracking?status={status}").text


def test_the_list_is_a_page_for_a_browser_and_a_part_for_htmx(client):
    make_order()
    page, part = (without_tokens(answer.text) for answer in (client.get("/tracking"), client.htmx_get("/tracking")))
    assert "<html" in page and "<html" not in part and part.strip() in page
