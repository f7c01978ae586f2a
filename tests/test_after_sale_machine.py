"""Orders, payments, invoices, returns, cancellations and undo in any order: the books and the papers stay right."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from cms.activity.undo import undo
from cms.checks.invariants import all_checks
from cms.db import db
from cms.errors import RuleError
from cms.invoices.actions import issue_invoice
from cms.models import Activity, CreditNote, Invoice, Order, OrderLine, Payment, Return
from cms.orders.actions import Item, move_order, take_back
from cms.orders.queries import order_or_404
from cms.payments import actions as payments
from tests.factories import make_customer, make_order, make_product, the_shop, write
from tests.invoices.papers import issue, open_shop
from tests.moving import change
from tests.payments.doing import decide, pay
from tests.returns import doing as returns

WHICH = st.integers(0, 40)
MODES = st.sampled_from(["cash", "upi", "credit", "other", "replacement"])


class AfterTheSale(RuleBasedStateMachine):
    """Whatever is refused leaves nothing behind; `check` finds nothing after any of it."""

    database: object
    inclusive: bool
    made: Counter[str]

    @initialize()
    def open(self) -> None:
        db.session.rollback()
        self.database.empty()  # type: ignore[attr-defined]
        open_shop(prices_include_tax=self.inclusive, undo_minutes=600)
        self.buyers = [make_customer(state=state) for state in ("Telangana", "Karnataka")]
        goods = [(9_999, 40, 1800), (333, None, 500)]
        self.goods = [
            make_product(price_paise=price, stock=stock, gst_rate_bp=rate, hsn="6912") for price, stock, rate in goods
        ]
        order = make_order(self.buyers[0], *self.goods, qty=2, status="Shipped")  # the walk may leave a step out
        pay(order, 30_000, "card")
        with write():
            change(order, self.buyers[1].id, items=[Item(self.goods[0].id, 3, 9_000, 250)])
        for status in ("Delivered", "Delivered", "Pending"):
            order = make_order(self.buyers[0], *self.goods, qty=3, status=status, discount_paise=100)
            pay(order, order.payable_paise, "card")
            issue(order)
            if status == "Delivered":
                returns.take_back(order, 1)

    @rule(which=WHICH, units=st.integers(1, 4), off=st.integers(0, 300))
    def place(self, which, units, off):
        lines = [Item(one.id, units, one.price_paise) for one in self.goods]
        self.attempt(lambda: make_order(self.buyers[which % 2], *lines, discount_paise=off))

    @rule(which=WHICH, units=st.integers(1, 5), off=st.integers(0, 300), back=st.integers(0, 9), keep=st.booleans())
    def change(self, which, units, off, back, keep):
        """Other lines, another day, another customer, whatever was paid of it."""

        def do() -> None:
            order = self.order(which, Order.id.not_in(select(Invoice.order_id)))
            if keep:
                change(order, day=order.ordered_on - timedelta(back), discount_paise=min(off, order.total_paise))
            else:
                items = [Item(self.goods[which % 2].id, units, 5_000), Item(self.goods[0].id, 1, 100, 250)]
                change(order, self.buyers[units % 2].id, items=items, discount_paise=off)

        self.attempt(do, inside=True)

    @rule(which=WHICH, new=st.sampled_from(["Shipped", "Delivered", "Delivered", "Cancelled", "back"]))
    def move(self, which, new):
        def do() -> None:
            order = self.order(which)
            take_back(order, order.status, 600, None) if new == "back" else move_order(order, new, order.status, None)

        self.attempt(do, inside=True)

    @rule(which=WHICH, part=st.integers(1, 3), method=st.sampled_from(["cash", "upi", "card"]))
    def pay(self, which, part, method):
        self.attempt(lambda: pay(self.order(which), self.order(which).due_paise * part // 2, method))

    @rule(which=WHICH, what=st.sampled_from([payments.confirm_payment, payments.take_back_payment]))
    def decide(self, which, what):
        if rows := db.session.scalars(select(Payment).order_by(Payment.id)).all():
            self.attempt(lambda: decide(what, rows[which % len(rows)]))

    @rule(which=WHICH)
    def invoice(self, which):
        self.attempt(lambda: issue_invoice(self.order(which), the_shop(), None), inside=True)

    @rule(which=WHICH, one=st.integers(0, 4), two=st.integers(0, 4), mode=MODES, now=st.booleans())
    def bring_back(self, which, one, two, mode, now):
        do = returns.take_back if now else returns.ask
        self.attempt(lambda: do(self.order(which), one, two, mode=mode))

    @rule(which=WHICH, new=st.sampled_from(["approved", "received", "refused", "refunded"]), mode=MODES)
    def decide_return(self, which, new, mode):
        if rows := db.session.scalars(select(Return).order_by(Return.id)).all():
            back = rows[which % len(rows)]
            step = (lambda: returns.refund(back, back.state, mode)) if new == "refunded" else None
            self.attempt(step or (lambda: returns.move(back, new, back.state)))

    @rule(which=WHICH)
    def undo(self, which):
        if entries := db.session.scalars(select(Activity).order_by(Activity.id.desc()).limit(5)).all():
            self.attempt(lambda: undo(entries[which % len(entries)], 600, None), inside=True)

    def order(self, which: int, *wanted: Any) -> Order:
        ids = db.session.scalars(select(Order.id).where(*wanted).order_by(Order.id)).all()
        if not ids:
            raise RuleError("There is no order yet")
        return order_or_404(ids[which % len(ids)])

    def attempt(self, do, inside: bool = False) -> None:
        db.session.rollback()
        try:
            if inside:
                with write():
                    do()
            else:
                do()
        except RuleError:
            pass
        finally:
            db.session.rollback()
            db.session.expunge_all()

    @invariant()
    def the_books_are_right(self):
        if not hasattr(self, "goods"):
            return
        db.session.rollback()
        assert [line for check in all_checks() for line in check.failures()] == []
        for table in (Invoice, CreditNote):
            serials = db.session.scalars(select(table.serial).order_by(table.serial)).all()
            assert serials == list(range(1, len(serials) + 1))
        assert (db.session.scalar(select(func.min(Order.paid_paise))) or 0) >= 0
        money = (Return.refund_paise, Return.tax_paise, Return.quantity)
        for line in db.session.scalars(select(OrderLine)):
            done = select(*(func.coalesce(func.sum(each), 0) for each in money)).where(
                Return.order_line_id == line.id, Return.state == "refunded", Return.refund_mode != "replacement"
            )
            refund, tax, units = map(int, db.session.execute(done).one())
            assert refund <= line.total_paise and units <= line.returned_quantity <= line.quantity
            if units == line.quantity:
                on_top = 0 if self.inclusive else line.cgst_paise + line.sgst_paise + line.igst_paise
                assert (refund, tax) == (line.total_paise, on_top)
        db.session.rollback()

    def teardown(self):
        db.session.rollback()
        for table in (Invoice, CreditNote, Return, Payment):
            self.made[table.__tablename__] += db.session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize("inclusive", [True, False])
def test_whatever_follows_a_sale_the_books_and_papers_are_right(app, clock, migrated, inclusive):
    AfterTheSale.database, AfterTheSale.inclusive, AfterTheSale.made = migrated, inclusive, Counter()
    few = settings(max_examples=3, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(AfterTheSale, settings=few)
    made = AfterTheSale.made
    assert made["returns"] and made["credit_notes"] and made["invoices"] and made["payments"], made
