"""The order form while it is typed: what it takes over, and what it says before anything is sent."""

import re

import pytest

from tests.factories import make_product


def typed(product, **more: str) -> dict[str, str]:
    return {"product": str(product.id), "quantity": "1", "price": "499", "line_discount": "", "customer": ""} | more


@pytest.mark.parametrize(
    "searched, field", [("98480 22338", "phone"), (" sita@example.com", "email"), ("Sita Devi ", "name")]
)
def test_who_was_searched_for_and_not_found_begins_a_new_customer(client, searched, field):
    sent = typed(make_product(), customer_q=searched)
    found = client.htmx_post("/orders/draft?part=customers", sent).text
    assert 'name="carry"' in found and f"Add “{searched.strip()}” as a new customer" in found
    part = client.htmx_post("/orders/draft", sent | {"carry": "1"}).text
    assert re.search(rf'name="new_{field}" value="{searched.strip()}"', part)
    assert re.search(r'name="customer_q" value=""', part) and '<details class="fold" open>' in part


def test_a_discount_beyond_the_order_is_told_while_it_is_typed(client):
    sent = typed(make_product(), discount="500")
    said = r'id="discount-order-said" aria-live="polite" hx-swap-oob="true">(.*?)</div>'
    part = client.htmx_post("/orders/draft?part=totals", sent).text
    assert "The discount can be from 0 to ₹499.00" in re.search(said, part, re.DOTALL)[1]
    part = client.htmx_post("/orders/draft?part=totals", sent | {"discount": "499"}).text
    assert re.search(said, part, re.DOTALL)[1] == ""
