import re
from html import unescape

import pytest
from sqlalchemy import func, select

from cms.customers.actions import archive_customer
from cms.customers.queries import customer_or_404
from cms.db import db
from cms.models import Customer, Order
from cms.orders.queries import order_or_404
from tests.databases import count_queries
from tests.factories import make_customer, make_order, make_product, set_shop, write
from tests.recount import assert_totals_right


@pytest.fixture(autouse=True)
def totals_stay_right(app, clock):
    yield
    assert_totals_right()


def typed(*products, customer=None, quantity="1", price="499", discount="", **more: str) -> dict:
    """The order form as a browser sends it."""
    lines = {"product": [str(product.id) for product in products], "quantity": [quantity] * len(products)}
    lines |= {"price": [price] * len(products), "line_discount": [discount] * len(products)}
    return lines | {"customer": str(customer.id) if customer else ""} | more


def orders() -> list[Order]:
    return list(db.session.scalars(select(Order).order_by(Order.id)))


def customers() -> int:
    return db.session.scalar(select(func.count()).select_from(Customer))


def status(order: Order) -> str:
    return order_or_404(order.id).status


def test_an_order_of_three_lines_is_placed_and_shown(client):
    products = [make_product(name, stock=9) for name in ("Lamp", "Bowl", "Vase")]
    sent = typed(
        *products, customer=make_customer("Meera"), quantity="2", price="1,000", discount="10", note="Ring twice"
    )
    answer = client.post_form("/orders", sent | {"discount": "40"})
    assert answer.status_code == 303
    page = unescape(client.get(answer.location).text)
    assert all(
        text in page for text in ("ORD001", "Meera", "Lamp", "Bowl", "Vase", "₹5,360.00", "Ring twice", "ORD001 placed")
    )
    assert orders()[0].total_paise == 536_000


def test_the_same_form_sent_again_leads_to_the_order_it_made(client):
    sent = typed(make_product(stock=1), customer=make_customer(), request_key="k" * 80)
    answers = [client.post_form("/orders", sent) for _ in range(3)]
    assert {answer.location for answer in answers} == {f"/orders/{orders()[0].id}"}
    assert len(orders()) == 1


def test_a_new_customer_is_added_with_the_order(client):
    sent = typed(
        make_product(), new_name="Sita Devi", new_phone="98765 43210", new_segment="Business", request_key="key"
    )
    answers = [client.post_form("/orders", sent) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {303}
    customer = db.session.scalars(select(Customer)).one()
    assert (customer.name, customer.phone, customer.order_count) == ("Sita Devi", "+919876543210", 1)


WRONG = [
    ({"new_name": "", "new_phone": "98765 43210"}, "Name is needed"),
    ({"new_phone": "123"}, "too short"),
    ({"new_email": "sita@"}, "missing beside the @"),
    ({"new_phone": "91234 56789"}, "Asha (CUST001) already has the phone 91234 56789"),
    ({"new_email": "ASHA@example.com"}, "Asha (CUST001) already has this e-mail"),
    ({"new_segment": "Martians"}, "Choose one of the list"),
    ({"quantity": "½"}, "Quantity must be a whole number"),
    ({"quantity": "10"}, "Only 5 of Lamp left"),
    ({"price": "-1"}, "cannot be negative"),
    ({"discount": "5000"}, "The discount can be from 0 to"),
    ({"note": "x" * 1001}, "within 1,000 characters"),
    ({"address": "a\0b"}, "invisible character"),
]


@pytest.mark.parametrize("wrong, problem", WRONG)
def test_what_is_wrong_is_said_and_all_that_was_typed_is_still_there(client, wrong, problem):
    make_customer("Asha", phone="+919123456789", email="asha@example.com")
    sent = typed(make_product("Lamp", stock=5), quantity="2", new_name="Sita Devi", new_phone="98765 43210")
    sent |= {"address": "12 Lake Road", "note": "Ring", "request_key": "key"} | wrong
    answer = client.post_form("/orders", sent)
    page = unescape(answer.text)
    assert answer.status_code == 422 and problem in page
    kept = [value[0] if isinstance(value, list) else value for name, value in sent.items() if name != "new_segment"]
    assert all(value in page for value in kept)
    assert (orders(), customers()) == ([], 1)


def test_the_last_unit_sold_meanwhile_is_told_with_the_form_intact(client):
    lamp = make_product("Lamp", stock=1)
    sent = typed(lamp, customer=make_customer("Meera"), address="12 Lake Road")
    make_order(None, lamp)
    answer = client.post_form("/orders", sent)
    assert answer.status_code == 422 and "Lamp is sold out" in answer.text and "12 Lake Road" in answer.text


def test_an_archived_customer_is_told_to_be_restored_first(client):
    customer = make_customer("Meera")
    with write():
        archive_customer(customer_or_404(customer.id), True, customer.version, None)
    answer = client.post_form("/orders", typed(make_product(), customer=customer))
    assert answer.status_code == 422 and "Meera is archived" in answer.text


def test_an_order_of_nothing_says_what_it_needs(client):
    answer = client.post_form("/orders", {})
    assert answer.status_code == 422
    assert "Choose a customer, or add a new one" in answer.text and "Add at least one product" in answer.text


def test_the_form_grows_step_by_step_without_storing_anything(client):
    customer, lamp = make_customer("Meera"), make_product("Lamp")
    start = client.get(f"/orders/new?customer={customer.id}").text
    assert f'name="customer" value="{customer.id}"' in start
    assert "Meera" in client.htmx_post("/orders/draft?part=customers", {"customer_q": "mee"}).text
    assert "Lamp" in client.htmx_post("/orders/draft?part=products", {"product_q": "lam"}).text
    picked = client.htmx_post("/orders/draft", {"pick": str(customer.id), "add": str(lamp.id)}).text
    assert 'value="499.00"' in picked and "<html" not in picked
    less = client.htmx_post("/orders/draft", typed(lamp, customer=customer) | {"unpick": "1", "remove": "0"}).text
    assert 'name="product"' not in less and 'name="customer"' not in less
    assert "<html" in client.post_form("/orders/draft", {"pick": str(customer.id)}).text
    assert orders() == []


def test_the_totals_follow_what_is_typed(client):
    sent = typed(make_product(), quantity="3", price="100", discount="50")
    part = client.htmx_post("/orders/draft?part=totals", sent).text
    assert "₹150.00" in part and 'id="line-total-0"' in part
    assert "₹" not in client.htmx_post("/orders/draft?part=totals", sent | {"quantity": ["x"]}).text


def test_a_status_is_moved_where_it_stands(client):
    order = make_order()
    for part, root in (("row", f'<tr id="order-{order.id}"'), ("tracking", f'<tr id="order-{order.id}"')):
        answer = client.htmx_post(
            f"/orders/{order.id}/status", {"status": "Shipped", "seen": status(order), "part": part}
        )
        assert answer.text.strip().startswith(root)
    assert status(order) == "Shipped" and answer.status_code == 422 and "already shipped" in answer.text
    page = client.htmx_post(f"/orders/{order.id}/status", {"status": "back", "seen": "Shipped"})
    assert page.status_code == 200 and f'id="order-{order.id}-status"' in page.text
    assert status(order) == "Pending"


def test_a_status_seen_too_long_ago_is_told_and_shown_as_it_is(client):
    order = make_order(status="Shipped")
    answer = client.htmx_post(f"/orders/{order.id}/status", {"status": "Shipped", "seen": "Pending", "part": "row"})
    assert answer.status_code == 422 and "ORD001 is shipped by now" in answer.text
    assert 'value="Shipped"' in answer.text  # the next form starts from what it is now


@pytest.mark.parametrize("new", ["Pending", "Delivered", "Lost", ""])
def test_a_plain_form_is_told_of_a_step_that_cannot_be_by_a_message(client, new):
    order = make_order()
    answer = client.post_form(f"/orders/{order.id}/status", {"status": new, "seen": "Pending"})
    assert answer.status_code == 303 and status(order) == "Pending"
    assert 'class="toast bad"' in client.get(answer.location).text


def test_a_step_back_is_offered_only_as_long_as_it_may_be_taken(client, clock):
    order = make_order(status="Shipped")
    assert "Back to pending" in client.get(f"/orders/{order.id}").text
    clock.forward(minutes=61)
    assert "Back to pending" not in client.get(f"/orders/{order.id}").text


def test_ticked_orders_move_together_and_the_ones_that_stay_are_told(client):
    moving, staying = make_order(), make_order(status="Delivered")
    data = {
        "ids": [str(moving.id), str(staying.id), "x", "999999"],
        "status": "Shipped",
        "back": "/orders?status=Pending",
    }
    answer = client.post_form("/orders/status", data)
    assert (answer.status_code, answer.location) == (303, "/orders?status=Pending")
    page = unescape(client.get(answer.location).text)
    assert "1 order now shipped" in page and "ORD002: A delivered order cannot go back to shipped" in page
    assert (status(moving), status(staying)) == ("Shipped", "Delivered")


@pytest.mark.parametrize(
    "back", ["https://evil.test/orders", "//evil.test", "/orders\n", "/orders\r\nX: y", "/login", ""]
)
def test_after_a_bulk_change_the_way_leads_only_to_a_list_of_ours(client, back):
    answer = client.post_form("/orders/status", {"back": back})
    assert (answer.status_code, answer.location) == (303, "/orders")
    assert "Choose at least one order" in client.get("/orders").text


def test_a_viewer_sees_orders_and_no_way_to_change_them(viewer):
    order = make_order()
    for path in ("/orders", f"/orders/{order.id}", "/tracking", "/"):
        page = viewer.get(path).text
        assert "ORD001" in page
        assert not re.search(r"/orders/\d+/status|/orders/status|/orders/new", page), path


def test_the_pages_ask_the_database_a_fixed_number_of_times(client):
    set_shop(low_stock=5)
    customer, asked = make_customer(), []
    few, long = (
        make_order(customer, make_product(stock=3)),
        make_order(customer, *[make_product(stock=4) for _ in range(60)]),
    )
    pages = ["/orders", "/orders?status=Pending&sort=oldest", "/tracking", "/"]
    client.get("/")
    for order in (few, long):
        asked.append([queries_of(client, path) for path in [*pages, f"/orders/{order.id}"]])
        for _ in range(57):
            make_order(customer, make_product(stock=3))
    assert asked[0] == asked[1] and max(asked[0]) <= 11


def queries_of(client, path: str) -> int:
    with count_queries() as queries:
        assert client.get(path).status_code == 200
    return len(queries)
