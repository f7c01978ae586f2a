"""Any returns in any order: units, stock and money agree with a simple model of them, and with their recount."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from cms.checks.invariants import all_checks
from cms.db import db
from cms.errors import RuleError
from cms.models import Order, OrderLine, Product, Return
from cms.orders.actions import Item
from tests.factories import make_customer, make_order, make_product
from tests.recount import assert_totals_right
from tests.returns.doing import ask, move, order_now, pay, refund, take_back

UNITS = st.integers(1, 4)
MODES = st.sampled_from(["cash", "upi", "credit", "other", "replacement"])


class Desk(RuleBasedStateMachine):
    """`stock`: on the shelf by product; `asked`: return id -> state, product, units, sellable."""

    orders, returns = Bundle("orders"), Bundle("returns")

    def __init__(self) -> None:
        super().__init__()
        db.session.close()
        Desk.empty()
        self.stock = {make_product(price_paise=1, stock=20).id: 20, make_product(price_paise=1, stock=None).id: None}
        self.asked: dict[int, tuple[str, int, int, bool]] = {}
        self.sold: dict[int, dict[int, int]] = {}

    @rule(target=orders, units=UNITS, price=st.integers(1, 100), off=st.integers(0, 3), paid=st.booleans())
    def deliver(self, units, price, off, paid):
        lines = [Item(product, units, price) for product in self.stock]
        try:
            order = make_order(make_customer(), *lines, discount_paise=min(off, price), status="Delivered")
        except RuleError:
            assert any(n is not None and n < units for n in self.stock.values())
            return None
        for product in self.stock:
            self.put(product, -units)
        self.sold[order.id] = dict.fromkeys((line.id for line in order_now(order).lines), units)
        if paid and order.payable_paise:
            pay(order)
        return order

    @rule(target=returns, order=orders, units=UNITS, line=st.integers(0, 1), sellable=st.booleans(), mode=MODES)
    def ask(self, order, units, line, sellable, mode):
        return self.bring(ask, order, units, line, sellable, mode, "requested")

    @rule(target=returns, order=orders, units=UNITS, line=st.integers(0, 1), sellable=st.booleans(), mode=MODES)
    def take_back(self, order, units, line, sellable, mode):
        return self.bring(take_back, order, units, line, sellable, mode, "refunded")

    def bring(self, do, order, units, line, sellable, mode, state):
        if order is None:
            return None
        product, line_id = list(self.stock)[line], list(self.sold[order.id])[line]
        out = units if state == "refunded" and mode == "replacement" else 0
        back = units if state == "refunded" and sellable else 0
        try:
            one = do(order, *((units,), (0, units))[line], sellable=sellable, mode=mode)[0]
        except RuleError:
            few = self.stock[product] is not None and self.stock[product] + back - out < 0
            assert self.sold[order.id][line_id] < units or few
            return None
        self.sold[order.id][line_id] -= units
        self.put(product, back - out)
        self.asked[one.id] = (state, product, units, sellable)
        return one

    @rule(one=returns, new=st.sampled_from(["approved", "received", "refused", "refunded"]), mode=MODES)
    def move(self, one, new, mode):
        if one is None:
            return
        old, product, units, sellable = self.asked[one.id]
        try:
            refund(one, old, mode) if new == "refunded" else move(one, new, old)
        except RuleError:
            return
        was_here, is_here = old == "received", new in ("received", "refunded")
        self.put(product, units * sellable * (is_here - was_here))
        self.put(product, -units if new == "refunded" and mode == "replacement" else 0)
        if new == "refused":
            self.sold[one.order_id][one.order_line_id] += units
        self.asked[one.id] = (new, product, units, sellable)

    def put(self, product: int, units: int) -> None:
        if self.stock[product] is not None:
            self.stock[product] += units

    @invariant()
    def the_books_agree_with_the_model(self):
        db.session.close()
        assert dict(db.session.execute(select(Product.id, Product.stock)).all()) == self.stock
        for line in db.session.scalars(select(OrderLine)):
            assert line.quantity - line.returned_quantity == self.sold[line.order_id][line.id] >= 0
            back = db.session.execute(select(Return).where(Return.order_line_id == line.id)).scalars().all()
            done = [one for one in back if one.state == "refunded"]
            assert line.returned_paise == sum(one.refund_paise for one in done) <= line.total_paise
            if sum(one.quantity for one in done) == line.quantity and all(
                one.refund_mode != "replacement" for one in done
            ):
                assert line.returned_paise == line.total_paise
        assert all(order.paid_paise >= 0 <= order.due_paise for order in db.session.scalars(select(Order)))
        assert_totals_right()
        db.session.close()

    def teardown(self):
        found = [line for check in all_checks() for line in check.failures()]
        db.session.close()
        assert found == []


def test_whatever_comes_back_in_whatever_order_the_books_are_right(app, clock, migrated):
    Desk.empty = staticmethod(migrated.empty)
    few = settings(max_examples=5, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Desk, settings=few)
