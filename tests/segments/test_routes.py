"""The segments of the shop's customers."""

import pytest
from sqlalchemy import select

from cms.db import db
from cms.models import Activity, Customer, Segment
from tests.factories import make_customer


def last_entry() -> Activity:
    return db.session.scalars(select(Activity).order_by(Activity.id.desc())).first()


def segment_names() -> list[str]:
    return list(db.session.scalars(select(Segment.name).order_by(Segment.position, Segment.name)))


def test_a_segment_is_added_at_the_end_and_can_be_chosen(client):
    assert client.post_form("/settings/segments", {"name": "Wedding hall"}).status_code == 303
    assert segment_names()[-1] == "Wedding hall"
    assert last_entry().verb == "settings.segment_added"
    assert "Wedding hall" in client.get("/customers/new").text


@pytest.mark.parametrize("name", ["", "Business", " business ", "ＢＵＳＩＮＥＳＳ", "x" * 61])
def test_a_segment_needs_a_name_of_its_own(client, name):
    answer = client.post_form("/settings/segments", {"name": name})
    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text
    assert len(segment_names()) == 3


@pytest.mark.parametrize("name", ["Wholesale", "business", "BUSINESS", "Büsiness", "వ్యాపారం", "a/b?c#d&<i>"])
def test_customers_follow_a_segment_that_is_renamed(client, name):
    customer = make_customer(segment="Business")
    answer = client.post_form("/settings/segments/name", {"segment": "Business", "to-name": name})
    assert answer.status_code == 303
    assert segment_names() == ["Individual", name, "Enterprise"]
    assert db.session.get(Customer, customer.id, populate_existing=True).segment == name
    assert last_entry().before == {"segment": "Business"}


@pytest.mark.parametrize(
    "name, says", [("Enterprise", "already a segment"), ("", "is needed"), ("x" * 61, "within 60")]
)
def test_a_segment_is_not_renamed_to_what_cannot_be(client, name, says):
    answer = client.post_form("/settings/segments/name", {"segment": "Business", "to-name": name})
    assert answer.status_code == 422 and says in answer.text and '<details class="menu" open>' in answer.text
    assert f'value="{name}"' in answer.text and "Business" in segment_names()


def test_the_segment_that_new_customers_begin_in_keeps_its_name_and_stays(client):
    renamed = client.post_form("/settings/segments/name", {"segment": "Individual", "to-name": "Person"})
    assert renamed.status_code == 422 and "keeps its name" in renamed.text
    client.post_form("/settings/segments/removal", {"segment": "Individual"})
    assert "Individual" in segment_names()


def test_segments_move_up_and_down_and_stay_at_the_ends(client):
    for name, to in (
        ("Enterprise", "up"),
        ("Enterprise", "up"),
        ("Enterprise", "up"),
        ("Business", "down"),
        ("Gone", "up"),
    ):
        assert client.post_form("/settings/segments/place", {"segment": name, "to": to}).status_code == 303
    assert segment_names() == ["Enterprise", "Individual", "Business"]


def test_only_an_empty_segment_can_be_removed(client):
    for _ in range(2):
        make_customer(segment="Business")
    for name in ("Business", "Enterprise"):
        client.post_form("/settings/segments/removal", {"segment": name})
    assert "2 customers are in Business" in client.get("/settings/segments").text
    assert segment_names() == ["Individual", "Business"]
