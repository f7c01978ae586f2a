"""The trail as it is read and narrowed."""

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select

from cms.activity.actions import record
from cms.db import db
from cms.models import Activity, Complaint, OrderLine, Return
from tests.databases import count_queries
from tests.factories import make_customer, make_order, make_product, make_user, write

SAID = re.compile(r'<li id="entry-(\d+)">.*?<p>(.*?)</p>', re.S)


def last_id(verb: str) -> int:
    return db.session.scalar(select(Activity.id).where(Activity.verb == verb).order_by(Activity.id.desc()))


def told(client, **args: str) -> list[str]:
    """The sentences of the trail, without their markup."""
    page = client.get("/activity", query_string=args)
    assert page.status_code == 200
    return [" ".join(re.sub(r"<[^>]+>", "", said).split()) for _id, said in SAID.findall(page.text)]


@pytest.fixture
def shop(app, clock, client):
    """Three days of work by two people and a command."""
    ravi = make_user("staff", "ravi")
    meera = make_customer("Meera Rao", phone="+919848022338", by=client.user)
    clock.forward(days=1)
    product = make_product("Clay lamp", sku="LAMP", by=ravi)
    clock.forward(days=1)
    client.sign_in(client.user)
    make_order(meera, product, status="Shipped", by=ravi)
    make_customer("Sita Devi")
    return ravi


def test_the_trail_says_who_did_what_latest_first(shop, client):
    assert told(client, who=str(shop.id)) == [
        "Meera Rao: ORD001: Pending to Shipped",
        "Meera Rao: Placed ORD001",
        "LAMP: Added to the catalogue",
    ]
    page = client.get("/activity").text
    assert "16 Mar, 12:00 pm, Ravi" in page and "Command line" in page


@pytest.mark.parametrize(
    "args, count",
    [
        ({"kind": "orders"}, 2),
        ({"kind": "customers"}, 2),
        ({"kind": "products", "who": "none"}, 0),
        ({"kind": "customers", "who": "none"}, 1),
        ({"q": "ORD001"}, 2),
        ({"q": "ord-1"}, 2),
        ({"q": "CUST001"}, 3),
        ({"q": "lamp"}, 1),
        ({"q": "ravi"}, 0),
        ({"q": "asha"}, 0),
        ({"q": "ORD999"}, 0),
        ({"q": "CUST001", "kind": "customers"}, 1),
        ({"since": "2026-03-15"}, 4),
        ({"since": "2026-03-15", "until": "15/03/2026"}, 1),
        ({"until": "2026-03-14"}, 1),
        ({"since": "2026-03-17"}, 0),
        ({"until": "2026-03-13"}, 0),
        ({"since": "2026-03-16", "until": "2026-03-15"}, 0),
        ({"who": "999999999"}, 0),
        ({"who": "x", "kind": "y", "since": "z"}, 5),
    ],
)
def test_the_trail_is_narrowed_by_person_kind_number_and_days(shop, client, args, count):
    found = told(client, **args)
    assert len([said for said in found if not said.endswith("Signed in")]) == count
    if not found:
        assert "Nothing like that was done" in client.get("/activity", query_string=args).text


def test_days_are_the_shops_and_not_those_of_greenwich(app, clock, client):
    clock.now = datetime(2026, 3, 14, 18, 29)  # still the 14th in India
    make_customer("Late")
    clock.now = datetime(2026, 3, 14, 18, 31)
    make_customer("Early")
    client.sign_in(client.user)
    assert len(told(client, since="2026-03-14", until="2026-03-14", kind="customers")) == 1
    assert told(client, since="2026-03-15") == ["Early: Added as a customer"]


def test_a_page_of_the_trail_goes_on_where_the_last_one_ended(app, clock, client):
    with write():
        row = {"at": clock.now, "by_name": "Asha", "verb": "order.placed", "thing": "orders"}
        db.session.execute(insert(Activity), [row | {"thing_ref": f"N{n:03d}"} for n in range(120)])
    seen, path = [], "/activity?kind=orders"
    for _ in range(3):
        page = client.get(path.partition("#")[0]).text
        seen += re.findall(r"Placed (N\d+)", re.sub(r"<[^>]+>", "", page.replace(" aria-label", " ")))
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = following[1].replace("&amp;", "&") if following else ""
    assert seen == [f"N{n:03d}" for n in reversed(range(120))] and not path


def test_the_trail_alone_comes_back_to_htmx_with_its_address(shop, client):
    with count_queries() as queries:
        answer = client.htmx_get("/activity?kind=orders&q=")
    assert "<html" not in answer.text and "Latest orders" not in answer.text
    assert answer.headers["HX-Replace-Url"] == "/activity?kind=orders" and len(queries) <= 4


def test_a_change_shows_what_it_said_and_what_it_says(client):
    product = make_product("Lamp", 49_900)
    form = {"value": "520", "version": "1", "seen": "499.00"}
    client.htmx_post(f"/products/{product.id}/cells/price", form)
    page = client.get("/activity").text
    assert "Price: <del>₹499.00</del>" in page and "<ins>₹520.00</ins>" in page
    assert f'href="/products/{product.id}"' in page


def test_the_ten_latest_orders_returns_and_complaints_are_listed(app, clock, client):
    customer, product = make_customer("Meera Rao"), make_product("Clay lamp")
    orders = [make_order(customer, product, qty=2) for _ in range(12)]
    with write():
        sold = db.session.scalars(select(OrderLine).order_by(OrderLine.id)).all()
        for n, (order, line) in enumerate(zip(orders, sold, strict=True)):
            about = {"customer_id": customer.id, "order_id": order.id}
            at = clock.now + timedelta(minutes=n)
            back = {"order_line_id": line.id, "product_id": product.id, "quantity": 1, "refund_paise": 100}
            back |= {"state": "requested", "reason": "Other", "returned_at": at, "returned_on": at.date()}
            db.session.add(Return(ref=f"RET{n:03d}", created_at=at, **about, **back))
            clocks = {"opened_at": at, "opened_on": at.date(), "acknowledge_by": at, "resolve_by": at}
            db.session.add(Complaint(ref=f"CMP{n:03d}", text="<b>Broken</b>", created_at=at, **about, **clocks))
    page = client.get("/activity").text
    latest = page.partition('id="done"')[0]
    for prefix, first in (("ORD", 12), ("RET", 11), ("CMP", 11)):
        found = re.findall(rf"{prefix}\d+", latest)
        assert found == [f"{prefix}{n:03d}" for n in range(first, first - 10, -1)]
    assert "1 × Clay lamp" in latest and "&lt;b&gt;Broken" in latest
    assert re.search(r'href="/returns/\d+"', latest) and re.search(r'href="/complaints/\d+"', latest)


@pytest.mark.parametrize("role, links", [("client", True), ("staff", False), ("viewer", False)])
def test_only_the_owner_is_led_to_the_users(app, request, role, links):
    other = make_user("staff", "other")
    with write():
        record(None, "user.added", other, after={"role": "staff"})
    page = request.getfixturevalue(role).get("/activity").text
    assert "Added as staff" in page and (f'href="/settings/users/{other.id}"' in page) is links


def test_what_is_common_is_found_in_another_way_and_is_the_same(shop, client, monkeypatch):
    busy, last = {"who": str(shop.id), "kind": "orders"}, last_id("order.moved")
    asked = [
        busy,
        busy | {"after": f"{last}~={last}"},
        busy | {"until": "2026-03-16"},
        {"kind": "orders", "before": "1~=1"},
    ]
    asked += [{"who": "none", "kind": "customers"}, {"who": "none", "since": "2026-03-14"}]
    rare = [told(client, **args) for args in asked]
    monkeypatch.setattr("cms.activity.queries.MANY", 0)
    assert [told(client, **args) for args in asked] == rare and all(rare)
