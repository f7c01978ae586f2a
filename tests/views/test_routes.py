"""Saved views: each person's own, above the list they are of."""

from __future__ import annotations

import re
import threading
from html import unescape

import pytest
from sqlalchemy import func, select

from cms.db import db
from cms.errors import RuleError
from cms.models import Activity, SavedView
from cms.views.actions import save_view
from cms.views.lists import FILTERS
from cms.views.rules import MOST
from tests.factories import make_user, write

SAMPLE = {
    "customers": "segment=Business&sort=spent",
    "orders": "q=meera&status=Pending&unpaid=1",
    "products": "low=1&sort=stock",
    "tracking": "status=Shipped",
    "payments": "method=upi&state=claimed",
    "invoices": "since=2026-03-01",
    "returns": "state=requested",
    "complaints": "tab=mine&priority=high",
    "feedback": "rating=1-2&comment=1",
    "notifications": "channel=email&state=failed",
    "activity": "kind=orders",
}


def saved(browser, room: str, query: str, name: str, **more):
    return browser.post_form("/views", {"room": room, "query": query, "name": name, **more})


def chips(browser, room: str) -> list[tuple[str, str]]:
    """The views that stand above a list: name and address."""
    nav = re.search(r'aria-label="Saved views">(.*?)</nav>', browser.get(f"/{room}").text, re.DOTALL)
    found = re.findall(r'href="([^"]*)"[^>]*>([^<]*)</a>', nav[1]) if nav else []
    return [(unescape(name), unescape(href)) for href, name in found]


@pytest.mark.parametrize("room", FILTERS)
def test_every_list_offers_to_save_what_it_shows(client, clock, room):
    query = SAMPLE[room]
    assert "Save view" not in client.get(f"/{room}").text
    form = client.get(f"/{room}?{query}").text
    sent = unescape(re.search(r'name="query" value="([^"]*)"', form)[1])
    answer = saved(client, room, sent, "As I like it")
    assert (answer.status_code, sorted(answer.location.partition("?")[2].split("&"))) == (303, sorted(query.split("&")))
    assert chips(client, room) == [("As I like it", answer.location)]
    here = client.get(answer.location).text
    assert 'aria-current="page">As I like it</a>' in here
    assert "Rename or delete this view" in here
    assert "Save view" not in here
    assert "left out" not in here


def test_a_view_is_what_the_filter_understood_and_no_cursor(client):
    saved(client, "orders", "status=Pending&after=7~x&colour=red&since=14/03/2026", "Odd")
    assert chips(client, "orders") == [("Odd", "/orders?status=Pending&since=2026-03-14")]


def test_by_htmx_the_form_is_about_what_is_shown_now(client):
    part = client.htmx_get("/orders?status=Shipped").text
    assert 'name="query" value="status=Shipped"' in part


def test_everyone_has_their_own(client, staff, viewer):
    saved(client, "orders", "unpaid=1", "Mine")
    view = db.session.scalars(select(SavedView)).one()
    assert chips(staff, "orders") == []
    for path in (f"/views/{view.id}", f"/views/{view.id}/removal"):
        assert staff.post_form(path, {"name": "Stolen"}).status_code == 404
    saved(viewer, "orders", "unpaid=1", "Mine")
    assert chips(viewer, "orders") == chips(client, "orders") == [("Mine", "/orders?unpaid=1")]


@pytest.mark.parametrize("name", ["Unpaid", "  UNPAID ", "unpaid"])
def test_a_name_stands_once_in_a_list(client, name):
    saved(client, "orders", "unpaid=1", "Unpaid")
    answer = saved(client, "orders", "status=Pending", name)
    assert answer.status_code == 422
    assert "You have a view of this name here" in answer.text
    assert f'value="{name}"' in answer.text or f'value="{name.strip()}"' in answer.text
    assert saved(client, "payments", "method=upi", name).status_code == 303


@pytest.mark.parametrize("name, says", [("", "is needed"), ("\u200b", "can be seen"), ("x" * 41, "within 40")])
def test_a_name_that_is_none_is_refused_beside_the_field(client, name, says):
    answer = saved(client, "orders", "unpaid=1", name)
    assert answer.status_code == 422
    assert says in answer.text
    assert 'name="query" type="hidden" value="unpaid=1"' in answer.text
    assert chips(client, "orders") == []


def test_the_whole_list_is_no_view(client):
    assert "Choose a filter first" in saved(client, "orders", "colour=red", "All").text
    assert saved(client, "kitchen", "unpaid=1", "Pots").status_code == 404


def test_the_form_sent_twice_saves_once(client):
    for _ in range(2):
        assert saved(client, "orders", "unpaid=1", "Unpaid").status_code == 303
    assert len(chips(client, "orders")) == 1


def test_there_are_so_many_and_no_more(client):
    for n in range(MOST):
        assert saved(client, "orders", f"customer={n + 1}", f"Of {n}").status_code == 303
    assert "Delete one first" in saved(client, "orders", "unpaid=1", "One more").text
    assert len(chips(client, "orders")) == MOST


def test_two_at_once_do_not_pass_the_limit(app):
    user = make_user()
    with write():
        for n in range(MOST - 1):
            save_view(user.id, "orders", f"Of {n}", {"customer": str(n)}, user)
    refused, start = [], threading.Barrier(3)

    def one(n: int) -> None:
        with app.app_context():
            start.wait()
            try:
                with write():
                    save_view(user.id, "orders", f"Late {n}", {"status": "Pending"}, user)
            except RuleError as error:
                refused.append(error.message)

    threads = [threading.Thread(target=one, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 2
    assert db.session.scalar(select(func.count()).select_from(SavedView)) == MOST


def test_it_is_renamed_and_deleted_and_both_are_written_down(client):
    saved(client, "orders", "unpaid=1", "Unpaid")
    saved(client, "orders", "status=Pending", "To send")
    view = db.session.scalars(select(SavedView).where(SavedView.name == "Unpaid")).one()
    assert client.post_form(f"/views/{view.id}", {"name": "To send"}).status_code == 422
    answer = client.post_form(f"/views/{view.id}", {"name": "UNPAID दुकान"})
    assert (answer.status_code, answer.location) == (303, "/orders?unpaid=1")
    assert [name for name, _href in chips(client, "orders")] == ["UNPAID दुकान", "To send"]
    answer = client.post_form(f"/views/{view.id}/removal")
    assert (answer.status_code, answer.location) == (303, "/orders?unpaid=1")
    assert [name for name, _href in chips(client, "orders")] == ["To send"]
    assert client.post_form(f"/views/{view.id}/removal").status_code == 404
    verbs = db.session.scalars(select(Activity.verb).where(Activity.thing == "saved_views").order_by(Activity.id))
    assert list(verbs) == ["view.saved", "view.saved", "view.renamed", "view.removed"]
    trail = client.get("/activity?kind=saved_views").text
    assert "Removed the view UNPAID दुकान of orders" in trail
    assert "A saved view is now called UNPAID दुकान" in trail


def test_a_name_is_text_wherever_it_stands(client):
    saved(client, "orders", "unpaid=1", '"><b>x</b>')
    page = client.get("/orders?unpaid=1").text
    assert "<b>x</b>" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page
