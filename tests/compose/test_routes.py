"""Writing messages: the preview is what is sent, who is left out is told, bad input is answered beside its field."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy import func, select

from cms import clock as the_clock
from cms.db import db
from cms.models import Activity, Customer, Job, MessageTemplate, Notification
from tests.after_sale import template_of
from tests.factories import make_customer, make_order, set_shop, write

KEY = "a" * 32


def count(table: type) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def meera(app):
    return make_customer("Meera Rao", phone="+919876543210", email="meera@example.com")


def to_one(customer, **fields: str) -> dict[str, str]:
    form = {"to": "one", "customer": str(customer.id), "channel": "whatsapp", "template": "", "shown": ""}
    return form | {"body": "Hello {customer}", "request_key": KEY} | fields


def test_a_message_to_one_is_previewed_and_stored_in_the_very_words(client, meera):
    part = client.htmx_post("/notifications/draft?part=preview", to_one(meera, body="Namaste {customer}!\n{7*7}")).text
    shown = re.search(r'<div class="message"><p>(.*?)</p>', part, re.DOTALL)
    answer = client.post_form("/notifications", to_one(meera, body="Namaste {customer}!\n{7*7}"))
    message = db.session.scalars(select(Notification)).one()
    assert shown and shown[1] == message.body == "Namaste Meera Rao!\n{7*7}"
    assert answer.location == f"/notifications/{message.id}"
    assert (message.state, message.recipient, message.subject) == ("outbox", "+919876543210", "")
    assert db.session.scalars(select(Activity).where(Activity.verb == "message.written")).one().customer_id == meera.id
    assert "https://wa.me/919876543210?text=Namaste%20Meera%20Rao%21%0A%7B7%2A7%7D" in client.get(answer.location).text


def test_a_form_sent_twice_makes_one_message(client, meera):
    answers = [client.post_form("/notifications", to_one(meera)) for _ in range(2)]
    assert answers[0].location == answers[1].location and count(Notification) == 1


def test_the_quick_way_from_an_order_brings_its_words_and_its_customer(client, meera):
    order = make_order(meera)
    make_order(meera)  # a later one
    page = client.get(f"/notifications/new?order={order.id}&template=order_placed").text
    assert f"thank you for your order {order.ref} of ₹499.00" in page and "Meera Rao" in page
    template = str(template_of("order_placed").id)
    form = to_one(meera, template=template, shown=template, order=str(order.id), body="Only {order}, thanks")
    client.post_form("/notifications", form)
    message = db.session.scalars(select(Notification)).one()
    assert (message.body, message.order_id, message.template_id) == (
        f"Only {order.ref}, thanks",
        order.id,
        int(template),
    )
    assert f"Only {order.ref}, thanks" in client.get(f"/orders/{order.id}").text
    assert f"Only {order.ref}, thanks" in client.get(f"/customers/{meera.id}").text


def test_choosing_another_template_brings_its_words_and_own_words_keep_them(client, meera):
    template = template_of("win_back")
    part = client.htmx_post("/notifications/draft", to_one(meera, template=str(template.id), body="typed")).text
    assert "it has been a while" in part and "typed" not in part
    part = client.htmx_post(
        "/notifications/draft", to_one(meera, template="", shown=str(template.id), body="typed")
    ).text
    assert "typed" in part


def test_a_message_about_what_is_due_takes_the_order_that_is_due(client, meera):
    due = make_order(meera)
    make_order(meera, status="Cancelled")
    set_shop(upi_vpa="lamps@upi")
    page = client.get(f"/notifications/new?customer={meera.id}&template=payment_due").text
    assert f"₹499.00 of your order {due.ref} is still open" in page


def test_a_template_with_a_private_link_is_not_offered_and_it_is_said_where_it_is(client, meera):
    for url in (f"/notifications/new?customer={meera.id}", "/notifications/new?to=many"):
        page = client.get(url).text
        assert ">Ask for feedback</option>" not in page and f">{template_of('win_back').name}</option>" in page
        assert "“Ask for feedback” is not among them" in page and "on the order's page" in unescape(page)


@pytest.mark.parametrize(
    "event, said",
    [
        ("order_shipped", "Meera Rao has no order to write about"),
        ("payment_due", "The shop has no UPI ID yet"),
        ("return_decided", "Nothing of this order came back from Meera Rao"),
        ("complaint_update", "Meera Rao has no complaint"),
        ("feedback_request", "The link for feedback is made on the order&#39;s page"),
        ("win_back", "Meera Rao did not agree to get offers"),
    ],
)
def test_what_cannot_be_filled_in_is_said_and_not_sent(client, meera, event, said):
    template = template_of(event)
    form = to_one(meera, template=str(template.id), shown=str(template.id), body=template.body)
    assert said in client.get(f"/notifications/new?customer={meera.id}&template={event}").text
    answer = client.post_form("/notifications", form)
    assert answer.status_code == 422 and said in answer.text and count(Notification) == 0


@pytest.mark.parametrize(
    "fields, said",
    [
        ({"body": "Hello {custmer}"}, "There is no variable {custmer}; did you mean {customer}?"),
        ({"body": " \n "}, "The message is empty"),
        ({"body": "\u200b"}, "The message is empty"),
        ({"body": "x" * 100_000}, "Keep the message within 2,000 characters"),
        ({"body": "nul\0"}, "invisible character"),
        ({"channel": "email", "subject": "", "body": "x"}, "The subject is empty"),
        ({"channel": "email", "subject": "a\r\nBcc: x@example.com"}, "Keep the subject on one line"),
        ({"channel": "email", "subject": "{ordr}"}, "did you mean {order}?"),
        ({"customer": ""}, "Choose whom to write to"),
        ({"customer": "999999"}, "Choose whom to write to"),
        ({"customer": "1; DROP"}, "Choose whom to write to"),
    ],
)
def test_bad_input_is_answered_in_words_and_what_was_typed_stays(client, meera, fields, said):
    answer = client.post_form("/notifications", to_one(meera) | {"subject": "Kept subject"} | fields)
    assert answer.status_code == 422 and said in answer.text and "Nothing was sent yet" in answer.text
    assert count(Notification) == 0 and count(Job) == 0
    if "body" not in fields:
        assert "Hello {customer}" in answer.text
    assert client.htmx_post("/notifications/draft", to_one(meera) | fields).status_code == 200


def test_who_cannot_be_reached_that_way_is_told(client):
    nobody = make_customer("No Contact")
    for channel, said in (("email", "No Contact has no e-mail address"), ("sms", "No Contact has no phone number")):
        answer = client.post_form("/notifications", to_one(nobody, channel=channel, subject="Hi"))
        assert answer.status_code == 422 and said in answer.text


def test_an_archived_customer_is_written_to_only_when_restored(client, meera):
    with write():
        db.session.get_one(Customer, meera.id).archived_at = the_clock.now()
    answer = client.post_form("/notifications", to_one(meera))
    assert answer.status_code == 422 and "is archived; restore the customer first" in answer.text


def test_names_and_words_with_markup_are_text(client):
    bad = make_customer("<script>alert(1)</script>", phone="+919876543210")
    page = client.htmx_post("/notifications/draft", to_one(bad, body="<b>{customer}</b>")).text
    assert "&lt;b&gt;&lt;script&gt;" in page and "<script>" not in page
    shown = client.get(client.post_form("/notifications", to_one(bad, body="<b>{customer}</b>")).location).text
    assert "<script>alert" not in shown and "&lt;script&gt;alert" in shown


def test_a_tick_on_the_customers_form_says_that_offers_may_be_sent(client, meera, clock):
    form = {"name": "Meera Rao", "segment": "Individual", "phone": "98765 43210", "version": "1"}
    client.post_form(f"/customers/{meera.id}", form | {"offers": "y"})
    assert db.session.get_one(Customer, meera.id).marketing_at == clock.now
    page = client.get(f"/customers/{meera.id}").text
    assert "May be sent, agreed on 14 Mar, 12:00 pm" in page and "May be sent offers" in page
    assert 'checked id="offers"' in client.get(f"/customers/{meera.id}/edit").text
    template = template_of("win_back")
    client.post_form("/notifications", to_one(meera, template=str(template.id), shown=str(template.id), body="x"))
    clock.forward(days=1)
    client.post_form(f"/customers/{meera.id}", form | {"offers": "y", "version": "2", "city": "Guntur"})
    assert db.session.get_one(Customer, meera.id).marketing_at.day == 14  # as it was
    client.post_form(f"/customers/{meera.id}", form | {"version": "3"})
    assert db.session.get_one(Customer, meera.id).marketing_at is None
    assert "No longer wants offers" in client.get(f"/customers/{meera.id}").text
    assert db.session.scalars(select(Notification.error)).one() == "Taken back before it was sent"


def test_a_viewer_writes_nothing(viewer, meera):
    assert viewer.get("/notifications/new").status_code == 403
    assert viewer.post_form("/notifications", to_one(meera)).status_code == 403
    assert viewer.post_form("/notifications/draft", to_one(meera)).status_code == 403
    assert count(MessageTemplate) == 7
