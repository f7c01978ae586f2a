"""Taking back, as it is asked for in a toast, in the trail and by a plain form."""

import json
import re

import pytest
from sqlalchemy import select

from cms.db import db
from cms.models import Activity, Customer
from tests.factories import make_customer, make_order, make_product, set_shop


def last_id(verb: str) -> int:
    db.session.rollback()
    return db.session.scalar(select(Activity.id).where(Activity.verb == verb).order_by(Activity.id.desc()))


def edited(client, name="Meera Rao") -> tuple[Customer, int]:
    customer = make_customer(name, phone="+919848022338")
    form = {"phone": "91234 56789", "version": "1", "seen": "98480 22338"}
    answer = client.htmx_post(f"/customers/{customer.id}/cells/phone", form)
    href = json.loads(answer.headers["HX-Trigger"])["toast"]["undo"]
    return customer, int(re.fullmatch(r"/activity/(\d+)/undo", href)[1])


def phone(customer) -> str:
    return db.session.get_one(Customer, customer.id, populate_existing=True).phone


def test_the_toast_of_an_inline_edit_offers_undo_and_the_cell_is_told_to_show_it(staff):
    customer, entry = edited(staff)
    answer = staff.htmx_post(f"/activity/{entry}/undo")
    told = json.loads(answer.headers["HX-Trigger"])
    assert answer.status_code == 200 and not answer.text and told["toast"]["message"] == "Taken back"
    where = {"cell": f"customer-{customer.id}-phone", "again": f"/customers/{customer.id}/cells/phone?cancel"}
    assert told["undone"] == where
    assert phone(customer) == "+919848022338" and "98480\xa022338" in staff.htmx_get(where["again"]).text


@pytest.mark.parametrize("name, typed, seen", [("price", "9", "499.00"), ("stock", "9", "3")])
def test_the_cells_of_a_product_offer_undo_too(client, name, typed, seen):
    product = make_product(stock=3)
    form = {"value": typed, "version": "1", "seen": seen}
    answer = client.htmx_post(f"/products/{product.id}/cells/{name}", form)
    href = json.loads(answer.headers["HX-Trigger"])["toast"]["undo"]
    told = json.loads(client.htmx_post(href).headers["HX-Trigger"])
    assert told["undone"]["cell"] == f"product-{product.id}-{name}"
    shown = client.htmx_get(told["undone"]["again"]).text
    assert ("₹499.00" if name == "price" else ">3") in shown.replace(" ", "")


def test_saving_what_is_the_same_offers_nothing(client):
    customer = make_customer(phone="+919848022338")
    form = {"phone": "98480 22338", "version": "1", "seen": "98480 22338"}
    answer = client.htmx_post(f"/customers/{customer.id}/cells/phone", form)
    assert "undo" not in json.loads(answer.headers["HX-Trigger"])["toast"]


def test_a_refused_undo_says_why_in_the_toast_and_in_the_trail(client):
    customer, entry = edited(client)
    form = {"phone": "90000 12345", "version": "2", "seen": "91234 56789"}
    client.htmx_post(f"/customers/{customer.id}/cells/phone", form)
    answer = client.htmx_post(f"/activity/{entry}/undo")
    told = json.loads(answer.headers["HX-Trigger"])
    assert answer.status_code == 409 and "changed again since" in told["toast"]["message"] and "undone" not in told
    answer = client.htmx_post(f"/activity/{entry}/undo", {"part": "trail"})
    assert answer.status_code == 422 and "changed again since" in answer.text and f"entry-{entry}" in answer.text
    assert phone(customer) == "+919000012345"


def test_the_trail_shows_an_undone_entry_with_who_undid_it(client):
    _customer, entry = edited(client)
    answer = client.htmx_post(f"/activity/{entry}/undo", {"part": "trail"})
    assert answer.status_code == 200 and "Undone by Asha, " in answer.text and "<button" not in answer.text
    page = client.get("/activity").text
    assert "Undone by Asha" in page and "Taken back" in page and f"/activity/{entry}/undo" not in page


def test_without_scripts_undo_is_a_form_that_leads_back(client):
    customer, entry = edited(client)
    answer = client.post_form(f"/activity/{entry}/undo", {"back": "/customers?q=Meera"})
    assert (answer.status_code, answer.location) == (303, "/customers?q=Meera")
    assert phone(customer) == "+919848022338"
    answer = client.post_form(f"/activity/{entry}/undo", {"back": "//evil.example"})
    assert answer.location == "/" and "taken this back already" in client.get("/").text
    assert client.post_form(f"/activity/{entry}/undo").location == "/activity"


def test_the_toast_of_a_plain_form_holds_a_form_to_undo_it(client):
    customer = make_customer()
    client.post_form(f"/customers/{customer.id}/archive", {"archived": "1", "version": "1"})
    page = client.get(f"/customers/{customer.id}").text
    form = re.search(r'<form method="post" action="(/activity/\d+/undo)">.*?</form>', page)
    assert f'name="back" value="/customers/{customer.id}"' in form[0] and "csrf_token" in form[0]
    assert client.post_form(form[1]).status_code == 303
    assert db.session.get_one(Customer, customer.id, populate_existing=True).archived_at is None


def test_a_viewer_sees_the_trail_and_takes_nothing_back(app, staff, viewer):
    customer, entry = edited(staff)
    page = viewer.get("/activity").text
    assert "Changed phone" in page and "/undo" not in page
    assert viewer.htmx_post(f"/activity/{entry}/undo").status_code == 403
    assert phone(customer) == "+919123456789"


def test_a_step_is_offered_only_while_it_can_be_taken_back(client, clock):
    set_shop(undo_minutes=30)
    make_order(status="Shipped")
    path = f"/activity/{last_id('order.moved')}/undo"
    assert path in client.get("/activity").text
    clock.forward(minutes=31)
    assert path not in client.get("/activity").text
    assert "that time is over" in client.htmx_post(path, {"part": "trail"}).text
