"""Complaints that go on and on: about ten lines of them, and the rest by a tap."""

import pytest
from sqlalchemy import select

from cms.complaints.queries import BEGINS
from cms.db import db
from cms.models import Complaint
from tests.after_sale import make_complaint

LONG = "The lid does not close, and nobody answers. " * 60


def shown(client, text, path="/complaints/{}"):
    complaint = make_complaint(text=text)
    return client.get(path.format(complaint.id)).text


@pytest.mark.parametrize("text", [LONG, "x" * 4000, "\n".join(["One more thing"] * 12)])
def test_a_long_complaint_is_cut_and_whole_behind_more(client, text):
    page = shown(client, text)
    kept = db.session.scalars(select(Complaint.text)).one()
    assert (
        f'<div class="long"><p class="words">{kept}</p><details class="fold">' in page and "<span>More</span>" in page
    )


@pytest.mark.parametrize("text", ["The lid does not close", "y" * 400, "\n".join(["One more thing"] * 9)])
def test_a_short_one_is_all_there(client, text):
    page = shown(client, text)
    assert f'<p class="words">{text}</p>' in page and 'class="long"' not in page


def test_a_long_note_is_cut_too(client):
    complaint = make_complaint()
    client.post_form(f"/complaints/{complaint.id}/notes", {"text": LONG})
    assert client.get(f"/complaints/{complaint.id}").text.count('<div class="long">') == 1


def test_a_list_shows_three_lines_of_it_and_names_unbroken(client):
    page = shown(client, LONG, "/complaints")
    assert f'<small class="quiet clamp">{LONG[:BEGINS].strip()}' in page and LONG[: BEGINS + 1] not in page
    assert '<td data-label="Customer" class="names">' in page
