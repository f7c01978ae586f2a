import re
from html import unescape

import pytest
from sqlalchemy import func, select

from cms.complaints.queries import complaint_or_404, notes_of
from cms.db import db
from cms.models import Complaint
from tests.after_sale import make_complaint, make_feedback
from tests.databases import count_queries
from tests.factories import make_customer, make_order, make_product, make_user
from tests.recount import assert_totals_right


@pytest.fixture(autouse=True)
def totals_stay_right(app, clock):
    yield
    assert_totals_right()


def typed(**more):
    return {"order": "", "product": "", "text": "The lid does not close", "priority": "normal", "assignee": ""} | more


def count():
    return db.session.scalar(select(func.count()).select_from(Complaint))


def options(text, name):
    select_of = re.search(rf'<select[^>]*name="{name}".*?</select>', text, re.DOTALL)[0]
    return re.findall(r"<option( selected)? value=\"([^\"]*)\"", select_of)


def test_the_number_of_an_order_fills_in_customer_and_product(client):
    lamp = make_product("Clay lamp")
    make_order(make_customer("Meera Rao", phone="+919876543210"), lamp)
    for path in ("/complaints/new?order=ord1", "/complaints/new?order=ORD001"):
        page = client.get(path).text
        assert "Meera Rao" in page and "98765\xa043210" in page
        assert options(page, "product") == [("", ""), (" selected", str(lamp.id))]
    part = client.htmx_post("/complaints/draft?part=found", typed(order="1")).text
    assert "Meera Rao" in part and "<html" not in part and 'name="text"' not in part


def test_of_several_products_one_is_chosen_or_the_order_as_a_whole(client):
    products = [make_product(name) for name in ("Lamp", "Bowl", "Lamp shade")]
    make_order(None, products[0], products[1], products[0])
    page = client.get("/complaints/new?order=ORD001").text
    assert options(page, "product") == [(" selected", ""), ("", str(products[0].id)), ("", str(products[1].id))]
    answer = client.post_form("/complaints", typed(order="ORD001", product=str(products[1].id), priority="high"))
    assert answer.status_code == 303
    page = unescape(client.get(answer.location).text)
    assert all(text in page for text in ("CMP001", "Bowl", "ORD001", "The lid does not close", "Acknowledge by 16 Mar"))
    refused = client.post_form("/complaints", typed(order="ORD001", product=str(products[2].id)))
    assert refused.status_code == 422 and "Choose one of the list" in refused.text and count() == 1


def test_a_customer_without_an_order_is_looked_for_chosen_and_changed(client):
    meera = make_customer("Meera Rao")
    make_order(meera)
    assert "Meera Rao" in client.htmx_post("/complaints/draft?part=customers", typed(customer_q="mee")).text
    picked = client.htmx_post("/complaints/draft", typed(pick=str(meera.id))).text
    assert f'name="customer" value="{meera.id}"' in picked and "ORD001" in picked
    assert 'value="ORD001"' in client.htmx_post("/complaints/draft", typed(customer=str(meera.id), take="ORD001")).text
    assert "Meera" not in client.htmx_post("/complaints/draft", typed(customer=str(meera.id), unpick="1")).text
    assert client.post_form("/complaints", typed(customer=str(meera.id))).status_code == 303
    assert "Meera Rao" in client.get(f"/complaints/new?customer={meera.id}").text


def test_without_scripts_the_whole_form_comes_back_with_all_that_was_typed(client):
    make_order()
    page = client.post_form("/complaints/draft", typed(order="ORD001", text="Half a sentence")).text
    assert "<html" in page and "Half a sentence" in page and "Meera Rao" in page and count() == 0


@pytest.mark.parametrize(
    "wrong, told",
    [
        ({"order": "ORD999"}, "There is no order ORD999"),
        ({"order": ""}, "Type the order's number, or choose a customer"),
        ({"order": "", "customer": "999"}, "Type the order's number, or choose a customer"),
        ({"text": ""}, "Complaint is needed"),
        ({"text": "\u200b"}, "with something in it that can be seen"),
        ({"text": "x" * 5000}, "Keep the complaint within 4,000 characters"),
        ({"text": "bell\x07"}, "invisible character"),
        ({"priority": "urgent"}, "Choose one of the list for priority"),
        ({"assignee": "999"}, "Choose one of the list for who looks after it"),
        ({"product": "x"}, "Choose one of the list"),
    ],
)
def test_bad_input_is_told_and_what_was_typed_stays(client, wrong, told):
    make_order()
    answer = client.post_form("/complaints", typed(order="ORD001", text="Torn <b>box</b>") | wrong)
    assert answer.status_code == 422 and told in unescape(answer.text)
    assert "text" in wrong or "Torn &lt;b&gt;box&lt;/b&gt;" in answer.text
    assert count() == 0


def test_the_same_form_sent_again_leads_to_the_complaint_it_made(client):
    make_order()
    sent = typed(order="ORD001", request_key="k" * 80)
    answers = [client.post_form("/complaints", sent) for _ in range(3)]
    assert len({answer.location for answer in answers}) == 1 and count() == 1


def test_a_low_rating_leads_to_a_complaint_with_all_filled_in(client):
    lamp = make_product("Lamp")
    given = make_feedback(make_order(None, lamp, make_product("Bowl")), lamp, 1, "It broke <i>at once</i>")
    page = client.get(f"/complaints/new?feedback={given.id}").text
    assert "It broke &lt;i&gt;at once&lt;/i&gt;" in page and 'value="ORD001"' in page
    assert (" selected", str(lamp.id)) in options(page, "product")


def test_a_complaint_goes_its_way_on_its_page(client):
    complaint = make_complaint(make_order())
    url = f"/complaints/{complaint.id}/state"
    first = client.htmx_post(url, {"state": "acknowledged", "seen": "open"})
    assert first.status_code == 200 and "Resolve by 13 Apr" in first.text and "Wait for the customer" in first.text
    assert "/returns/new?order=ORD001" in first.text
    sent = {"state": "resolved", "seen": "acknowledged", "resolution_kind": "", "resolution": "Half <b>typed</b>"}
    refused = client.htmx_post(url, sent)
    assert refused.status_code == 422 and "Half &lt;b&gt;typed" in refused.text
    assert client.htmx_post(url, sent | {"resolution_kind": "coupon", "resolution": ""}).status_code == 422
    done = client.htmx_post(url, sent | {"resolution_kind": "coupon"})
    assert done.status_code == 200 and "Coupon or discount. Half &lt;b&gt;typed" in done.text
    assert client.post_form(url, {"state": "reopened", "seen": "resolved"}).status_code == 303
    assert complaint_or_404(complaint.id).state == "reopened"


def test_without_scripts_a_refused_resolution_keeps_what_was_typed(client):
    complaint = make_complaint(state="acknowledged")
    sent = {"state": "resolved", "seen": "acknowledged", "resolution_kind": "", "resolution": "Sent a new one"}
    page = client.post_form(f"/complaints/{complaint.id}/state", sent)
    assert page.status_code == 422 and "<html" in page.text and "Sent a new one" in page.text


def test_a_row_of_the_list_is_moved_where_it_stands(client):
    complaint = make_complaint()
    url, sent = f"/complaints/{complaint.id}/state", {"state": "acknowledged", "seen": "open", "part": "row"}
    row = client.htmx_post(url, sent)
    assert row.status_code == 200 and row.text.strip().startswith(f'<tr id="complaint-{complaint.id}"')
    again = client.htmx_post(url, sent)
    assert again.status_code == 422 and "CMP001 is acknowledged by now; it was changed meanwhile" in again.text


@pytest.mark.parametrize("state", ["", "x", "Open", "<b>", "\0"])
def test_a_step_that_is_none_is_refused_in_words(client, state):
    complaint = make_complaint()
    answer = client.htmx_post(f"/complaints/{complaint.id}/state", {"state": state, "seen": "open"})
    assert answer.status_code == 422 and "Choose one of the steps shown" in answer.text and "<b>x" not in answer.text


def test_priority_and_who_looks_after_it_are_edited_where_they_stand(client):
    ravi, complaint = make_user("staff", name="Ravi"), make_complaint()
    url = f"/complaints/{complaint.id}/cells"
    assert "Ravi" in client.htmx_get(f"{url}/assignee").text
    saved = client.htmx_post(f"{url}/assignee", {"assignee": str(ravi.id), "seen": "", "version": "1"})
    assert saved.status_code == 200 and "Looked after by: Ravi, change" in saved.text
    assert (
        client.htmx_post(f"{url}/priority", {"priority": "high", "seen": "normal", "version": "1"}).status_code == 200
    )
    late = client.htmx_post(f"{url}/priority", {"priority": "low", "seen": "normal", "version": "1"})
    assert late.status_code == 422 and "Someone else changed this" in late.text
    assert client.htmx_post(f"{url}/priority", {"priority": "x", "seen": "high"}).status_code == 422
    assert client.htmx_get(f"{url}/state").status_code == client.htmx_post(f"{url}/ref", {}).status_code == 404
    assert "Ravi" in client.get("/complaints?assignee=" + str(ravi.id)).text


def test_notes_are_added_and_bad_ones_told(client):
    complaint = make_complaint()
    url = f"/complaints/{complaint.id}/notes"
    assert "Called &lt;b&gt;twice" in client.htmx_post(url, {"text": "Called <b>twice</b>"}).text
    for text in ("", "x" * 4001, "nul\0"):
        assert (
            client.htmx_post(url, {"text": text}).status_code
            == client.post_form(url, {"text": text}).status_code
            == 422
        )
    assert client.post_form(url, {"text": "Second"}).status_code == 303
    assert [note.text for note in notes_of(complaint.id)] == ["Called <b>twice</b>", "Second"]


def test_the_tabs_count_and_home_says_what_is_to_be_answered(client, clock):
    make_complaint(state="resolved")
    make_complaint(assignee_id=client.user.id)
    clock.forward(hours=30)
    make_complaint()
    client.sign_in(client.user)
    page = client.get("/complaints").text
    counts = dict(re.findall(r">(\w+) <span class=\"count\">(\d+)</span>", page))
    assert counts == {"Open": "2", "Mine": "1", "Overdue": "0"}
    assert "1 soon" in client.get("/").text
    clock.forward(hours=19)
    client.sign_in(client.user)
    home = client.get("/").text
    assert "1 late" in home and "Complaints to answer" in home
    assert re.findall(r">(CMP\d+)</a>", client.get("/complaints?tab=overdue").text) == ["CMP002"]


def test_the_pages_of_its_order_and_customer_list_it(client):
    order = make_order()
    make_complaint(order)
    for path, new in ((f"/orders/{order.id}", "order=ORD001"), (f"/customers/{order.customer_id}", "customer=")):
        page = client.get(path).text
        assert "CMP001" in page and f"/complaints/new?{new}" in page


def test_a_viewer_sees_all_and_is_offered_nothing(viewer):
    complaint = make_complaint()
    for path in ("/complaints", f"/complaints/{complaint.id}", f"/orders/{complaint.order_id}"):
        page = viewer.get(path).text
        assert "CMP001" in page and "Acknowledge</button>" not in page and "New complaint" not in page
        assert 'name="text"' not in page and 'class="cell' not in page
    assert viewer.htmx_get(f"/complaints/{complaint.id}/cells/priority").text.count("<form") == 0


def test_the_list_asks_as_often_for_many_complaints_as_for_few(client):
    asked = []
    for more in (2, 20):
        order = make_order()
        for _ in range(more):
            make_complaint(order)
        for path in ("/complaints", "/complaints?tab=all", f"/orders/{order.id}", "/"):
            client.get(path)
            with count_queries() as queries:
                client.get(path)
            asked.append(len(queries))
    assert asked[:4] == asked[4:]
