"""A customer's GSTIN and state: they never contradict each other."""

import re
from html import unescape

from sqlalchemy import select

from cms.db import db
from cms.models import Customer
from tests.factories import make_customer, write

TYPED = {"name": "Meera Rao", "segment": "Business", "state": "Andhra Pradesh"}
MAHARASHTRA = "27AAPFU0939F1ZV"


def only() -> Customer:
    return db.session.scalars(select(Customer)).one()


def test_a_gstin_of_another_state_is_refused_when_adding_and_when_editing(client):
    said = "This GSTIN is registered in Maharashtra, not in Andhra Pradesh: choose Maharashtra, or check it"
    answer = client.post_form("/customers", TYPED | {"gstin": MAHARASHTRA})
    assert answer.status_code == 422 and said in unescape(answer.text)
    assert re.search(r'id="gstin-problem".*?registered', answer.text, re.DOTALL) and 'value="Meera Rao"' in answer.text
    customer = make_customer(state="Andhra Pradesh")
    sent = TYPED | {"gstin": MAHARASHTRA, "version": str(customer.version)}
    answer = client.post_form(f"/customers/{customer.id}", sent)
    assert answer.status_code == 422 and said in unescape(answer.text) and only().gstin == ""
    assert client.post_form(f"/customers/{customer.id}", sent | {"state": "Maharashtra"}).status_code == 303
    assert (only().gstin, only().state) == (MAHARASHTRA, "Maharashtra")


def test_a_state_that_was_left_open_is_that_of_the_gstin(client):
    answer = client.post_form("/customers", TYPED | {"gstin": MAHARASHTRA, "state": ""})
    assert answer.status_code == 303 and only().state == "Maharashtra"


def test_other_fields_of_a_customer_whose_gstin_and_state_disagree_from_before_can_be_changed_in_the_list(client):
    customer = make_customer(phone="+919876543210", state="Kerala")
    with write():
        db.session.get_one(Customer, customer.id).gstin = MAHARASHTRA
    sent = {"phone": "98480 22338", "version": str(customer.version)}
    assert client.htmx_post(f"/customers/{customer.id}/cells/phone", sent).status_code == 200
    assert only().phone == "+919848022338"
