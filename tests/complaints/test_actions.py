from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from cms.activity.sentences import sentence
from cms.complaints.actions import add_note, edit_complaint, move_complaint, open_complaint
from cms.complaints.queries import complaint_or_404, notes_of, story_of
from cms.complaints.rules import STATES, next_moves
from cms.db import db
from cms.errors import Conflict, RuleError
from cms.models import Activity, Complaint, User
from tests.after_sale import WAYS, make_complaint
from tests.factories import (
    make_customer,
    make_order,
    make_product,
    make_user,
    set_shop,
    the_shop,
    write,
)
from tests.recount import assert_totals_right

NOON = datetime(2026, 3, 14, 6, 30)


@pytest.fixture(autouse=True)
def totals_stay_right(app, clock):
    yield
    assert_totals_right()


def move(complaint, new, seen=None, kind="", words="", by=None):
    with write():
        found = complaint_or_404(complaint.id)
        move_complaint(found, new, seen or found.state, by, kind, words)
    return complaint_or_404(complaint.id)


def edit(complaint, version=None, **values):
    with write():
        found = complaint_or_404(complaint.id)
        edit_complaint(found, values, version or found.version, None)


def told(complaint):
    db.session.rollback()
    return [sentence(e.verb, e.thing_ref, e.before, e.after) for e in reversed(story_of(complaint.id))]


def test_a_complaint_about_an_order_knows_customer_product_and_clocks(app):
    product = make_product("Lamp")
    order = make_order(None, product)
    complaint = make_complaint(order, product=product)
    assert (complaint.ref, complaint.state, complaint.customer_id) == ("CMP001", "open", order.customer_id)
    assert (complaint.product_name, complaint.opened_on.isoformat()) == ("Lamp", "2026-03-14")
    assert (complaint.acknowledge_by, complaint.resolve_by) == (NOON + timedelta(hours=48), NOON + timedelta(days=30))


def test_the_clocks_are_those_of_the_settings(app):
    set_shop(acknowledge_hours=3, resolve_days=2)
    complaint = make_complaint()
    assert (complaint.acknowledge_by - NOON, complaint.resolve_by - NOON) == (timedelta(hours=3), timedelta(days=2))


def test_a_customer_without_an_order_can_complain_too(app):
    customer = make_customer()
    complaint = make_complaint(customer)
    assert (complaint.order_id, complaint.product_id, complaint.customer_id) == (None, None, customer.id)


def test_what_does_not_belong_together_is_refused_and_nothing_is_left(app):
    order, other, stranger = make_order(), make_product("Not on it"), make_customer()
    viewer, gone = make_user("viewer"), make_user("staff")
    with write():
        db.session.get_one(User, gone.id).disabled_at = NOON
    for values in (
        {"product": other},
        {"customer_id": stranger.id},
        {"order_id": 999},
        {"assignee_id": viewer.id},
        {"assignee_id": gone.id},
        {"assignee_id": 999},
    ):
        with pytest.raises(RuleError):
            make_complaint(order, **values)
    with pytest.raises(RuleError):
        make_complaint(stranger, product=other)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Complaint)) == 0


def test_the_same_form_sent_again_gives_what_it_made(app):
    order = make_order()
    values = {"order_id": order.id, "customer_id": order.customer_id, "product_id": None, "text": "Late"}
    values |= {"priority": "high", "assignee_id": None}
    refs = []
    for _ in range(2):
        with write():
            refs.append(open_complaint(dict(values), the_shop(), None, "key").ref)
    assert refs == ["CMP001", "CMP001"]


def test_acknowledging_is_noted_once(app, clock):
    complaint = make_complaint()
    clock.forward(hours=5)
    assert move(complaint, "acknowledged").acknowledged_at == NOON + timedelta(hours=5)
    move(complaint, "waiting")
    clock.forward(hours=5)
    assert move(complaint, "acknowledged").acknowledged_at == NOON + timedelta(hours=5)


def test_resolving_says_how_and_reopening_keeps_what_was_said_and_the_first_clock(app, clock):
    complaint = make_complaint(state="acknowledged")
    for kind, words in (("", "Paid"), ("refund", " ")):
        with pytest.raises(RuleError):
            move(complaint, "resolved", kind=kind, words=words)
    clock.forward(days=3)
    solved = move(complaint, "resolved", kind="refund", words=" Paid by UPI ")
    assert (solved.resolution_kind, solved.resolution, solved.resolved_at) == ("refund", "Paid by UPI", clock.now)
    again = move(complaint, "reopened")
    assert (again.resolved_at, again.resolution_kind, again.resolution) == (None, "", "")
    assert again.resolve_by == NOON + timedelta(days=30)
    assert [note.text for note in notes_of(complaint.id)] == ["Resolved before: Money given back. Paid by UPI"]


@pytest.mark.parametrize("old", WAYS)
@pytest.mark.parametrize("new", STATES)
def test_only_steps_of_the_table_are_taken(app, old, new):
    complaint = make_complaint(state=old)
    if new in next_moves(old):
        assert move(complaint, new, kind="other", words="Done").state == new
    else:
        with pytest.raises(RuleError):
            move(complaint, new, kind="other", words="Done")
        db.session.rollback()
        assert complaint_or_404(complaint.id).state == old


def test_who_saw_another_state_is_told(app):
    complaint = make_complaint(state="acknowledged")
    with pytest.raises(Conflict, match="CMP001 is acknowledged by now; it was changed meanwhile"):
        move(complaint, "acknowledged", seen="open")


def test_priority_and_who_looks_after_it_are_changed_on_the_version_that_was_seen(app):
    ravi, complaint = make_user("staff", name="Ravi"), make_complaint()
    edit(complaint, assignee_id=ravi.id)
    edit(complaint, priority="high")
    edit(complaint, priority="high")
    with pytest.raises(Conflict):
        edit(complaint, version=1, priority="low")
    with pytest.raises(RuleError, match="Choose"):
        edit(complaint, priority="urgent")
    db.session.rollback()
    found = complaint_or_404(complaint.id)
    assert (found.assignee_id, found.priority) == (ravi.id, "high")
    assert told(complaint) == [
        "Complaint CMP001 opened",
        "Complaint CMP001: changed looked after by (was nobody) to Ravi",
        "Complaint CMP001: changed priority (was normal) to high",
    ]


def test_notes_are_added_and_a_note_sent_twice_stands_once(app, clock):
    complaint, asha = make_complaint(), make_user("owner")
    for text, by in (("Called", asha), ("Called", asha), ("Called", None), ("Sent a photo", asha)):
        with write():
            add_note(complaint_or_404(complaint.id), text, by)
    clock.forward(minutes=3)
    with write():
        add_note(complaint_or_404(complaint.id), "Sent a photo", asha)
    assert [note.text for note in notes_of(complaint.id)] == ["Called", "Called", "Sent a photo", "Sent a photo"]


def test_every_write_is_in_the_trail_of_its_customer_and_order(app):
    order = make_order()
    complaint = make_complaint(order, state="reopened")
    assert told(complaint)[1:] == [
        "Complaint CMP001: New to Acknowledged",
        "Complaint CMP001: Acknowledged to Resolved",
        "Complaint CMP001: Resolved to Reopened",
    ]
    rows = db.session.scalars(select(Activity).where(Activity.thing == "complaints")).all()
    assert {(row.customer_id, row.order_id) for row in rows} == {(order.customer_id, order.id)}
