"""Whatever is done with money, in whatever order: nothing comes from nowhere, and every total is what its rows say."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from cms.checks import amounts
from cms.db import db, writing
from cms.errors import RuleError
from cms.models import CreditMove, Customer, Order, Payment
from cms.orders.actions import move_order
from cms.payments import actions
from tests.factories import make_customer, make_order, make_product, the_shop
from tests.payments.doing import back, decide, pay, spend
from tests.recount import assert_totals_right

AMOUNTS = st.integers(-100, 15_000)
METHODS = st.sampled_from(["cash", "upi", "bank", "card", "credit", "other"])
WHICH = st.integers(0, 30)


class Money(RuleBasedStateMachine):
    """Two orders of one customer, one of them from before, and all that can be done with their money."""

    database: object

    @initialize()
    def open(self) -> None:
        db.session.rollback()
        self.database.empty()  # type: ignore[attr-defined]
        buyer, product = make_customer(), make_product(price_paise=10_000)
        self.orders = [make_order(buyer, product) for _ in range(3)]
        with writing():
            db.session.get_one(Order, self.orders[2].id).settled_before = True
            db.session.commit()

    @rule(which=WHICH, paise=AMOUNTS, method=METHODS, seen=st.booleans())
    def record(self, which, paise, method, seen):
        self.attempt(lambda order: pay(order, paise, method, seen=seen), which)

    @rule(which=WHICH, paise=AMOUNTS, mode=METHODS)
    def give_back(self, which, paise, mode):
        self.attempt(lambda order: back(order, paise, mode), which)

    @rule(which=WHICH, paise=AMOUNTS)
    def use_credit(self, which, paise):
        self.attempt(lambda order: spend(order, paise), which)

    @rule(which=WHICH)
    def confirm(self, which):
        self.on_row(which, actions.confirm_payment)

    @rule(which=WHICH)
    def refuse(self, which):
        self.on_row(which, actions.refuse_payment, "No")

    @rule(which=WHICH)
    def take_back(self, which):
        self.on_row(which, actions.take_back_payment)

    @rule(which=WHICH, status=st.sampled_from(["Cancelled", "Shipped"]))
    def move(self, which, status):
        def step(order):
            with writing():
                found = db.session.get_one(Order, order.id)
                move_order(found, status, found.status, None)
                db.session.commit()

        self.attempt(step, which)

    def attempt(self, do, which):
        try:
            do(self.orders[which % len(self.orders)])
        except RuleError as error:
            assert error.message
        db.session.rollback()
        db.session.expunge_all()

    def on_row(self, which, what, *words):
        rows = db.session.scalars(select(Payment).order_by(Payment.id.desc())).all()
        db.session.rollback()
        if rows:
            self.attempt(lambda _order: decide(what, rows[which % len(rows)], *words), 0)

    def teardown(self):
        db.session.rollback()

    @invariant()
    def every_total_is_what_its_rows_say(self):
        assert_totals_right()
        assert [*amounts.refunds(), *amounts.credit_moves()] == []

    @invariant()
    def nobody_has_less_than_nothing(self):
        assert (db.session.scalar(select(func.min(Customer.credit_paise))) or 0) >= 0
        known = select(func.min(Order.paid_paise)).where(Order.settled_before.is_(False))
        assert (db.session.scalar(known) or 0) >= 0

    @invariant()
    def a_living_order_is_never_paid_more_than_it_comes_to(self):
        over = select(Order.ref).where(Order.status != "Cancelled", Order.paid_paise > Order.payable_paise)
        assert db.session.scalars(over).all() == []

    @invariant()
    def money_that_is_not_credit_came_from_somebody(self):
        """What customers have as credit and have paid is what they brought, less what they got."""
        signed = (Payment.kind == "payment", Payment.method != "credit", Payment.state == "confirmed")
        brought = db.session.scalar(select(func.sum(Payment.amount_paise)).where(*signed)) or 0
        got = (
            db.session.scalar(select(func.sum(Payment.amount_paise)).where(Payment.kind == "refund", *signed[1:])) or 0
        )
        paid = db.session.scalar(select(func.sum(Order.paid_paise))) or 0
        credit = db.session.scalar(select(func.sum(CreditMove.amount_paise))) or 0
        assert brought - got == paid + credit
        db.session.rollback()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_money_is_never_made_or_lost(migrated, app):
    class OnThis(Money):
        database = migrated

    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(
        OnThis, settings=settings(max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=checks)
    )
    assert the_shop().name
