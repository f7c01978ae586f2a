"""Message templates: edited with a preview, own ones added, archived, and what is refused."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from cms.activity.sentences import sentence
from cms.db import db
from cms.models import Activity, MessageTemplate
from tests.after_sale import template_of
from tests.factories import set_shop


def form(**fields: str) -> dict[str, str]:
    return {"name": "Diwali", "subject": "Diwali at {shop}", "body": "Hello {customer}"} | fields


def test_a_template_of_ones_own_is_added_and_can_be_chosen(client):
    answer = client.post_form("/settings/templates", form(marketing="y"))
    assert (answer.status_code, answer.location) == (303, "/settings/templates")
    made = db.session.scalars(select(MessageTemplate).where(MessageTemplate.name == "Diwali")).one()
    assert made.marketing and made.event is None
    assert "Diwali" in client.get("/settings/templates").text
    assert "Diwali" in client.get("/notifications/new").text
    entry = db.session.scalars(select(Activity).where(Activity.verb == "template.added")).one()
    assert sentence(entry.verb, "", entry.before, entry.after) == "Added the message template Diwali"


@pytest.mark.parametrize(
    "field, text, said",
    [
        ("body", "Hello {custmer}", "did you mean {customer}?"),
        ("subject", "{ordr}", "did you mean {order}?"),
        ("body", "  \n ", "Message is needed"),
        ("subject", "", "Subject is needed"),
        ("subject", "two\nlines", "Keep the subject on one line"),
        ("subject", "Bcc\r\nX: y", "Keep the subject on one line"),
        ("body", "x" * 100_000, "Keep the message within 2,000 characters"),
        ("name", "Order placed", "There is already a template called Order placed"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(client, field, text, said):
    sent = form(**{field: text})
    for path in ("/settings/templates", f"/settings/templates/{template_of('win_back').id}"):
        answer = client.post_form(path, sent | {"version": "1"})
        assert answer.status_code == 422 and said in answer.text
        assert "Hello {customer}" in answer.text or field == "body"
    assert template_of("win_back").version == 1


def test_an_edit_in_between_is_told(client):
    template = template_of("order_placed")
    path = f"/settings/templates/{template.id}"
    assert client.post_form(path, form(name="Order placed", version="1")).status_code == 303
    answer = client.post_form(path, form(name="Order placed", body="Mine", version="1"))
    assert answer.status_code == 422 and "Someone else saved: Hello {customer}" in answer.text
    entry = db.session.scalars(select(Activity).where(Activity.verb == "template.edited")).one()
    assert sentence(entry.verb, "", entry.before, entry.after).startswith("Changed subject (was Your order {order} at")


def test_the_preview_shows_examples_as_text_and_says_what_is_wrong(client):
    set_shop(name="<b>Lamps</b>")
    part = client.htmx_post("/settings/templates/preview", form(body="{customer} at {shop}")).text
    assert "Meera Rao at &lt;b&gt;Lamps&lt;/b&gt;" in part and "<html" not in part
    part = client.htmx_post("/settings/templates/preview", form(body="{custmer}")).text
    assert "did you mean {customer}?" in part


def test_the_original_words_come_back_into_the_form_to_be_saved(client):
    template = template_of("order_shipped")
    path = f"/settings/templates/{template.id}"
    client.post_form(path, form(name="Order shipped", version="1"))
    page = client.get(f"{path}?original=1").text
    assert "Your order {order} is on its way" in page and template_of("order_shipped").body == "Hello {customer}"


def test_an_archived_template_is_not_offered_until_it_is_restored(client):
    template = template_of("win_back")
    path = f"/settings/templates/{template.id}/archive"
    client.post_form(path, {"archived": "1", "version": "1"})
    assert ">We miss you<" not in client.get("/notifications/new").text
    assert "Archived" in client.get("/settings/templates").text
    assert client.post_form(path, {"archived": "0", "version": "1"}).status_code == 303  # made on the old version
    assert template_of("win_back").archived_at
    client.post_form(path, {"archived": "0", "version": "2"})
    assert ">We miss you<" in client.get("/notifications/new").text


def test_staff_may_not_change_templates(staff):
    assert staff.get("/settings/templates").status_code == 403
    assert staff.post_form("/settings/templates", form()).status_code == 403
