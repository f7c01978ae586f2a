import pytest

from cms.db import db
from cms.models import Order
from cms.orders.queries import order_or_404
from tests.factories import make_order


@pytest.fixture
def order(app) -> Order:
    return make_order(address="12 Temple Street")


def form(order: Order, **typed: str) -> dict[str, str]:
    return {"address": "12 Temple Street", "note": "", "version": str(order.version)} | typed


def test_the_address_and_note_of_an_order_can_be_changed(client, order):
    assert "12 Temple Street" in client.get(f"/orders/{order.id}/delivery").text
    answer = client.post_form(f"/orders/{order.id}/delivery", form(order, address="4 Lake Road", note="Ring twice"))
    assert answer.status_code == 303
    page = client.get(f"/orders/{order.id}").text
    assert "4 Lake Road" in page and "Ring twice" in page


def test_two_who_change_it_at_once_are_told(client, order):
    assert client.post_form(f"/orders/{order.id}/delivery", form(order, note="Ring twice")).status_code == 303
    answer = client.post_form(f"/orders/{order.id}/delivery", form(order, note="Ring once"))
    assert answer.status_code == 422
    assert "Someone else saved: Ring twice" in answer.text and "Ring once" in answer.text
    db.session.expunge_all()
    assert order_or_404(order.id).note == "Ring twice"


def test_what_is_too_long_stays_typed(client, order):
    answer = client.post_form(f"/orders/{order.id}/delivery", form(order, note="x" * 1001))
    assert answer.status_code == 422 and "x" * 1001 in answer.text


def test_a_cancelled_order_is_delivered_nowhere(client):
    order = make_order(status="Cancelled")
    answer = client.post_form(f"/orders/{order.id}/delivery", form(order, note="Late"))
    assert answer.status_code == 422 and "is cancelled" in answer.text
    assert "/delivery" not in client.get(f"/orders/{order.id}").text
