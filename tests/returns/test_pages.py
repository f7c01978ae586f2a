"""The list, the page of a return, and what they ask of the database."""

import re
from html import unescape

import pytest
from markupsafe import escape

from cms.orders.actions import Item
from tests.after_sale import make_return
from tests.databases import count_queries
from tests.factories import make_customer, make_order, make_product
from tests.recount import assert_totals_right
from tests.returns.doing import ask, order_now, refunds, sold, take_back
from tests.returns.test_routes import form, returns
from tests.test_bad_input import KEPT


@pytest.fixture(autouse=True)
def totals_stay_right(app, clock):
    yield
    assert_totals_right()


def test_a_return_moves_on_where_it_stands_in_the_list(client):
    one = make_return(sold(5, stock=5, paid=True), 2)
    for new, seen in (("approved", "requested"), ("received", "approved"), ("refunded", "received")):
        answer = client.htmx_post(f"/returns/{one.id}/state", {"state": new, "seen": seen})
        assert answer.status_code == 200 and answer.text.strip().startswith(f'<tr id="return-{one.id}"')
    assert "Refunded" in answer.text and refunds() == [("cash", 20_000)]
    late = client.htmx_post(f"/returns/{one.id}/state", {"state": "refunded", "seen": "received"})
    assert late.status_code == 422 and "RET001 is refunded by now" in late.text


def test_a_return_is_refused_on_its_page_with_a_reason(client):
    one = make_return()
    url, sent = f"/returns/{one.id}/state", {"state": "refused", "seen": "requested"}
    answer = client.post_form(url, sent)
    assert answer.status_code == 422 and "Say why" in answer.text and 'id="refuse" open' in answer.text
    assert client.post_form(url, sent | {"decision": "Worn"}).status_code == 303
    page = client.get(f"/returns/{one.id}").text
    assert "RET001 refused: Worn" in page and "What next?" not in page


@pytest.mark.parametrize(
    "sent, says",
    [
        ({"state": "lost"}, "can only be"),
        ({"state": "refunded", "mode": "gold"}, "Choose how the money goes back"),
        ({"state": "refunded", "mode": "upi", "reference": "12"}, "12 digits"),
        ({"state": "refused", "decision": "x" * 201}, "within 200"),
        ({"state": "received", "goods": "eaten"}, "Choose what becomes"),
    ],
)
def test_a_step_that_cannot_be_is_told_on_the_page(client, sent, says):
    one = make_return(sold(5, paid=True))
    answer = client.post_form(f"/returns/{one.id}/state", sent | {"seen": "requested"})
    assert answer.status_code == 422 and says in answer.text and returns()[0].state == "requested"


def test_what_a_customer_says_is_kept_and_shown_escaped(client):
    order = sold(len(KEPT))
    for number, text in enumerate(KEPT):
        answer = client.post_form("/returns", form(order, "1", words=text, reference=text, request_key=f"key {number}"))
        page = client.get(answer.location).text
        assert returns()[-1].words == text.strip() and f"<dd>{escape(text.strip())}</dd>" in page


def test_a_viewer_sees_returns_and_no_way_to_change_them(viewer):
    one = make_return()
    for path in ("/returns", f"/returns/{one.id}", f"/orders/{one.order_id}"):
        page = viewer.get(path).text
        assert "RET001" in page and not re.search(r"/returns/\d+/state|/returns/new", page)


def test_an_order_of_hundreds_of_lines_stays_light(client):
    products = [make_product(name, 100) for name in ("Lamp", "Bowl", "Vase")]
    few, long = (
        make_order(make_customer(), *[Item(products[n % 3].id, 2, 100) for n in range(lines)], status="Delivered")
        for lines in (2, 542)
    )
    asked = [queries_of(client, f"/returns/new?order={order.ref}") for order in (few, long)]
    assert asked[0] == asked[1] <= 6
    page = client.get(f"/returns/new?order={long.ref}")
    assert len(page.data) < 60_000 and page.text.count("<select") == 1 and page.text.count('name="qty-') == 50
    assert "492 more lines" in page.text
    all_shown = client.htmx_post("/returns/draft?part=lines", form(long, whole="1")).text
    assert all_shown.count('name="qty-') == 542 and "more lines" not in all_shown and 'name="whole"' in all_shown
    last = list(order_now(long).lines)[-1]
    answered = client.htmx_post("/returns/draft", form(long, **{f"qty-{last.id}": "3"})).text
    assert f'name="qty-{last.id}" value="3"' in answered
    found = client.htmx_post("/returns/draft?part=lines", form(long, line_q="VAS")).text
    assert 0 < found.count('name="qty-') < 200
    whole = client.htmx_post("/returns/draft", form(long, all="1")).text
    assert "1,084 units" in whole and whole.count("<select") == 1
    assert client.post_form("/returns", form(long, *["2"] * 542)).status_code == 303
    assert order_now(long).returned_units == 1084


def test_the_pages_ask_the_database_a_fixed_number_of_times(client):
    order, asked = sold(50), []
    paths = ["/returns", "/returns?state=requested", f"/orders/{order.id}", "/returns?q=mee"]
    for _ in range(2):
        ask(order, 1)
        asked.append([queries_of(client, path) for path in paths])
        for _ in range(20):
            ask(order, 1)
    assert asked[0] == asked[1] and max(asked[0]) <= 11


def queries_of(client, path: str) -> int:
    client.get(path)
    with count_queries() as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def test_a_return_can_be_told_from_its_order(client):
    order = sold(paid=True)
    link = f"/notifications/new?order={order.id}&template=return_decided"
    assert link not in unescape(client.get(f"/orders/{order.id}").text)
    take_back(order, 2)
    assert link in unescape(client.get(f"/orders/{order.id}").text)
    assert "RET001" in client.get(link).text
