"""Filters of every list combine and stand in the address; what an address asks for in vain is said."""

from __future__ import annotations

import re
from html import unescape
from itertools import combinations
from urllib.parse import urlencode

import pytest

from cms.db import db
from cms.models import Return, User
from cms.views.actions import save_view
from cms.views.lists import FILTERS
from tests.after_sale import make_complaint, make_feedback, make_invoiced, make_message, make_return
from tests.databases import count_queries
from tests.endpoints import endpoints, made_once, page_of
from tests.factories import make_customer, make_order, make_product, make_user, write
from tests.payments.doing import pay

WISHES = {
    "customers": [{"q": "rao"}, {"segment": "Business"}, {"gender": "Female"}, {"least": "2"}, {"status": "Active"}],
    "orders": [{"q": "rao"}, {"status": "Pending"}, {"unpaid": "1"}, {"since": "2026-03-14"}, {"until": "2026-03-14"}],
    "products": [{"q": "lamp"}, {"category": "Brass"}, {"low": "1"}],
    "payments": [{"q": "rao"}, {"method": "cash"}, {"state": "confirmed"}, {"since": "2026-03-15"}],
    "invoices": [{"q": "rao"}, {"year": "25-26"}, {"since": "2026-03-15"}],
    "returns": [{"q": "rao"}, {"state": "requested"}, {"reason": "Other"}, {"since": "2026-03-15"}],
    "complaints": [{"q": "rao"}, {"tab": "all"}, {"priority": "high"}, {"assignee": "none"}],
    "feedback": [{"q": "rao"}, {"rating": "1-2"}, {"comment": "1"}, {"since": "2026-03-15"}],
    "notifications": [{"q": "rao"}, {"channel": "email"}, {"state": "outbox"}],
    "activity": [{"q": "ORD001"}, {"kind": "orders"}, {"who": "none"}, {"since": "2026-03-15"}],
}
ROWS = {
    "activity": r'<li id="entry-(\d+)"',
    "notifications": r'class="title"><a href="([^"]+)"',
}


@pytest.fixture
def shop(app, clock):
    """A few of everything, on two days, for people whose names share a word or do not."""
    lamp, pot = make_product("Brass lamp", stock=2, category="Brass"), make_product("Clay pot", stock=90)
    make_product("Tin lamp", stock=500)
    buyers = [
        make_customer("Meera Rao", gender="Female", email="meera@rao.example", phone="+919848022331"),
        make_customer("Ravi Rao", segment="Business", email="ravi@rao.example", phone="+919848022332"),
        make_customer("Asha Iyer", segment="Business", email="asha@iyer.example", phone="+919848022333"),
    ]
    for day in range(2):
        for n, buyer in enumerate(buyers):
            order = make_order(buyer, (pot, lamp)[n == 0 and day == 0], status=("Pending", "Delivered")[(n + day) % 2])
            if n != 1:
                pay(order, order.payable_paise, ("cash", "other")[day])
            make_feedback(order, None, 1 + 2 * n, ("", "Fine")[day])
            make_invoiced(buyer, pot)
            make_return(make_order(buyer, pot, qty=2, status="Delivered"), state=("requested", "approved")[day])
            make_complaint(order, "Late", state=("open", "resolved")[(n + day) % 2])
            make_message(buyer, ("email", "whatsapp")[day])
        clock.forward(days=1)


def rows_of(browser, room: str, wish: dict[str, str]) -> set[str]:
    """All rows, of all pages."""
    rows: set[str] = set()
    path = f"/{room}?{urlencode(wish)}"
    while path:
        text = browser.get(path).text
        assert "left out" not in text
        rows |= set(re.findall(ROWS.get(room, r'<td class="title[^"]*"><a href="([^"]+)"'), text))
        further = re.search(r'rel="next" href="([^"]+)"', text)
        path = unescape(further[1]) if further else ""
    return rows


@pytest.mark.parametrize("room", WISHES)
def test_filters_combine(client, shop, room):
    every = {"tab": "all"} if room == "complaints" else {}
    alone = [rows_of(client, room, every | wish) for wish in WISHES[room]]
    whole = rows_of(client, room, every)
    assert any(found < whole for found in alone), "this shop says nothing about the filters"
    for (one, first), (other, second) in combinations(zip(WISHES[room], alone, strict=True), 2):
        assert rows_of(client, room, every | one | other) == first & second, (one, other)


@pytest.mark.parametrize("room", WISHES)
def test_what_is_shown_stands_in_the_address(client, clock, room):
    make_product("Lamp", category="Brass")
    asked = {name: value for wish in WISHES[room] for name, value in wish.items()}
    shown = client.htmx_get(f"/{room}?{urlencode(asked)}&after=&colour=red").headers["HX-Replace-Url"]
    assert shown.partition("?")[2] == urlencode(
        {name: asked[name] for name in FILTERS[room]().__dict__ if name in asked}
    )


@pytest.mark.parametrize("room", FILTERS)
def test_what_is_asked_in_vain_is_said_in_one_sentence(client, room):
    for get in (client.get, client.htmx_get):
        text = unescape(get(f"/{room}?status=Lost<b>&since=yesterday&sort=colour").text)
        (said,) = re.findall(r"so it was left out: ([^<]*)\.</span>", text.replace("<b>", ""))
        assert said.startswith("status “Lost”") or "colour" in said
    assert "left out" not in client.get(f"/{room}").text


@pytest.mark.parametrize("asked", ["customers?segment=", "orders?segment=", "products?category="])
def test_what_the_shop_does_not_have_narrows_nothing_and_is_said(client, asked):
    """A segment or a category of another name is no filter that happens to find nobody."""
    make_order(make_customer("Meera Rao"), make_product("Lamp"))
    text = unescape(client.get(f"/{asked}nonsense").text)
    name = asked.partition("?")[2].strip("=")
    assert f"so it was left out: {name} “nonsense”." in text
    assert f"{name.capitalize()}: nonsense" not in text and '<td class="title' in text


@pytest.mark.parametrize(
    "room, asked",
    [
        ("orders", {"product": "99999", "also": "99998", "customer": "99997"}),
        ("returns", {"product": "99999", "customer": "99998", "reason": "Moonlight"}),
        ("complaints", {"assignee": "99999", "customer": "99998"}),
        ("feedback", {"customer": "99999"}),
    ],
)
def test_what_is_not_there_narrows_nothing_and_is_said(client, shop, room, asked):
    whole = rows_of(client, room, {})
    text = unescape(client.get(f"/{room}?{urlencode(asked)}").text)
    (said,) = re.findall(r"so it was left out: ([^<]*)\.</span>", text)
    assert said == ", ".join(f"{name} “{value}”" for name, value in asked.items())
    assert set(re.findall(r'<td class="title[^"]*"><a href="([^"]+)"', text)) == whole


def test_who_left_the_shop_and_a_reason_of_old_are_filters_still(client, shop):
    gone = make_user("staff", "gita", name="Gita Nair")
    complaint = make_complaint(make_customer("Usha"), assignee_id=gone.id)
    back = make_return(reason="Other")
    with write():
        db.session.get_one(User, gone.id).disabled_at = back.created_at
        db.session.get_one(Return, back.id).reason = "Moonlight"
    assert rows_of(client, "complaints", {"assignee": str(gone.id)}) == {f"/complaints/{complaint.id}"}
    page = client.get(f"/complaints?assignee={gone.id}").text
    assert "Looked after by: Gita Nair" in page and f'<option value="{gone.id}" selected>Gita Nair</option>' in page
    assert rows_of(client, "returns", {"reason": "Moonlight"}) == {f"/returns/{back.id}"}


def test_days_the_wrong_way_round_are_said(client):
    assert "comes after the last" in client.get("/orders?since=2026-03-14&until=2026-03-01").text


def test_no_page_links_to_a_list_with_a_filter_that_it_does_not_know(client, clock, migrated):
    """Every link of every page to a list is opened once."""
    values = made_once(migrated)
    lists = re.compile(rf'href="(/(?:{"|".join(FILTERS)})\?[^"#]+)')
    links: dict[str, str] = {}
    for endpoint in endpoints("GET", besides=("auth.end_session",)):
        if set(endpoint.arguments) <= set(values) and endpoint.permission != "public":
            text = page_of(client, endpoint.url(values))
            links |= {unescape(href): endpoint.path for href in lists.findall(text)}
    assert len(links) > 40
    wrong = {href: page for href, page in links.items() if "left out" in client.get(href).text}
    assert not wrong


@pytest.mark.parametrize("room", FILTERS)
def test_only_a_list_with_views_asks_for_them(client, room):
    def asked() -> int:
        client.get(f"/{room}")
        with count_queries() as queries:
            client.get(f"/{room}")
        return len(queries)

    def save(where: str, name: str) -> None:
        with write():
            save_view(client.user.id, where, name, {"q": name}, client.user)

    someone, other = make_user(), next(name for name in FILTERS if name != room)
    with write():
        save_view(someone.id, room, "Not hers", {"q": "x"}, someone)
    before = asked()
    save(other, "Elsewhere")
    assert asked() == before
    save(room, "Here")
    save(room, "And here")
    assert asked() == before + 1
