"""What the payment part of an order says while money waits to be confirmed, or has to go back."""

import re
from html import unescape

import pytest

from tests.payments.doing import back, cancel, money_of, pay, state
from tests.payments.test_routes import count, form, page_of

pytestmark = pytest.mark.usefixtures("totals_stay_right")


def test_what_was_paid_for_a_cancelled_order_is_to_be_given_back_and_not_paid(client, order):
    pay(order, 100_000)
    cancel(order)
    shown = page_of(client, f"/orders/{order.id}")
    assert shown.count('<span class="pill wait">') == 2 == len(re.findall(r">To give back</span>", shown))
    assert ">Paid</span>" not in shown and "₹1,000.00 to give back" in page_of(client, "/orders")
    back(order, 100_000)
    shown = page_of(client, f"/orders/{order.id}")
    assert ">To give back</span>" not in shown and len(re.findall(r">Refunded</span>", shown)) == 2


def test_what_waits_to_be_confirmed_is_said_beside_what_is_due(client, order):
    new, path = f"/orders/{order.id}/payments/new", f"/orders/{order.id}/payments"
    assert "waiting to be confirmed" not in page_of(client, new)
    claim = pay(order, 40_000, "upi")
    for shown in (page_of(client, new), unescape(client.htmx_get(new).text)):
        assert "₹1,000.00 is due. ₹400.00 is waiting to be confirmed." in shown and 'value="600.00"' in shown
    asked = client.post_form(path, form("1000"))
    said = "₹400.00 is waiting to be confirmed. Save again if this is other money: then ₹400.00 becomes store credit"
    assert asked.status_code == 422 and count() == 1 and said in unescape(asked.text)
    sure = re.search(r'name="sure"[^>]*value="(\d+)"', asked.text)[1]
    assert client.post_form(path, form("1000", sure=sure)).status_code == 303
    assert money_of(order)[1] == 0 and state(claim) == "claimed"


def test_what_is_left_beside_what_waits_is_taken_without_a_question(client, order):
    pay(order, 40_000, "upi")
    assert client.post_form(f"/orders/{order.id}/payments", form("600")).status_code == 303
    pay(order, 40_000, "upi")  # said twice
    shown = client.get(f"/orders/{order.id}/payments/new").text
    assert re.search(r'id="amount"[^>]*value=""', shown), "nothing is left to ask for"
