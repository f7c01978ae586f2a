"""A form whose answer was lost is known by its key; nobody is told to save again what is saved."""

from __future__ import annotations

import uuid

import pytest

from tests.after_sale import plan_messages
from tests.factories import make_customer, make_order, make_product
from tests.returns.doing import sold
from tests.returns.test_routes import form as back
from tests.test_races import order_form

SAID = "What you had typed was saved already"


@pytest.fixture
def key(client) -> str:
    key = uuid.uuid4().hex
    assert client.get(f"/made/{key}").status_code == 204
    return key


def told(client, key: str) -> str:
    answer = client.get(f"/made/{key}")
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    return answer.text


def test_an_order_of_a_new_customer_is_told_as_the_order(client, key):
    sent = order_form(make_product(), None, new_name="Meera", request_key=key)
    assert client.post_form("/orders", sent).status_code == 303
    assert told(client, key) == f"{SAID}: ORD001"


@pytest.mark.parametrize(
    "place, typed, name",
    [
        ("/customers", {"name": "Meera <b>", "segment": "Individual"}, ": Meera <b>"),
        ("/products", {"name": "Lamp", "price": "10", "kind": "goods", "gst_rate": "0"}, ": Lamp"),
        ("/complaints", {"order": "ORD001", "text": "It broke", "priority": "normal"}, ": CMP001"),
        ("/feedback", {"order": "ORD001", "rating": "4"}, ""),
    ],
)
def test_what_else_a_form_makes_is_told_by_its_name(client, key, place, typed, name):
    make_order(make_customer("Ravi", email="ravi@shop.example"))
    answer = client.post_form(place, typed | {"request_key": key})
    assert answer.status_code == 303, answer.text
    assert told(client, key) == SAID + name


def test_a_return_is_told_by_its_number(client, key):
    order = sold(2, paid=True)
    assert client.post_form("/returns", back(order, "1", request_key=key)).status_code == 303
    assert told(client, key) == f"{SAID}: RET001"


def test_a_message_to_one_and_messages_to_many_are_told(client, key):
    ravi = make_customer("Ravi", email="ravi@shop.example")
    sent = {"to": "one", "customer": str(ravi.id), "channel": "email", "subject": "Hello", "body": "Hello"}
    assert client.post_form("/notifications", sent | {"request_key": key}).status_code == 303
    assert told(client, key) == SAID
    assert told(client, plan_messages().request_key) == SAID
