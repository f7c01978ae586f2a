import re
from html import unescape

import pytest
from sqlalchemy import func, select

from cms.db import db
from cms.models import Customer, Payment
from tests.databases import count_queries
from tests.factories import make_customer, make_order, make_product, set_shop
from tests.payments.doing import UTR, back, cancel, money_of, pay, settle_before, state

pytestmark = pytest.mark.usefixtures("totals_stay_right")


@pytest.fixture
def with_upi(app):
    set_shop(name="A & B Stores", upi_vpa="ab.stores@okaxis")


def form(amount="1000", method="cash", **more: str) -> dict[str, str]:
    return {"amount": amount, "method": method, **more}


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Payment))


def page_of(client, path: str) -> str:
    return unescape(client.get(path).text)


def test_a_payment_is_recorded_from_the_order_and_shown_there(client, order):
    shown = page_of(client, f"/orders/{order.id}")
    assert "Unpaid" in shown and f"/orders/{order.id}/payments/new" in shown
    answer = client.post_form(f"/orders/{order.id}/payments", form("400", note="<b>half</b>"))
    assert (answer.status_code, answer.location) == (303, f"/orders/{order.id}")
    raw = client.get(answer.location).text
    assert "Part paid" in raw and "₹400.00 recorded" in raw and "<b>half</b>" not in raw and "&lt;b&gt;half" in raw
    client.post_form(f"/orders/{order.id}/payments", form("600", "card", reference="Slip 7"))
    shown = page_of(client, f"/orders/{order.id}")
    assert ">Paid</span>" in shown and "Slip 7" in shown and "Record payment" not in shown


def test_by_htmx_the_card_and_the_heading_follow(client, order):
    card = client.htmx_get(f"/orders/{order.id}/payments/new").text
    assert f'id="order-{order.id}-payment"' in card and 'value="1000.00"' in card and "<html" not in card
    answer = client.htmx_post(f"/orders/{order.id}/payments", form("1000"))
    assert f'id="order-{order.id}-paid" hx-swap-oob="true"' in answer.text and "Paid" in answer.text
    assert "₹1,000.00 recorded" in answer.headers["HX-Trigger"].encode().decode("unicode_escape")
    assert "Record payment" in client.htmx_get(f"/orders/{order.id}/payments/new").text
    assert 'name="amount"' not in client.htmx_get(f"/orders/{order.id}/payments/new?cancel=1").text


def test_what_is_more_than_due_is_asked_about_once_and_told(client, order):
    path = f"/orders/{order.id}/payments"
    asked = client.post_form(path, form("1200", note="All at once"))
    page = unescape(asked.text)
    assert asked.status_code == 422 and count() == 0 and "All at once" in page
    assert "Only ₹1,000.00 is due. Save again if it is right: ₹200.00 becomes store credit" in page
    sure = re.search(r'name="sure"[^>]*value="(\d+)"', asked.text)[1]
    assert client.post_form(path, form("12000", sure=sure)).status_code == 422 and count() == 0  # another amount
    assert client.post_form(path, form("1200", sure=sure)).status_code == 303
    shown = page_of(client, f"/orders/{order.id}")
    assert "₹1,200.00 recorded; ₹200.00 of it was more than due and is store credit now" in shown


def test_the_same_money_typed_in_two_tabs_is_not_taken_for_more(client, order):
    path = f"/orders/{order.id}/payments"
    first, second = form("1000", request_key="one"), form("1000", request_key="two")
    assert client.post_form(path, first).status_code == 303
    assert client.post_form(path, first).status_code == 303 and count() == 1  # sent again
    again = client.post_form(path, second)
    assert again.status_code == 422 and count() == 1 and "Nothing is due now. Save again" in unescape(again.text)


@pytest.mark.parametrize(
    "sent, told",
    [
        (form(""), "Amount is needed"),
        (form("0"), "The amount must be more than 0"),
        (form("-5"), "cannot be negative"),
        (form("1.005"), "at most 2 decimals"),
        (form("ten"), "Write the amount like"),
        (form(method="gold"), "Choose one of the list"),
        (form(method="credit"), "Choose one of the list"),
        (form(method="upi", reference="1234"), "has 12 digits, this one has 4"),
        (form(method="upi", reference=UTR), "belongs to PAY001, a payment of ORD001"),
        (form(paid_on="2026-03-15"), "lies in the future"),
        (form(paid_on="2026-03-13"), "before the day of the order"),
        (form(paid_on="yesterday"), "Write the date like"),
        (form(note="x" * 201), "within 200 characters"),
    ],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_what_is_wrong_stands_beside_it_and_nothing_typed_is_lost(client, order, sent, told, htmx):
    pay(order, 100, "upi", UTR)
    sent = {"reference": "kept as typed", "sure": "100000"} | sent
    post = client.htmx_post if htmx else client.post_form
    answer = post(f"/orders/{order.id}/payments", sent)
    shown = unescape(answer.text)
    assert (answer.status_code, told in shown, count()) == (422, True, 1)
    assert sent["reference"] in shown and (not sent["amount"] or f'value="{sent["amount"]}"' in shown)


def test_a_double_tap_records_once(client, order):
    for _ in range(3):
        client.post_form(f"/orders/{order.id}/payments", form("300", request_key="k" * 32))
    assert (count(), money_of(order)) == (1, (30_000, 70_000, 0))


def test_staff_note_what_an_owner_confirms(client, staff, order):
    assert "I have seen it" not in page_of(staff, f"/orders/{order.id}/payments/new")
    answer = staff.post_form(f"/orders/{order.id}/payments", form(method="upi", seen="y"))
    assert answer.status_code == 422 and "Only an owner can say" in answer.text
    staff.post_form(f"/orders/{order.id}/payments", form(method="upi", reference="4123 4567 8901"))
    payment = db.session.scalars(select(Payment)).one()
    assert (payment.state, payment.utr) == ("claimed", UTR)
    assert staff.post_form(f"/payments/{payment.id}/state", {"state": "confirmed"}).status_code == 403
    assert "Payments to confirm</span><b>1</b>" in page_of(client, "/")
    shown = page_of(client, "/payments?state=claimed")
    assert 'To confirm <span class="count">1</span>' in shown and f"UTR {UTR}" in shown
    sent = {"state": "confirmed", "version": "1", "back": "/payments?state=claimed"}
    answer = client.htmx_post(f"/payments/{payment.id}/state", sent)
    assert "Nothing to confirm" in answer.text and 'class="count">0<' in answer.text
    again = client.htmx_post(f"/payments/{payment.id}/state", sent)
    assert again.status_code == 422 and "it was decided meanwhile" in again.headers["HX-Trigger"]
    assert money_of(order)[0] == 100_000


def test_an_owner_who_has_seen_it_records_it_as_confirmed(client, order):
    client.post_form(f"/orders/{order.id}/payments", form(method="upi", seen="y"))
    assert money_of(order) == (100_000, 0, 0)


def test_a_claim_is_refused_with_a_reason(client, order):
    claimed = pay(order, 5_000, "bank")
    path, sent = f"/payments/{claimed.id}/state", {"state": "refused", "version": "1"}
    assert "Say in a few words" in client.htmx_post(path, sent | {"reason": " "}).text
    answer = client.post_form(path, sent | {"reason": "Not in the account"})
    assert answer.location == f"/orders/{order.id}" and state(claimed) == "refused"
    shown = page_of(client, answer.location)
    assert "Not in the account" in shown and "does not count" in shown
    assert client.post_form(path, {"state": "gone"}).status_code == 400


def test_a_mistake_is_taken_back_within_its_time(client, order, clock):
    client.post_form(f"/orders/{order.id}/payments", form("700"))
    assert "Recorded by mistake" in page_of(client, f"/orders/{order.id}")
    clock.forward(minutes=61)
    assert "Recorded by mistake" not in page_of(client, f"/orders/{order.id}")
    payment = db.session.scalars(select(Payment)).one()
    sent = {"state": "back", "version": "1"}
    assert "time is over" in client.htmx_post(f"/payments/{payment.id}/state", sent).text
    clock.forward(minutes=-30)
    answer = client.htmx_post(f"/payments/{payment.id}/state", sent)
    assert answer.status_code == 200 and "Unpaid" in answer.text


def test_money_given_back_since_is_not_offered_as_a_mistake(client, order):
    pay(order, 120_000)
    assert page_of(client, f"/orders/{order.id}").count("Recorded by mistake") == 1
    cancel(order)
    assert "Recorded by mistake" in page_of(client, f"/orders/{order.id}")
    back(order, 100_000)
    offered = re.findall(r"(PAY\d+) back, because it was recorded by mistake", page_of(client, f"/orders/{order.id}"))
    assert offered == ["PAY003"]  # the refund itself


def test_a_cancelled_order_offers_to_give_the_money_back(client, order):
    pay(order, 60_000)
    cancel(order)
    shown = page_of(client, f"/orders/{order.id}")
    assert "To give back" in shown and "Give back ₹600.00" in shown
    assert 'value="600.00"' in page_of(client, f"/orders/{order.id}/refunds/new")
    answer = client.post_form(f"/orders/{order.id}/refunds", form("600.01", "upi"))
    assert answer.status_code == 422 and "At most ₹600.00 can be given back" in answer.text
    client.htmx_post(f"/orders/{order.id}/refunds", form("200", "credit"))
    client.post_form(f"/orders/{order.id}/refunds", form("400", "cash"))
    assert money_of(order) == (0, 0, 20_000) and "Refunded" in page_of(client, f"/orders/{order.id}")


def test_credit_is_offered_and_spent_on_the_order_page_and_told_on_the_customers(client, order):
    pay(order, 125_000)
    buyer = db.session.get_one(Customer, order.customer_id)
    other = make_order(buyer, make_product(price_paise=100_000))
    assert "Use ₹250.00 store credit" in page_of(client, f"/orders/{other.id}")
    shown = page_of(client, f"/customers/{buyer.id}")
    assert "Owes on 1 order" in shown and "ORD001 was paid too much" in shown
    client.post_form(f"/orders/{other.id}/payments", form("250", "credit"))
    assert money_of(other) == (25_000, 75_000, 0)
    assert "Owes on" not in page_of(client, f"/customers/{make_customer().id}")


def test_an_order_from_before_says_so_and_asks_for_nothing(client, order):
    settle_before(order)
    shown = page_of(client, f"/orders/{order.id}")
    assert "From your earlier records" in shown and "Record payment" not in shown
    answer = client.post_form(f"/orders/{order.id}/payments", form())
    assert answer.status_code == 422 and "nothing is due on it" in answer.text


def test_a_simulated_payment_is_offered_only_where_it_is_switched_on(client, order):
    assert "Simulate" not in page_of(client, f"/orders/{order.id}")
    assert client.post_form(f"/orders/{order.id}/payments", {"simulate": "1"}).status_code == 422
    set_shop(simulate_payments=True)
    assert "Simulate this payment" in page_of(client, f"/orders/{order.id}")
    client.post_form(f"/orders/{order.id}/payments", {"simulate": "1"})
    shown = page_of(client, f"/orders/{order.id}")
    assert "Simulated" in shown and money_of(order) == (100_000, 0, 0)


def test_a_viewer_sees_the_money_and_touches_nothing(viewer, order, with_upi):
    pay(order, 100, "upi")
    shown = page_of(viewer, f"/orders/{order.id}") + page_of(viewer, "/payments?state=claimed")
    assert "PAY001" in shown and "Record payment" not in shown and ">Confirm<" not in shown


def test_the_list_of_orders_says_how_each_is_paid(client, order):
    pay(order, 40_000)
    paid = make_order()
    pay(paid, 49_900)
    wrong = make_order()
    pay(wrong, 1_000)
    cancel(wrong)
    make_order()
    shown = page_of(client, "/orders")
    for text in ("₹600.00 due", ">paid<", "₹10.00 to give back", ">unpaid<"):
        assert text in shown, text


def test_the_list_asks_as_often_for_many_rows_as_for_few(client, order):
    def asked() -> int:
        client.get("/payments")
        with count_queries() as queries:
            client.get("/payments")
        return len(queries)

    pay(order, 100, "upi")
    few = asked()
    for _ in range(20):
        another = make_order()
        pay(another, 100, "upi")
        pay(another, 100)
        back(another, 50)
    assert asked() == few
