"""The form that changes an order: filled in, read, refused beside its fields, sent twice."""

from __future__ import annotations

from html import unescape

import pytest
from sqlalchemy import func, select

from cms.activity.sentences import sentence
from cms.db import db
from cms.errors import RuleError
from cms.models import (
    Activity,
    Customer,
    Order,
    OrderLine,
    Product,
)
from cms.orders.actions import Item
from tests.after_sale import make_return
from tests.databases import count_queries
from tests.factories import make_customer, make_order, make_product, make_user, write
from tests.invoices.papers import issue, open_shop
from tests.moving import change, now
from tests.payments.doing import pay

pytestmark = pytest.mark.usefixtures("all_is_right")


def said(order: Order, verb: str = "order.changed") -> list[str]:
    rows = db.session.scalars(select(Activity).where(Activity.verb == verb).order_by(Activity.id))
    return [sentence(row.verb, row.thing_ref, row.before, row.after, today=row.at.date()) for row in rows]


def form(order: Order, **typed: object) -> dict:
    """The form as a browser sends it back untouched, but for what is typed."""
    found = now(order)
    rows = db.session.execute(select(*OrderLine.__table__.c).where(OrderLine.order_id == order.id)).all()
    sent = {
        "product": [str(row.product_id) for row in rows],
        "quantity": [str(row.quantity) for row in rows],
        "price": [f"{row.unit_price_paise / 100:.2f}" for row in rows],
        "line_discount": [f"{row.discount_bp / 100:g}" if row.discount_bp else "" for row in rows],
        "customer": str(found.customer_id),
        "discount": f"{found.discount_paise / 100:.2f}" if found.discount_paise else "",
        "ordered_on": found.ordered_on.isoformat(),
        "version": str(found.version),
        "address": found.address,
        "note": found.note,
        "order": str(order.id),
        "request_key": "key",
    }
    db.session.rollback()
    return sent | typed


def test_a_fall_below_what_is_paid_is_to_be_given_back(client):
    order = make_order(None, make_product("Lamp", 10_000), qty=3)
    pay(order, 30_000)
    answer = client.post_form(f"/orders/{order.id}/change", form(order, quantity=["2"]))
    assert answer.status_code == 303
    assert (now(order).paid_paise, now(order).due_paise) == (30_000, -10_000)
    page = client.get(f"/orders/{order.id}").text
    assert "₹100.00" in page and "give back" in page.casefold()


def test_what_is_invoiced_cancelled_or_came_back_stays(client):
    open_shop()
    invoiced, cancelled, back = make_order(), make_order(status="Cancelled"), make_order(status="Delivered", qty=2)
    issue(invoiced)
    make_return(back)
    for order, why in ((invoiced, "credit note"), (cancelled, "is cancelled"), (back, "came back")):
        with pytest.raises(RuleError, match=why), write():
            change(order, note="Other")
        answer = client.get(f"/orders/{order.id}/change")
        assert answer.location == f"/orders/{order.id}"
        page = unescape(client.get(answer.location).text)
        assert why in page and f"/orders/{order.id}/change" not in page
        answer = client.post_form(f"/orders/{order.id}/change", form(order, note="Other"))
        assert answer.status_code == 422 and why in answer.text and "Nothing is changed yet" in answer.text


def test_who_saw_an_older_version_is_told_what_it_says_now(client):
    order = make_order(make_customer("Meera"), make_product("Lamp", 10_000), qty=2)
    first, second = form(order, quantity=["3"]), form(order, quantity=["5"], note="Ring twice")
    assert client.post_form(f"/orders/{order.id}/change", first).status_code == 303
    answer = client.post_form(f"/orders/{order.id}/change", second)
    page = unescape(answer.text)
    assert answer.status_code == 422 and "Someone else changed ORD001" in page and "3 Lamp, ₹300.00" in page
    assert 'value="5"' in page and "Ring twice" in page
    again = second | {"version": str(now(order).version)}
    assert f'name="version" value="{again["version"]}"' in page
    assert client.post_form(f"/orders/{order.id}/change", again).status_code == 303
    assert now(order).units == 5


def test_the_same_change_sent_twice_is_one(client):
    order, lamp = make_order(qty=2), make_product("Lamp", stock=9)
    sent = form(order)
    added = (("product", str(lamp.id)), ("quantity", "4"), ("price", "5"), ("line_discount", ""))
    sent |= {name: [*sent[name], typed] for name, typed in added}
    for _ in range(2):
        assert client.post_form(f"/orders/{order.id}/change", sent).status_code == 303
    assert (len(said(order)), now(order).version) == (1, order.version + 1)
    assert db.session.scalar(select(Product.stock).where(Product.id == lamp.id)) == 5
    with_new = form(order, customer="", new_name="Sita", new_phone="98765 43210", new_segment="Individual")
    for _ in range(2):
        assert client.post_form(f"/orders/{order.id}/change", with_new).status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Customer).where(Customer.name == "Sita")) == 1


def test_the_form_is_filled_in_and_says_at_once_what_it_comes_to(client):
    order = make_order(
        make_customer("Meera"), Item(make_product("Lamp").id, 2, 10_050, 1_250), discount_paise=500, note="Ring"
    )
    page = unescape(client.get(f"/orders/{order.id}/change").text)
    for part in (
        "Change ORD001",
        "Meera",
        "Lamp",
        'value="100.50"',
        'value="12.5"',
        'value="5.00"',
        "Ring",
        "Save changes",
    ):
        assert part in page, part
    assert f'value="{order.ordered_on}"' in page and "Place order" not in page.split('<form class="order-form"')[1]
    part = client.htmx_post("/orders/draft", form(order, remove="0"))
    assert "Save changes" in part.text and 'id="line-0"' not in part.text
    whole = client.post_form("/orders/draft", form(order, quantity=["7"])).text
    assert "Change ORD001" in whole and f'name="version" value="{order.version}"' in whole
    assert client.post_form(f"/orders/{order.id}/change", form(order)).status_code == 303
    assert said(order) == []


WRONG = [
    ({"ordered_on": "2099-01-01"}, "day to come", "ordered_on-problem"),
    ({"ordered_on": "soon"}, "Write the date like", "ordered_on-problem"),
    ({"quantity": ["9"]}, "Only 3 of Lamp left", "quantity-0-problem"),
    ({"quantity": ["0"]}, "Quantity must be", "quantity-0-problem"),
    ({"discount": "5000"}, "The discount can be from 0 to", "discount-order-problem"),
    ({"product": [], "quantity": [], "price": [], "line_discount": []}, "Add at least one product", ""),
    ({"customer": ""}, "Choose a customer", "customer-problem"),
]


@pytest.mark.parametrize("wrong, problem, beside", WRONG)
def test_what_is_wrong_is_said_beside_its_field_and_all_typed_is_there(client, wrong, problem, beside):
    order = make_order(make_customer("Meera"), make_product("Lamp", 10_000, 5), qty=2)
    answer = client.post_form(f"/orders/{order.id}/change", form(order, note="Ring twice", **wrong))
    page = unescape(answer.text)
    assert answer.status_code == 422 and problem in page and "Ring twice" in page and beside in page
    assert (now(order).version, said(order)) == (order.version, [])


def test_a_viewer_is_offered_no_change(viewer):
    order = make_order()
    assert "/change" not in viewer.get(f"/orders/{order.id}").text
    assert viewer.get(f"/orders/{order.id}/change").status_code == 403


def test_who_changed_it_stands_in_the_story(client):
    order, by = make_order(), make_user("staff", "ravi")
    with write():
        change(order, by=by, note="Ring")
    assert db.session.scalar(select(Activity.by_name).where(Activity.verb == "order.changed")) == by.name
    page = unescape(client.get("/activity").text)
    assert "ORD001 changed: note" in page


def test_the_form_asks_the_database_a_fixed_number_of_times(client):
    order = make_order(None, *[make_product(stock=9) for _ in range(2)])
    more = make_order(None, *[make_product(stock=9) for _ in range(9)])
    client.get(f"/orders/{order.id}/change")
    counts = []
    for one in (order, more):
        with count_queries() as queries:
            client.get(f"/orders/{one.id}/change")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12, counts


@pytest.mark.parametrize("do", ["change", "cancel", "place"])
def test_an_order_of_many_products_asks_as_often_as_one_of_a_few(client, do):
    def asked(lines: int) -> int:
        goods = [make_product(f"{do} {number}", stock=9) for number in range(lines)]
        order = make_order(None, *(Item(one.id, 2, 1_000) for one in goods[1:]))
        units = ["3", *["1", "2"] * (lines // 2)]
        more = {"product": [str(one.id) for one in goods], "quantity": units, "request_key": f"{do} {order.id}"}
        sent = form(order, price=["9"] * lines, line_discount=[""] * lines, **more)
        cancelled = {"status": "Cancelled", "seen": "Pending"}
        client.csrf_token()
        with count_queries() as queries:
            if do == "cancel":
                answer = client.post_form(f"/orders/{order.id}/status", cancelled)
            else:
                answer = client.post_form("/orders" if do == "place" else f"/orders/{order.id}/change", sent)
        assert answer.status_code == 303
        return len(queries)

    asked(3)
    few, many = asked(3), asked(61)
    assert few == many <= 45
