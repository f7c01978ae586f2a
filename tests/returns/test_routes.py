import re
from html import unescape

import pytest
from sqlalchemy import select

from cms.db import db
from cms.models import OrderLine, Return
from tests.factories import make_order, make_product
from tests.recount import assert_totals_right
from tests.returns.doing import REASON, order_now, refunds, sold, stock_of


@pytest.fixture(autouse=True)
def totals_stay_right(app, clock):
    yield
    assert_totals_right()


def form(order, *units: str, **more: str) -> dict[str, str]:
    """The desk as a browser sends it: units of each line in turn."""
    lines = db.session.scalars(select(OrderLine.id).where(OrderLine.order_id == order.id).order_by(OrderLine.line_no))
    typed = {f"qty-{id}": text for id, text in zip(lines, units, strict=False)}
    chosen = {"order_id": str(order.id), "reason": REASON, "goods": "sellable", "mode": "cash", "request_key": "key"}
    return chosen | typed | more


def returns() -> list[Return]:
    return list(db.session.scalars(select(Return).order_by(Return.id)))


@pytest.mark.parametrize("typed", ["ORD001", "ord1", " ord-001 ", "1"])
def test_an_order_is_found_by_any_form_of_its_number_and_fills_the_desk(client, typed):
    sold(5)
    page = client.get("/returns/new", query_string={"order": typed}).text
    assert all(text in page for text in ("ORD001, Meera", "Cotton saree", "5 of 5 left, until 24 Mar"))


def test_an_order_is_found_by_its_customer_while_typing(client):
    sold(5)
    part = client.htmx_get("/returns/new?order=mee").text
    assert "/returns/new?order=ORD001" in part and "<html" not in part
    nobody = client.get("/returns/new?order=nobody")
    assert nobody.status_code == 200 and "No order by that number" in nobody.text and 'value="nobody"' in nobody.text


@pytest.mark.parametrize(
    "status, says",
    [("Pending", "cancel it instead"), ("Shipped", "mark it delivered first"), ("Cancelled", "was cancelled")],
)
def test_an_order_that_is_not_with_the_customer_says_what_to_do_instead(client, status, says):
    order = sold(status=status)
    for page in (client.get("/returns/new?order=1"), client.post_form("/returns", form(order, "1"))):
        assert says in page.text and f'href="/orders/{order.id}"' in page.text and 'name="qty-' not in page.text
    assert returns() == []


def test_an_order_that_came_back_whole_says_so(client):
    order = sold(2)
    client.post_form("/returns", form(order, "2"))
    assert "All of ORD001 came back already" in client.get("/returns/new?order=1").text
    assert "Take something back" not in client.get(f"/orders/{order.id}").text


def test_the_refund_is_told_while_typing_and_nothing_is_stored(client):
    order = sold(5, 10_000)
    part = client.htmx_post("/returns/draft?part=typed", form(order, "2")).text
    assert "₹200.00" in part and "Nothing was paid yet: what is due falls by ₹200.00" in part and "<html" not in part
    wrong = client.htmx_post("/returns/draft?part=typed", form(order, "6")).text
    assert "Only 5 of 5 left to come back" in wrong
    line = order_now(order).lines[0].id
    cleared = client.htmx_post("/returns/draft?part=typed", form(order, "") | {f"goods-{line}": ""}).text
    assert re.search(rf'<div class="answer" id="answer-{line}"[^>]*></div>', cleared)
    assert "No money moves" in client.htmx_post("/returns/draft?part=typed", form(order, "2", mode="replacement")).text
    assert returns() == []


def test_damaged_goods_are_not_to_be_sold_until_somebody_says_so(client):
    order = sold(5)

    def chosen(**more: str) -> list[str]:
        part = client.htmx_post("/returns/draft?part=typed", form(order, "1", **more)).text
        return re.findall(r'id="desk-goods".*?name="goods" value="(\w+)" checked', part, re.DOTALL)

    assert chosen(suggested="sellable") == []  # nothing to change, nothing swapped
    assert chosen(reason="Damaged or defective", suggested="sellable") == ["damaged"]
    assert chosen(reason=REASON, goods="damaged", suggested="damaged") == ["sellable"]
    assert chosen(reason=REASON, goods="damaged", suggested="sellable") == []  # chosen by hand
    assert chosen(reason="Damaged or defective", goods="sellable", suggested="damaged") == []
    whole = client.post_form("/returns/draft", form(order, "1", reason="Damaged or defective")).text
    assert 'name="goods" value="damaged" checked' in whole


def test_a_line_that_came_back_damaged_is_not_to_be_sold(client):
    order = make_order(None, make_product("Lamp"), make_product("Bowl"), qty=3, status="Delivered")
    line = order_now(order).lines[1].id
    own = {f"reason-{line}": "Damaged or defective", f"goods-{line}": ""}
    part = client.htmx_post("/returns/draft?part=typed", form(order, "1", "1") | own).text
    assert re.search(rf'name="goods-{line}".*?<option value="damaged" selected', part, re.DOTALL)


def test_one_tap_takes_all_of_an_order(client):
    order = make_order(None, make_product("Lamp"), make_product("Bowl"), qty=3, status="Delivered")
    part = client.htmx_post("/returns/draft", form(order, "", "", all="1")).text
    assert part.count('value="3"') == 2 and "6 units" in part


def test_goods_are_taken_back_and_shown_everywhere(client):
    order = sold(5, 10_000, stock=5, paid=True)
    assert "UTR of the refund" in client.get(f"/returns/new?order={order.ref}").text
    answer = client.post_form("/returns", form(order, "2", words="Too long\nand too wide", reference="slip 7"))
    assert (answer.status_code, answer.location) == (303, f"/returns/{returns()[0].id}")
    page = unescape(client.get(answer.location).text)
    told = ("RET001 taken back", "Refunded", "Too long\nand too wide", REASON, "₹200.00 in cash, slip 7", "2 of 5 sold")
    assert all(text in page for text in told)
    assert refunds() == [("cash", 20_000)] and stock_of(order) == 2
    assert "RET001" in client.get(f"/orders/{order.id}").text
    assert 'data-figure="customer.returns">1<' in client.get(f"/customers/{order.customer_id}").text
    assert 'value="30000" data-figure="money.net"' in client.get("/").text


def test_a_request_waits_to_be_decided(client):
    order = sold(5, paid=True)
    client.post_form("/returns", form(order, "2", do="request"))
    assert (returns()[0].state, refunds()) == ("requested", [])
    assert "Returns to decide</span><b>1</b>" in client.get("/").text
    assert "RET001" in client.get("/returns?state=requested").text


def test_each_line_may_have_its_own_reason(client):
    order = make_order(None, make_product("Lamp", stock=9), make_product("Bowl", stock=9), qty=2, status="Delivered")
    bowl = order_now(order).lines[1].id
    sent = form(order, "1", "1") | {f"reason-{bowl}": "Wrong item sent", f"goods-{bowl}": "damaged"}
    assert client.post_form("/returns", sent).location == f"/orders/{order.id}"
    assert [(one.reason, one.restocked) for one in returns()] == [(REASON, True), ("Wrong item sent", False)]


def test_the_same_form_sent_again_leads_to_what_it_made(client):
    order = sold(5, paid=True)
    answers = [client.post_form("/returns", form(order, "1")) for _ in range(3)]
    assert {answer.location for answer in answers} == {f"/returns/{returns()[0].id}"} and len(returns()) == 1
    assert "stored already" in client.get("/returns").text


WRONG = [
    ({"qty": "0"}, "Type 1 or more"),
    ({"qty": "6"}, "Only 5 of 5 left to come back"),
    ({"qty": "1.5"}, "as a whole number"),
    ({"qty": "three"}, "as a whole number"),
    ({"qty": ""}, "Type how many of something come back"),
    ({"reason": ""}, "Choose why it comes back"),
    ({"reason": "Martians"}, "Choose a reason of the list"),
    ({"goods": "eaten"}, "Choose what becomes of the goods"),
    ({"mode": "gold"}, "Choose how it is settled"),
    ({"words": "x" * 1001}, "within 1,000 characters"),
    ({"words": "a\0b"}, "invisible character"),
    ({"reference": "12", "mode": "upi"}, "A UPI reference (UTR) has 12 digits, this one has 2"),
    ({"mode": "replacement", "goods": "damaged"}, "only 4 left to send as a replacement"),
    ({"qty-999999": "1"}, "Something typed here is not of ORD001"),
]


@pytest.mark.parametrize("wrong, problem", WRONG, ids=[problem for _, problem in WRONG])
def test_what_is_wrong_is_said_and_all_that_was_typed_is_still_there(client, wrong, problem):
    order = sold(5, stock=9, paid=True)
    line = order_now(order).lines[0].id
    sent = form(order, "5", words="Too long", reference="slip 7") | {
        f"qty-{line}" if name == "qty" else name: text for name, text in wrong.items()
    }
    answer = client.post_form("/returns", sent)
    page = unescape(answer.text)
    assert answer.status_code == 422 and problem in page
    for name in (f"qty-{line}", "reference", "words"):
        assert sent[name] in page
    chosen = re.findall(r"<option selected>([^<]*)<", page)
    assert chosen == ([REASON] if sent["reason"] == REASON else [])
    assert (returns(), len(refunds())) == ([], 0)


def bought_on_3_march(clock):
    clock.forward(days=-11)
    order = sold(5)
    clock.forward(days=11)
    return order


def test_staff_needs_an_owner_after_the_last_day(staff, clock):
    order = bought_on_3_march(clock)
    answer = staff.post_form("/returns", form(order, "1", late_reason="Please"))
    assert answer.status_code == 422 and "Only an owner of the shop may allow more" in answer.text
    assert staff.post_form("/returns", form(order, "1", reason="Wrong item sent")).status_code == 303


def test_an_owner_says_why_it_is_taken_back_after_the_last_day(client, clock):
    order = bought_on_3_march(clock)
    assert "The last day was 13 Mar" in client.get("/returns/new?order=1").text
    answer = client.post_form("/returns", form(order, "1"))
    assert answer.status_code == 422 and "Say why you allow it" in answer.text and 'name="late_reason"' in answer.text
    client.post_form("/returns", form(order, "1", late_reason="Good customer"))
    assert returns()[0].late_reason == "Good customer"
    assert "Good customer" in client.get(f"/returns/{returns()[0].id}").text
