"""The contact page: seen by everyone, filled in by the owner."""

import re

import pytest
from sqlalchemy import select

from cms.db import db
from cms.models import Activity, ContactPage
from tests.factories import set_shop
from tests.settings.test_routes import problem, shown

EDIT = "/settings/contact"


def save(client, **changes: str):
    return client.post_form(EDIT, shown(client, EDIT) | changes)


def stored() -> ContactPage:
    return db.session.scalars(select(ContactPage).execution_options(populate_existing=True)).one()


def test_a_stranger_sees_what_is_filled_in_and_nothing_else(client, stranger):
    set_shop(name="Asha Stores", phone="+919848022338", email="asha@example.com", whatsapp="+919848022338")
    set_shop(address="12 Lake Road\nGuntur", state="Andhra Pradesh")
    answer = save(
        client,
        phones="0863 222 3333",
        hours="Monday to Saturday\n10 am to 8 pm",
        map_url="https://maps.app.goo.gl/abc",
        grievance_name="Asha Rao",
        grievance_designation="Owner",
        grievance_email="care@example.com",
        returns_policy="Within 10 days.\n\nBring the bill.",
    )
    assert (answer.status_code, answer.location) == (303, "/contact")
    for page in (stranger.get("/contact").text, client.get("/contact").text):
        for wanted in (
            "Asha Stores",
            'href="tel:+919848022338"',
            'href="tel:+918632223333"',
            "asha@<wbr>example.<wbr>com</a>",
            "<p>12 Lake Road<br>Guntur</p>",
            "Andhra Pradesh",
            "<p>Monday to Saturday<br>10 am to 8 pm</p>",
            'href="https://maps.app.goo.gl/abc" target="_blank" rel="noopener noreferrer"',
            "https://wa.me/919848022338",
            "Asha Rao</b>, Owner",
            "care@<wbr>example.<wbr>com</a>",
            "<p>Within 10 days.</p><p>Bring the bill.</p>",
        ):
            assert wanted in page, wanted
        assert "<h2>Delivery</h2>" not in page and "<h2>Privacy</h2>" not in page
    assert "Only you see this" in client.get("/contact").text
    assert "Only you see this" not in stranger.get("/contact").text


def test_an_empty_page_says_so_and_names_nobody(stranger, viewer):
    page = stranger.get("/contact").text
    assert "has not said yet how to reach it" in page and "Grievance" not in page and "vik" not in page
    assert "Nothing is filled in yet" in viewer.get("/contact").text
    assert "/settings/contact" not in viewer.get("/contact").text


@pytest.mark.parametrize(
    "field, text, says",
    [
        ("phones", "98480 22338\n12", "Line 2"),
        ("emails", "asha", "@"),
        ("map_url", "javascript:alert(1)", "https://"),
        ("map_url", "http://maps.example.com", "https://"),
        ("hours", "x" * 501, "within 500"),
        ("grievance_phone", "12", "too short"),
        ("grievance_email", "x@", "beside the @"),
        ("returns_policy", "x" * 5001, "within 5,000"),
        ("privacy_policy", "bell\x07", "invisible"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field_and_what_was_typed_stays(client, field, text, says):
    answer = save(client, **{"delivery_policy": "In three days", "grievance_name": "Asha", field: text})
    assert answer.status_code == 422 and says in problem(answer, field)
    assert "In three days</textarea>" in answer.text and stored().delivery_policy == ""


def test_an_officer_without_a_name_is_asked_for(client):
    answer = save(client, grievance_phone="98480 22338")
    assert answer.status_code == 422 and "Say who it is" in problem(answer, "grievance_name")
    assert 'value="98480 22338"' in answer.text


def test_of_two_owners_the_second_is_told_what_the_first_saved(client):
    typed = shown(client, EDIT)
    save(client, hours="All day", phones="98480 22338")
    answer = client.post_form(EDIT, typed | {"hours": "Never"})
    assert answer.status_code == 422 and "Someone else saved: All day" in answer.text
    assert "Someone else saved: 98480 22338" in answer.text and "Never</textarea>" in answer.text
    version = re.search(r'name="version"[^>]*value="(\d+)"', answer.text)[1]
    assert client.post_form(EDIT, typed | {"hours": "Never", "version": version}).status_code == 303
    assert stored().hours == "Never"


def test_a_change_is_recorded_and_what_is_the_same_is_not(client):
    save(client, hours="All day")
    save(client)
    entries = db.session.scalars(select(Activity).where(Activity.verb == "contact.changed")).all()
    assert [(entry.before, entry.after) for entry in entries] == [({"hours": ""}, {"hours": "All day"})]


def test_odd_words_are_shown_as_text(client, stranger):
    odd = "<script>alert(1)</script> {{7*7}}"
    assert save(client, hours=odd, returns_policy=odd, grievance_name=odd).status_code == 303
    page = stranger.get("/contact").text
    assert "<script>alert" not in page and page.count("&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}}") == 3


@pytest.mark.parametrize("role", ["staff", "viewer"])
def test_only_the_owner_fills_it_in(app, request, role):
    browser = request.getfixturevalue(role)
    assert browser.get(EDIT).status_code == 403
    assert browser.post_form(EDIT, {"hours": "Mine"}).status_code == 403
    assert stored().hours == ""
