import re

import pytest

from cms.customers.actions import edit_customer
from cms.customers.queries import customer_or_404
from cms.models import Customer
from tests.factories import make_customer, write


@pytest.fixture(autouse=True)
def noon(app, clock):
    """In March 2026."""


def change_meanwhile(customer: Customer, **values) -> None:
    with write():
        edit_customer(customer_or_404(customer.id), values, customer.version, None)


def test_the_status_cell_wants_a_reason_and_then_shows_the_new_status(client):
    customer = make_customer()
    url, sent = f"/customers/{customer.id}/status", {"status": "Active", "version": customer.version}
    assert "no order yet" in client.htmx_get(url).text
    refused = client.htmx_post(url, sent | {"reason": " "})
    assert refused.status_code == 422 and "Why is needed" in refused.text
    answer = client.htmx_post(url, sent | {"reason": "promised"})
    assert answer.status_code == 200 and "Active by hand: promised" in answer.text
    assert answer.text.strip().startswith(f'<td id="customer-{customer.id}-status"')


def test_a_status_set_by_hand_with_an_end_passes_when_the_day_has_passed(client, clock):
    customer = make_customer()
    sent = {"status": "Active", "reason": "fair", "until": "2026-03-20", "version": customer.version}
    assert client.post_form(f"/customers/{customer.id}/status", sent).status_code == 303
    assert "Active by hand until 20 Mar: fair" in client.get(f"/customers/{customer.id}").text
    clock.forward(days=7)
    client.sign_in(client.user)
    assert "Inactive: no order yet" in client.get(f"/customers/{customer.id}").text


def test_a_status_form_that_came_too_late_can_be_saved_the_second_time(client):
    customer = make_customer()
    change_meanwhile(customer, city="Nellore")
    url, sent = f"/customers/{customer.id}/status", {"status": "Active", "reason": "fair", "version": customer.version}
    answer = client.post_form(url, sent)
    version = re.search(r'name="version"[^>]*value="(\d+)"', answer.text)[1]
    assert (answer.status_code, version) == (422, str(customer.version + 1))
    assert client.post_form(url, sent | {"version": version}).status_code == 303


def test_a_cell_that_is_left_shows_the_status_as_it_was(client):
    customer = make_customer()
    left = client.htmx_get(f"/customers/{customer.id}/status?cancel").text
    assert "Inactive: no order yet" in left and "<form" not in left


def test_clearing_lets_the_orders_say_again(client):
    customer = make_customer()
    url = f"/customers/{customer.id}/status"
    client.post_form(url, {"status": "Active", "reason": "fair", "version": customer.version})
    client.post_form(f"{url}/clear", {"version": customer.version + 1})
    assert "Inactive: no order yet" in client.get(f"/customers/{customer.id}").text
