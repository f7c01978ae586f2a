"""What is still open with a person who is forgotten, and how tax is said in the copy of their data."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO

import pytest

from cms import clock
from cms.complaints.queries import story_of, unsolved
from cms.complaints.rules import STATES, soon
from cms.db import db
from cms.errors import RuleError
from cms.models import Complaint, Customer, Order
from cms.privacy.actions import forget
from cms.privacy.queries import in_the_way
from cms.privacy.rules import TAKEN_OUT
from tests.after_sale import make_complaint, make_return
from tests.factories import make_customer, make_order, make_product, set_shop, write
from tests.payments.doing import pay
from tests.recount import assert_totals_right


@pytest.fixture(autouse=True)
def sound(app):
    yield
    assert_totals_right()


def forgotten(who: Customer, anyway: bool = True) -> None:
    with write():
        row = db.session.get_one(Customer, who.id)
        forget(row, row.version, row.ref, anyway, None)


@pytest.mark.parametrize("state", ["open", "acknowledged", "waiting", "reopened", "resolved"])
def test_a_complaint_of_whoever_is_forgotten_is_closed(client, state):
    who = make_customer("Zubeida Khan")
    order = make_order(who, status="Delivered")
    pay(order, order.total_paise)
    mine, other = make_complaint(order, "Zubeida is angry", state=state), make_complaint(make_customer("Usha"))
    page = f"/customers/{who.id}/privacy"
    assert ("1 complaint is not resolved; it will be closed" in client.get(page).text) == (state != "resolved")
    assert "Tell the customer" in client.get(f"/orders/{order.id}").text
    if state != "resolved":
        with pytest.raises(RuleError, match=r"1 complaint is not resolved.*Tick this to forget all the same"):
            forgotten(who, anyway=False)
    forgotten(who)
    db.session.rollback()
    mine, other = db.session.get_one(Complaint, mine.id), db.session.get_one(Complaint, other.id)
    said = TAKEN_OUT if state == "resolved" else "Closed: the customer's data was forgotten"
    assert (mine.state, mine.resolution) == ("resolved", said)
    assert mine.opened_at <= mine.acknowledged_at <= mine.resolved_at
    assert other.state == "open"
    story = [(entry.verb, entry.before, entry.after) for entry in story_of(mine.id)]
    was = STATES["acknowledged" if state == "resolved" else state]
    assert story[0] == ("complaint.moved", {"status": was}, {"status": "Resolved"})
    assert db.session.execute(unsolved(0, **soon(clock.now()))).one().count == 1
    assert in_the_way(who.id)["complaints"] == 0
    assert "Tell the customer" not in client.get(f"/orders/{order.id}").text


def test_what_becomes_of_money_is_said_and_is_so(client):
    who = make_customer("Zubeida Khan")
    paid, owed = make_order(who, qty=2, status="Delivered"), make_order(who, status="Delivered").id
    pay(paid, paid.total_paise)
    make_return(paid, state="refunded", mode="credit")
    text = client.get(f"/customers/{who.id}/privacy").text
    assert "Money is owed on 1 order; it stays due in the books" in text and "let go" not in text
    assert "store credit that was not spent; it stays in the books, but no new order can use it" in text
    forgotten(who)
    db.session.rollback()
    assert db.session.get_one(Order, owed).due_paise == db.session.get_one(Customer, who.id).credit_paise == 49_900
    with pytest.raises(RuleError, match="archived"):
        make_order(who)


@pytest.mark.parametrize("inclusive", [True, False])
def test_the_copy_speaks_of_tax_on_top_only_where_there_is_some(client, inclusive):
    set_shop(
        gst_mode="regular", gstin="37AAPFU0939F1ZF", legal_name="S", address="1 Road", state="Andhra Pradesh",
        prices_include_tax=inclusive,
    )  # fmt: skip
    lamp = make_product(price_paise=10_000, gst_rate_bp=1_800, hsn="9405")
    order = make_order(make_customer("Zubeida Khan"), lamp, qty=3, status="Delivered")
    make_return(order, state="refunded")
    file = zipfile.ZipFile(BytesIO(client.post_form(f"/customers/{order.customer_id}/privacy/copy").data))
    data, page = json.loads(file.read("data.json")), file.read("data.html").decode()
    assert "<b>Given back</b></dt><dd>₹100.00<" in page and "without tax" not in page and "CGST" in page
    assert "<b>Tax</b>" not in page
    on_top = {} if inclusive else {"tax_on_top": "18.00"}
    told = [{name: value for name, value in row.items() if "tax" in name} for row in data["returns"] + data["orders"]]
    assert told == [on_top, {} if inclusive else {"tax_on_top": "54.00", "returned_tax_on_top": "18.00"}]
    assert page.count("<b>Tax on top of the prices</b>") == 2 * (not inclusive)


def test_what_was_closed_by_forgetting_is_not_opened_again(client):
    who = make_customer("Zubeida Khan")
    mine, other = make_complaint(who), make_complaint(make_customer("Usha"), state="resolved")
    forgotten(who)
    pages = [client.get(f"/complaints/{one.id}").text for one in (mine, other)]
    assert ["Reopen" in page for page in pages] == [False, True]
    answer = client.htmx_post(f"/complaints/{mine.id}/state", {"state": "reopened", "seen": "resolved"})
    assert answer.status_code == 422 and "was forgotten, so this complaint stays closed" in answer.text
    assert db.session.get_one(Complaint, mine.id).state == "resolved"
