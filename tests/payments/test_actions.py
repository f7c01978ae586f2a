from datetime import date, datetime

import pytest
from sqlalchemy import select

from cms.db import db
from cms.errors import Conflict, RuleError
from cms.models import Activity, CreditMove, Customer, MethodTotal, Order, Payment
from cms.payments import actions
from tests.factories import make_order, make_product, make_user, set_shop, the_shop, write
from tests.payments.doing import UTR, back, cancel, decide, money_of, pay, settle_before, spend, state

pytestmark = pytest.mark.usefixtures("totals_stay_right")


def test_cash_and_card_count_at_once(order):
    assert pay(order, 30_000).ref == "PAY001"
    assert money_of(order) == (30_000, 70_000, 0)
    pay(order, 70_000, "card", "Slip 7")
    assert money_of(order) == (100_000, 0, 0)
    rows = db.session.execute(select(MethodTotal.method, MethodTotal.payments, MethodTotal.received_paise)).all()
    assert sorted(rows) == [("card", 1, 70_000), ("cash", 1, 30_000)]


@pytest.mark.parametrize("method", ["upi", "bank"])
def test_what_only_the_bank_knows_waits_until_someone_has_seen_it(order, method):
    claimed = pay(order, 30_000, method)
    assert (claimed.state, money_of(order)) == ("claimed", (0, 100_000, 0))
    decide(actions.confirm_payment, claimed)
    assert (state(claimed), money_of(order)) == ("confirmed", (30_000, 70_000, 0))
    assert pay(order, 20_000, method, seen=True).state == "confirmed"
    assert money_of(order) == (50_000, 50_000, 0)


def test_a_refused_claim_counts_nothing_and_frees_its_reference(order):
    claimed = pay(order, 30_000, "upi", UTR)
    with pytest.raises(RuleError, match="few words"):
        decide(actions.refuse_payment, claimed, " ")
    decide(actions.refuse_payment, claimed, "Not in the account")
    assert (state(claimed), money_of(order)) == ("refused", (0, 100_000, 0))
    assert pay(order, 30_000, "upi", UTR).utr == UTR


def test_a_claim_is_decided_once(order):
    claimed = pay(order, 30_000, "upi")
    with pytest.raises(Conflict, match="meanwhile"):
        decide(actions.confirm_payment, claimed, version=7)
    decide(actions.confirm_payment, claimed)
    for what, words in ((actions.confirm_payment, ()), (actions.refuse_payment, ("No",))):
        with pytest.raises(Conflict, match="PAY001 is confirmed by now"):
            decide(what, claimed, *words)
    assert money_of(order)[0] == 30_000


def test_a_utr_is_used_once_and_the_refusal_names_whose_it_is(order):
    pay(order, 30_000, "upi", "4123 4567 8901")
    with pytest.raises(RuleError, match="belongs to PAY001, a payment of ORD001") as refused:
        pay(make_order(), 10_000, "upi", UTR)
    assert refused.value.field == "reference"


def test_what_is_paid_too_much_becomes_store_credit(order):
    pay(order, 120_000)
    assert money_of(order) == (100_000, 0, 20_000)
    payment, credit = db.session.scalars(select(Payment).order_by(Payment.id)).all()
    assert (credit.kind, credit.method, credit.amount_paise, credit.reference) == ("refund", "credit", 20_000, "PAY001")
    move = db.session.scalars(select(CreditMove)).one()
    assert (move.amount_paise, move.payment_id, move.order_id) == (20_000, credit.id, payment.order_id)
    pay(order, 5_000)
    assert money_of(order) == (100_000, 0, 25_000)


def test_a_claim_that_is_too_much_by_now_leaves_credit_when_it_is_confirmed(order):
    claimed = pay(order, 100_000, "upi")
    pay(order, 60_000)
    decide(actions.confirm_payment, claimed)
    assert money_of(order) == (100_000, 0, 60_000)


def test_credit_pays_another_order_of_the_customer(order):
    pay(order, 130_000)
    buyer = db.session.get_one(Customer, order.customer_id)
    other = make_order(buyer, make_product(price_paise=20_000))
    with pytest.raises(RuleError, match=r"Only ₹200.00 is due"):
        spend(other, 20_001)
    spend(other, 20_000)
    assert money_of(other) == (20_000, 0, 10_000)
    third = make_order(buyer, make_product(price_paise=50_000))
    with pytest.raises(RuleError, match=r"has ₹100.00 of store credit"):
        spend(third, 10_001)
    assert money_of(third) == (0, 50_000, 10_000)


def test_money_goes_back_at_most_what_was_paid(order):
    pay(order, 60_000)
    with pytest.raises(RuleError, match=r"At most ₹600.00"):
        back(order, 60_001)
    back(order, 10_000, "upi", UTR)
    back(order, 20_000, "credit", "PAY001")
    assert money_of(order) == (30_000, 70_000, 20_000)
    with pytest.raises(RuleError, match=r"At most ₹300.00"):
        back(order, 30_001)
    totals = db.session.execute(select(MethodTotal.method, MethodTotal.refunded_paise)).all()
    assert sorted(totals) == [("cash", 0), ("credit", 20_000), ("upi", 10_000)]


def test_a_cancelled_order_takes_no_money_but_gives_it_back(order):
    pay(order, 60_000)
    claimed = pay(order, 40_000, "upi")
    cancel(order)
    assert money_of(order) == (60_000, -60_000, 0)
    for refused in (lambda: pay(order, 1), lambda: spend(order, 1)):
        with pytest.raises(RuleError, match="ORD001 is cancelled"):
            refused()
    decide(actions.confirm_payment, claimed)  # it came all the same
    assert money_of(order) == (100_000, -100_000, 0)
    back(order, 100_000, "bank")
    assert money_of(order) == (0, 0, 0)


def test_an_order_from_before_takes_no_payment_but_refunds_up_to_its_worth(order):
    settle_before(order)
    with pytest.raises(RuleError, match="earlier records"):
        pay(order, 1)
    back(order, 40_000)
    assert money_of(order) == (-40_000, 0, 0)
    with pytest.raises(RuleError, match=r"At most ₹600.00"):
        back(order, 60_001)


def test_the_day_is_that_of_the_money(order, clock):
    clock.forward(days=3)
    paid = pay(order, 10_000, at=datetime(2026, 3, 15, 6, 30))
    assert (paid.paid_on, paid.created_at) == (date(2026, 3, 15), clock.now)
    for at, told in ((datetime(2026, 3, 13, 6), "before the day"), (datetime(2026, 3, 18, 6), "future")):
        with pytest.raises(RuleError, match=told) as refused:
            pay(order, 10_000, at=at)
        assert refused.value.field == "paid_on"


@pytest.mark.parametrize(
    "paise, method, told",
    [(0, "cash", "more than 0"), (-5, "cash", "more than 0"), (5, "credit", "Choose how"), (5, "gold", "Choose how")],
)
def test_bad_amounts_and_ways_are_refused(order, paise, method, told):
    with pytest.raises(RuleError, match=told):
        pay(order, paise, method)
    assert money_of(order) == (0, 100_000, 0)


def test_a_form_sent_twice_makes_one(order):
    pay(order, 120_000, key="k1")
    assert pay(order, 120_000, key="k1").ref == "PAY001"
    assert back(order, 500, key="k2").ref == back(order, 500, key="k2").ref
    assert spend(order, 500, key="k3").ref == spend(order, 500, key="k3").ref
    assert money_of(order) == (100_000, 0, 19_500)


def test_a_wrong_payment_is_taken_back_with_the_credit_it_made(order, clock):
    pay(order, 50_000)
    wrong = pay(order, 80_000, "upi", UTR, seen=True)
    assert money_of(order) == (100_000, 0, 30_000)
    decide(actions.take_back_payment, wrong)
    assert money_of(order) == (50_000, 50_000, 0)
    assert pay(order, 50_000, "upi", UTR, seen=True).state == "confirmed"
    with pytest.raises(Conflict):
        decide(actions.take_back_payment, wrong)


def test_a_payment_whose_credit_was_spent_or_whose_time_is_over_stands(order, clock):
    wrong = pay(order, 130_000)
    other = make_order(db.session.get_one(Customer, order.customer_id), make_product(price_paise=20_000))
    spent = spend(other, 20_000)
    with pytest.raises(RuleError, match="spent since"):
        decide(actions.take_back_payment, wrong)
    credit = db.session.scalars(select(Payment).where(Payment.kind == "refund")).one()
    with pytest.raises(RuleError, match="came from PAY001"):
        decide(actions.take_back_payment, credit)
    decide(actions.take_back_payment, spent)
    assert money_of(other) == (0, 20_000, 30_000)
    clock.forward(minutes=61)
    with pytest.raises(RuleError, match="within 60 minutes"):
        decide(actions.take_back_payment, wrong)


def test_the_time_to_take_back_a_claim_begins_when_it_is_confirmed(order, clock):
    claimed = pay(order, 100_000, "upi")
    clock.forward(hours=5)
    decide(actions.confirm_payment, claimed)
    clock.forward(minutes=59)
    decide(actions.take_back_payment, claimed)
    assert money_of(order) == (0, 100_000, 0)


def test_refunds_are_taken_back_but_not_the_payment_below_them(order):
    paid = pay(order, 60_000)
    cash, credit = back(order, 10_000), back(order, 50_000, "credit")
    with pytest.raises(RuleError, match="given back since"):
        decide(actions.take_back_payment, paid)
    decide(actions.take_back_payment, cash)
    decide(actions.take_back_payment, credit)
    assert money_of(order) == (60_000, 40_000, 0)


def test_a_simulated_payment_pays_what_is_due_where_the_shop_allows_it(order):
    def simulate():
        with write():
            return actions.simulate_payment(db.session.get_one(Order, order.id), the_shop(), None)

    with pytest.raises(RuleError, match="switched off"):
        simulate()
    set_shop(simulate_payments=True)
    made = simulate()
    assert (made.method, made.reference, made.state) == ("other", "Simulated", "confirmed")
    assert money_of(order) == (100_000, 0, 0)
    with pytest.raises(RuleError, match="Nothing is due"):
        simulate()


def test_money_leaves_its_trace(order):
    user = make_user()
    claimed = pay(order, 130_000, "upi", by=user)
    decide(actions.confirm_payment, claimed, by=user)
    decide(actions.take_back_payment, claimed, by=user)
    decide(actions.refuse_payment, pay(order, 5, "bank", by=user), "Never came", by=user)
    query = select(Activity.verb, Activity.after).where(Activity.thing == "payments").order_by(Activity.id)
    verbs, after = zip(*db.session.execute(query).all(), strict=True)
    assert [verb.partition(".")[2] for verb in verbs] == ["claimed", "confirmed", "taken_back", "claimed", "refused"]
    assert after[1] == {"amount_paise": 130_000, "method": "upi", "excess_paise": 30_000}
    entries = db.session.scalars(select(Activity).where(Activity.thing == "payments")).all()
    assert {(entry.order_id, entry.customer_id, entry.by_name) for entry in entries} == {
        (order.id, order.customer_id, user.name)
    }
