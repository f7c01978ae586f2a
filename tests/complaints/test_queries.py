from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from cms.complaints import rules
from cms.complaints.filters import ComplaintFilter, is_overdue, is_soon, runs_out
from cms.complaints.queries import complaints_matching, unsolved
from cms.complaints.rules import STATES
from cms.customers import queries as customers
from cms.db import db
from cms.models import Complaint
from cms.orders import queries as orders
from tests.after_sale import make_complaint
from tests.factories import make_customer, make_order, make_user, write

NOON, ZONE = datetime(2026, 3, 14, 6, 30), "Asia/Kolkata"


def refs(me=0, **wishes):
    wanted = ComplaintFilter.from_args(wishes)
    return [row.ref[-1] for row in complaints_matching(wanted, me, NOON, {}).rows]


def set_clocks(complaint, acknowledge_in, resolve_in):
    with write():
        values = {"acknowledge_by": NOON + acknowledge_in, "resolve_by": NOON + resolve_in}
        db.session.execute(update(Complaint).where(Complaint.id == complaint.id).values(values))


def test_the_list_and_the_rule_agree_on_what_runs_out_in_every_case(app, clock):
    spans = [timedelta(hours=hours) for hours in (-100, -1, 0, 1, 24, 25, 72, 73, 900)]
    cases = [(state, a, r) for state in STATES for a in spans for r in spans]
    first = make_complaint()
    with write():
        row = dict(db.session.execute(select(*Complaint.__table__.c)).one()._mapping)
        for number, (state, acknowledge_in, resolve_in) in enumerate(cases, start=first.id + 1):
            values = {"id": number, "ref": f"C{number}", "state": state, "request_key": None}
            values |= {"acknowledge_by": NOON + acknowledge_in, "resolve_by": NOON + resolve_in}
            values |= {"acknowledged_at": None if state == "open" else NOON}
            values |= {"resolved_at": NOON if state == "resolved" else None}
            db.session.add(Complaint(**row | values))
    query = select(Complaint, runs_out, is_overdue(NOON), is_soon(**rules.soon(NOON))).where(Complaint.id > first.id)
    rows = db.session.execute(query).all()
    assert len(rows) == len(cases)
    for complaint, by, overdue, soon in rows:
        found = rules_clock(complaint)
        kinds = (found is not None and found.kind == "bad", found is not None and found.kind == "wait")
        assert (bool(overdue), bool(soon)) == kinds
        assert found is None or by == found.by
    counts = db.session.execute(unsolved(0, **rules.soon(NOON))).one()
    assert counts.overdue == sum(bool(row[2]) for row in rows)
    assert counts.soon == sum(bool(row[3]) for row in rows)


def rules_clock(complaint):
    return rules.clock(complaint.state, complaint.acknowledge_by, complaint.resolve_by, NOON, ZONE, NOON.date())


@pytest.fixture(params=["few", "many"])
def desk(app, clock, monkeypatch, request):
    """Five complaints, found by search terms (few) or by walking the list (many)."""
    meera, asha = make_customer("Meera Rao", phone="+919876543210"), make_user("owner", "asha")
    order, none = make_order(meera), make_customer("Sita Devi")
    for about, state, hours, days, more in (
        (order, "open", 10, 30, {"priority": "high"}),
        (none, "open", -3, 30, {"assignee_id": asha.id}),
        (order, "waiting", -3, 2, {}),
        (meera, "resolved", 1, 1, {}),
        (none, "reopened", -3, -20, {"assignee_id": asha.id}),
    ):
        clock.forward(minutes=1)
        set_clocks(make_complaint(about, state=state, **more), timedelta(hours=hours), timedelta(days=days))
    if request.param == "many":
        monkeypatch.setattr(customers, "FEW", 0)
        monkeypatch.setattr(orders, "FEW_CUSTOMERS", 0)
    return asha, meera


def test_what_runs_out_first_stands_on_top(desk):
    assert refs() == ["5", "2", "1", "3"]
    assert refs(tab="overdue") == ["5", "2"]
    assert refs(tab="resolved") == ["4"] and refs(tab="all") == ["5", "4", "3", "2", "1"]


def test_mine_are_those_i_look_after(desk):
    asha, _meera = desk
    assert refs(me=asha.id, tab="mine") == ["5", "2"] and refs(me=999, tab="mine") == []
    counts = db.session.execute(unsolved(asha.id, **rules.soon(NOON))).one()
    assert (counts.count, counts.mine, counts.overdue, counts.soon) == (4, 2, 2, 2)


@pytest.mark.parametrize(
    "wishes, found",
    [
        ({"priority": "high"}, ["1"]),
        ({"priority": "x"}, ["5", "2", "1", "3"]),
        ({"assignee": "none"}, ["1", "3"]),
        ({"assignee": "999"}, []),
        ({"assignee": "٣"}, ["5", "2", "1", "3"]),
        ({"q": "cmp2"}, ["2"]),
        ({"q": "CMP-002"}, ["2"]),
        ({"q": "ORD001"}, ["1", "3"]),
        ({"q": "meera"}, ["1", "3"]),
        ({"q": "meera", "tab": "all"}, ["4", "3", "1"]),
        ({"q": "43210", "priority": "high"}, ["1"]),
        ({"q": "nobody"}, []),
        ({"q": "%"}, []),
        ({"q": "CMP004"}, []),
        ({"q": "CMP004", "tab": "all"}, ["4"]),
    ],
)
def test_the_list_shows_what_was_asked_for(desk, wishes, found):
    assert refs(**wishes) == found


def test_the_list_of_one_customer(desk):
    assert refs(customer=str(desk[1].id), tab="all") == ["4", "3", "1"]


@pytest.mark.parametrize("tab", ["open", "all"])
def test_paging_there_and_back_shows_every_complaint_once(app, clock, monkeypatch, tab):
    monkeypatch.setattr("cms.complaints.queries.page_of", small_pages)
    order = make_order()
    for number in range(13):
        set_clocks(make_complaint(order, state="open" if number % 2 else "waiting"), *[timedelta(number // 3)] * 2)
    wanted = ComplaintFilter(tab=tab)
    page = complaints_matching(wanted, 0, NOON, {})
    there = [[row.id for row in page.rows]]
    while page.after:
        page = complaints_matching(wanted, 0, NOON, {"after": page.after})
        there.append([row.id for row in page.rows])
    back = [there[-1]]
    while page.before:
        page = complaints_matching(wanted, 0, NOON, {"before": page.before})
        back.insert(0, [row.id for row in page.rows])
    assert back == there and sorted(id for ids in there for id in ids) == list(
        db.session.scalars(select(Complaint.id).order_by(Complaint.id))
    )


def small_pages(query, sort, args, _size, shown=None):
    from cms.paging import page_of

    return page_of(query, sort, args, size=4, shown=shown)


def test_a_filter_reads_back_what_it_writes():
    wanted = ComplaintFilter(tab="mine", q="rao", priority="high", assignee="none", customer="7")
    assert ComplaintFilter.from_args(wanted.as_args()) == wanted
    assert ComplaintFilter().as_args() == {}
