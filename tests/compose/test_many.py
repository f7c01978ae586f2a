"""A message to many: who gets it and who is left out, the preview of each, and one job for it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select, update

from cms import clock as the_clock
from cms.db import db
from cms.jobs import runner
from cms.models import Activity, Customer, Job, Notification
from tests.after_sale import template_of
from tests.factories import make_customer, write

KEY = "a" * 32


def count(table: type) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def to_many(**fields: str) -> dict[str, str]:
    form = {"to": "many", "channel": "whatsapp", "template": "", "shown": "", "kind": "service"}
    return form | {"body": "Hello {customer}", "request_key": KEY} | fields


def shop_of_many() -> None:
    """Agreed; not agreed; without phone; archived; in another segment."""
    for name in "ABCDE":
        phone = "" if name == "C" else f"+91987650000{ord(name) - 64}"
        make_customer(name, phone=phone, segment="Business" if name == "E" else "Individual")
    with write():
        db.session.execute(update(Customer).where(Customer.name == "A").values(marketing_at=the_clock.now()))
        db.session.execute(update(Customer).where(Customer.name == "D").values(archived_at=the_clock.now()))


def told(page: str) -> dict[str, str]:
    found = re.findall(r"<dt>([^<]+)</dt><dd>(?:<b>)?(\d+)", page)
    return {words: number for words, number in found if words.startswith(("Get", "Left"))}


def test_many_are_counted_and_those_left_out_with_their_reason(client):
    shop_of_many()
    page = client.htmx_post("/notifications/draft", to_many()).text
    assert told(page) == {"Get it": "3", "Left out, no phone number": "1"}
    page = client.htmx_post("/notifications/draft", to_many(kind="marketing")).text
    assert told(page) == {"Get it": "1", "Left out, no phone number": "1", "Left out, did not agree to get offers": "2"}
    page = client.get("/notifications/new?to=many&segment=Business&channel=sms").text
    assert told(page)["Left out, did not agree to get offers"] == "1"  # own words are an offer unless told


def test_the_preview_goes_through_those_who_get_it(client):
    shop_of_many()

    def who(**fields):
        part = client.htmx_post("/notifications/draft?part=preview", to_many(**fields)).text
        return re.search(r"What (\w+) will read", part)[1], re.search(r'name="at" value="(\d+)"', part)[1]

    first, at = who()
    second, at2 = who(at=at, go="on")
    assert [first, second, who(at=at2, go="on")[0], who(at=at2, go="back")[0], who(at=at2)[0]] == [
        "A",
        "B",
        "E",
        "A",
        "A",
    ]


def test_a_sending_to_many_becomes_one_job_however_often_its_form_is_sent(client):
    shop_of_many()
    answers = [client.post_form("/notifications", to_many(segment="Individual")) for _ in range(2)]
    assert {answer.location for answer in answers} == {f"/notifications/batches/{KEY}"} and count(Job) == 1
    while runner.run_next():
        pass
    rows = db.session.scalars(select(Notification).order_by(Notification.id)).all()
    assert [row.body for row in rows] == ["Hello A", "Hello B"] and {row.by_id for row in rows} == {client.user.id}
    page = client.get(answers[0].location).text
    assert "2 messages ready: open one after the other" in page and "WhatsApp to 2 customers" in page
    assert count(Activity) and db.session.scalars(select(Activity).where(Activity.verb == "message.planned")).one()


@pytest.mark.parametrize(
    "fields, said",
    [
        ({"segment": "Enterprise"}, "Nobody would get this"),
        ({"body": "Your {return}"}, "one customer at a time"),
        ({"body": "Pay to {upi}"}, "The shop has no UPI ID yet"),
        ({"body": ""}, "The message is empty"),
        ({"kind": "", "segment": "Business"}, "Nobody would get this"),
    ],
)
def test_a_sending_that_makes_no_sense_is_refused(client, fields, said):
    shop_of_many()
    answer = client.post_form("/notifications", to_many(**fields))
    assert answer.status_code == 422 and said in answer.text and count(Job) == 0


def test_a_template_to_many_sends_its_words_and_not_what_was_posted(client):
    shop_of_many()
    template = template_of("win_back")
    client.post_form("/notifications", to_many(template=str(template.id), shown=str(template.id), body="Forged"))
    plan = db.session.scalars(select(Job)).one().args["plan"]
    assert plan["body"] == template.body and plan["marketing"] and plan["people"] == 1


def test_the_list_of_customers_hands_its_filter_on(client):
    shop_of_many()
    page = client.get("/customers?segment=Business").text
    href = re.search(r'href="(/notifications/new\?[^"]+)"', page)[1].replace("&amp;", "&")
    assert "<option selected>Business</option>" in client.get(href).text
    assert told(client.htmx_post("/notifications/draft", to_many(segment="Business")).text)["Get it"] == "1"
