"""Any work in any order: the shop's books agree with a simple model of them, and with their own recount."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from cms.checks.invariants import all_checks
from cms.customers.actions import edit_customer, set_standing
from cms.customers.queries import customer_or_404
from cms.db import db
from cms.errors import RuleError
from cms.models import Customer, Order, Product
from cms.orders.actions import Item, move_order, take_back
from cms.orders.queries import order_or_404
from cms.products.actions import count_stock, edit_product
from cms.products.queries import product_or_404
from tests.duplicates.doing import merge
from tests.duplicates.doing import take_back as unmerge
from tests.factories import make_customer, make_order, make_product, write
from tests.moving import change
from tests.recount import assert_totals_right

UNITS = st.integers(1, 4)
STOCK = st.one_of(st.none(), st.integers(0, 6))


class Shop(RuleBasedStateMachine):
    """`stock`: what is on the shelf by product; `placed`: id -> status, units by product, total; `merged`: the id of a
    customer who went -> the one who was kept, and the entry of it."""

    customers, products, orders = Bundle("customers"), Bundle("products"), Bundle("orders")

    def __init__(self) -> None:
        super().__init__()
        db.session.close()
        Shop.empty()
        self.stock: dict[int, int | None] = {}
        self.placed: dict[int, tuple[str, dict[int, int], int]] = {}
        self.merged: dict[int, tuple[int, int]] = {}

    @rule(target=customers)
    def add_customer(self):
        return make_customer().id

    @rule(target=products, stock=STOCK)
    def add_product(self, stock):
        product = make_product(price_paise=100, stock=stock)
        self.stock[product.id] = stock
        return product.id

    @rule(
        target=orders, customer=customers, lines=st.lists(st.tuples(products, UNITS), min_size=1, max_size=3), off=UNITS
    )
    def place(self, customer, lines, off):
        units = {product: sum(n for id, n in lines if id == product) for product, _ in lines}
        enough = all(self.stock[id] is None or self.stock[id] >= n for id, n in units.items())
        try:
            items = [Item(product, n, 100) for product, n in lines]
            order = make_order(db.session.get_one(Customer, self.now(customer)), *items, discount_paise=off)
        except RuleError:
            assert not enough
            return 0
        assert enough
        self.placed[order.id] = ("Pending", units, 100 * sum(units.values()) - off)
        self.take(units)
        return order.id

    @rule(order=orders, new=st.sampled_from(["Shipped", "Delivered", "Cancelled"]))
    def move(self, order, new):
        if not order:
            return
        old, units, total = self.placed[order]
        try:
            with write():
                move_order(order_or_404(order), new, old, None)
        except RuleError:
            return
        self.placed[order] = (new, units, total)
        if new == "Cancelled":
            self.take(units, -1)

    @rule(order=orders)
    def undo(self, order):
        if not order:
            return
        old, units, total = self.placed[order]
        try:
            with write():
                found = order_or_404(order)
                take_back(found, old, 60, None)
        except RuleError:
            return
        self.placed[order] = (order_or_404(order).status, units, total)
        if old == "Cancelled":
            self.take(units)

    @rule(
        order=orders,
        customer=customers,
        back=st.integers(0, 40),
        lines=st.lists(st.tuples(products, UNITS), min_size=1, max_size=3),
        off=UNITS,
    )
    def change(self, order, customer, back, lines, off):
        """Other lines, another day, another customer: what was taken is given back, and no more."""
        if not order:
            return
        status, was, _total = self.placed[order]
        units = {product: sum(n for id, n in lines if id == product) for product, _ in lines}
        more = {id: units.get(id, 0) - was.get(id, 0) for id in {*units, *was}}
        enough = all(n <= 0 or self.stock[id] is None or self.stock[id] >= n for id, n in more.items())
        try:
            with write():
                found = order_or_404(order)
                said = {"items": [Item(product, n, 100) for product, n in lines], "discount_paise": off}
                said |= {"day": found.ordered_on - timedelta(back)} if status == "Pending" else {}
                change(found, self.now(customer), **said)
        except RuleError:
            assert status == "Cancelled" or not enough
            return
        assert status != "Cancelled" and enough
        self.placed[order] = (status, units, 100 * sum(units.values()) - off)
        self.take(more)

    @rule(product=products, stock=st.integers(0, 6))
    def count_stock(self, product, stock):
        if self.stock[product] is None:
            return  # what an order from before the counting gives back is told in tests/products
        with write():
            found = product_or_404(product)
            count_stock(found, stock, found.version, None)
        self.stock[product] = stock

    @rule(
        customer=customers, city=st.sampled_from(["Guntur", "Ongole"]), status=st.sampled_from(["Active", "Inactive"])
    )
    def edit(self, customer, city, status):
        with write():
            found = customer_or_404(self.now(customer))
            edit_customer(found, {"city": city}, found.version, None)
            set_standing(found, status, "by hand", None, found.version, found.created_on, None)

    @rule(one=customers, other=customers)
    def merge(self, one, other):
        one, other = self.now(one), self.now(other)
        if one == other:
            return
        entry = merge(*(db.session.get_one(Customer, id) for id in (one, other)))
        kept = db.session.scalars(select(Customer.id).where(Customer.id.in_((one, other)))).one()
        self.merged[one + other - kept] = kept, entry

    @rule()
    def unmerge(self):
        if not self.merged:
            return
        gone = max(self.merged, key=lambda id: self.merged[id][1])
        try:
            unmerge(self.merged[gone][1])
        except RuleError:  # edited since
            return
        del self.merged[gone]

    def now(self, customer: int) -> int:
        while customer in self.merged:
            customer = self.merged[customer][0]
        return customer

    @rule(product=consumes(products), name=st.sampled_from(["Lamp", "Bowl"]))
    def rename(self, product, name):
        with write():
            found = product_or_404(product)
            edit_product(found, {"name": name, "price_paise": 200}, found.version, None)

    def take(self, units: dict[int, int], sign: int = 1) -> None:
        for product, n in units.items():
            if self.stock[product] is not None:
                self.stock[product] -= sign * n

    @invariant()
    def the_books_agree_with_the_model(self):
        assert dict(db.session.execute(select(Product.id, Product.stock)).all()) == self.stock
        found = {order.id: (order.status, order.total_paise) for order in db.session.scalars(select(Order))}
        assert found == {id: (status, total) for id, (status, _units, total) in self.placed.items()}
        db.session.close()
        assert_totals_right()
        db.session.close()

    def teardown(self):
        found = [line for check in all_checks() for line in check.failures()]
        db.session.close()
        assert found == []


def test_whatever_is_done_in_whatever_order_the_books_are_right(app, clock, migrated):
    Shop.empty = staticmethod(migrated.empty)
    few = settings(max_examples=5, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Shop, settings=few)
