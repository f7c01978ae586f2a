"""Two at one complaint: one wins, the other is told."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from cms.complaints.queries import complaint_or_404, story_of
from cms.db import db
from cms.models import Complaint
from tests.after_sale import make_complaint
from tests.factories import make_order
from tests.recount import assert_totals_right
from tests.test_races import ROUNDS, at_once, codes, crowd  # noqa: F401  (a fixture)


@pytest.fixture(autouse=True)
def totals_stay_right(app):
    yield
    assert_totals_right()


def test_eight_move_one_complaint_and_it_is_moved_once(crowd):  # noqa: F811
    solved = {"state": "resolved", "resolution_kind": "refund", "resolution": "Paid"}
    steps = [{"state": "waiting", "seen": "acknowledged"}, solved | {"seen": "acknowledged"}] * 4
    for _ in range(ROUNDS):
        complaint = make_complaint(state="acknowledged")
        url = f"/complaints/{complaint.id}/state"
        answers = at_once(crowd, lambda browser, n, url=url: browser.htmx_post(url, steps[n]))
        assert codes(answers) == {200: 1, 422: 7}
        won = [answer.status_code for answer in answers].index(200)
        assert complaint_or_404(complaint.id).state == steps[won]["state"]
        assert all("it was changed meanwhile" in answer.text for answer in answers if answer.status_code == 422)
        assert len(story_of(complaint.id)) == 3
        db.session.rollback()


def test_one_form_sent_eight_times_opens_one_complaint(crowd):  # noqa: F811
    form = {"order": make_order().ref, "product": "", "text": "Late", "priority": "low", "assignee": ""}
    for number in range(ROUNDS):
        sent = form | {"request_key": f"key {number}"}
        answers = at_once(crowd, lambda browser, _n, sent=sent: browser.post_form("/complaints", sent))
        assert codes(answers) == {303: 8} and len({answer.location for answer in answers}) == 1
    assert db.session.scalar(select(func.count()).select_from(Complaint)) == ROUNDS
