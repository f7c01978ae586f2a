"""Whatever is written: every figure of every range is what plain Python counts over the rows."""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import insert, select, update

from cms.customers.filters import is_active
from cms.dashboards import queries as dashboards
from cms.db import db
from cms.figures.filters import as_kept
from cms.figures.queries import headline
from cms.insights import queries as insights
from cms.models import Customer, DayTotal, Order, OrderLine, Product, Return
from cms.orders.actions import move_order, take_back
from cms.products.actions import archive_product
from cms.totals.actions import count_on
from cms.totals.products import count_returned
from tests.factories import make_customer, make_order, make_product, set_shop, write
from tests.moving import redate
from tests.recount import assert_totals_right

STEPS = 60


class Walk:
    """A shop in which something happens, some days pass, and something happens again."""

    def __init__(self, clock, seed: int):
        self.rng, self.clock = Random(seed), clock
        self.clock.now = datetime(2025, 11, 20, 6, 30)
        self.products = [
            make_product(f"Product {nth}", 10_000 + 77 * nth, stock=500 if nth % 2 else None) for nth in range(6)
        ]
        self.customers = [
            make_customer(f"Customer {nth}", gender=("Female", "Male", None)[nth % 3]) for nth in range(4)
        ]

    def step(self) -> None:
        self.clock.forward(hours=self.rng.randint(0, 90))
        doing = (self.place, self.place, self.place, self.cancel, self.undo, self.refund, self.refund, self.move)
        self.rng.choice(doing)()

    def place(self) -> None:
        chosen = [self.rng.choice(self.products) for _ in range(self.rng.randint(1, 4))]
        make_order(
            self.rng.choice(self.customers),
            *chosen,
            qty=self.rng.randint(1, 3),
            status=self.rng.choice(["Pending", "Shipped", "Delivered"]),
        )

    def cancel(self) -> None:
        self._move(
            select(Order).where(Order.status == "Pending"),
            lambda order: move_order(order, "Cancelled", "Pending", None),
        )

    def move(self) -> None:
        """To an earlier day."""
        days = timedelta(self.rng.randint(1, 50))
        self._move(select(Order).where(Order.status == "Pending"), lambda order: redate(order, order.ordered_on - days))

    def undo(self) -> None:
        self._move(
            select(Order).where(Order.status == "Cancelled"), lambda order: take_back(order, "Cancelled", 10**6, None)
        )

    def _move(self, query, do) -> None:
        orders = db.session.scalars(query.order_by(Order.id)).all()
        if orders:
            order_id = self.rng.choice(orders).id
            with write():
                do(db.session.get_one(Order, order_id))

    def refund(self) -> None:
        """What a refund will do to the totals of products and days."""
        query = select(OrderLine, Order).join(Order, Order.id == OrderLine.order_id)
        found = db.session.execute(query.where(Order.status == "Delivered", OrderLine.returned_quantity == 0)).all()
        if not found:
            return
        line, order = self.rng.choice(found)
        units, paise, now, day = line.quantity, line.total_paise, self.clock.now, business_day(self.clock)
        row = {
            "ref": f"RET{line.id}",
            "order_line_id": line.id,
            "order_id": order.id,
            "product_id": line.product_id,
            "customer_id": order.customer_id,
            "quantity": units,
            "refund_paise": paise,
            "state": "refunded",
            "reason": self.rng.choice(["Torn", "Too small"]),
            "words": "Torn at the border",
        }
        with write():
            when = {"returned_at": now, "created_at": now, "returned_on": day, "refunded_on": day}
            db.session.execute(insert(Return).values(row | when))
            self._back(OrderLine, row["order_line_id"], returned_quantity=units, returned_paise=paise)
            self._back(Order, row["order_id"], returned_units=units, returned_paise=paise)
            self._back(Product, row["product_id"], returned_units=units, returned_paise=paise)
            self._back(Customer, row["customer_id"], returned_paise=paise)
            count_on(day, return_count=1, returned_units=units, returned_paise=paise)
            count_returned(day, row["product_id"], units, paise)

    @staticmethod
    def _back(table, id: int, **more: int) -> None:
        values = {name: getattr(table, name) + amount for name, amount in more.items()}
        adding = update(table).where(table.id == id).values(values)
        db.session.execute(adding.execution_options(synchronize_session=False))


def business_day(clock) -> date:
    """In India."""
    return (clock.now + timedelta(hours=5.5)).date()


def rows_of():
    """Everything that figures are counted from, as plain rows."""
    db.session.rollback()
    sold = db.session.execute(
        select(
            Order.id, Order.ordered_on, Order.status, OrderLine.product_id, OrderLine.quantity, OrderLine.total_paise
        ).join(OrderLine, OrderLine.order_id == Order.id)
    ).all()
    columns = (Return.refunded_on, Return.product_id, Return.quantity, Return.refund_paise, Return.reason)
    return sold, db.session.execute(select(*columns)).all()


def check(since: date, until: date, today: date) -> None:
    sold, back = rows_of()
    live = [row for row in sold if row.status != "Cancelled" and since <= row.ordered_on <= until]
    back = [row for row in back if since <= row.refunded_on <= until]
    sums = defaultdict(lambda: [0, 0, 0, 0])
    for row in live:
        sums[row.product_id][0] += row.quantity
        sums[row.product_id][1] += row.total_paise
    for row in back:
        sums[row.product_id][2] += row.quantity
        sums[row.product_id][3] += row.refund_paise
    for nth, by in enumerate(("units", "gross_paise", "returned_units", "returned_paise")):
        found = {row.id: int(getattr(row, by)) for row in insights.top(since, until, by, 100)}
        assert found == {id: values[nth] for id, values in sums.items() if values[nth]}, by
    assert insights.sold(since, until) == len({row.product_id for row in live})
    for id in sums:
        assert insights.of_product(id, since, until) == tuple(sums[id][:2])
    over = insights.over_time(sorted(sums), since, until, today)
    assert {id: sum(values) for id, values in over.items()} == {id: sums[id][1] for id in over}
    head = headline(until, since)
    assert (head.orders, head.units) == (len({row.id for row in live}), sum(row.quantity for row in live))
    assert (head.gross_paise, head.returned_paise) == (
        sum(v[1] for v in sums.values()),
        sum(v[3] for v in sums.values()),
    )
    days = dashboards.days_of(since, until)
    assert sum(row.gross_paise for row in days) == head.gross_paise
    assert dashboards.return_reasons(since, until) == Counter(row.reason for row in back)
    baskets = defaultdict(set)
    for row in live:
        baskets[row.id].add(row.product_id)
    pairs = Counter((a, b) for basket in baskets.values() for a in basket for b in basket if a < b)
    found, looked_at = insights.bought_together(since, until, 100)
    assert {(pair.a_id, pair.b_id): pair.orders for pair in found} == pairs
    many = Counter(row.id for row in live)
    assert not pairs or looked_at == sum(1 for lines in many.values() if lines > 1)


def test_figures_of_any_range_are_those_of_the_rows_after_each_write(app, clock):
    walk = Walk(clock, 7)
    for nth in range(STEPS):
        walk.step()
        if nth % 6:
            continue
        today = business_day(clock)
        first = today - timedelta(walk.rng.randint(0, 200))
        for since, until in ((today, today), (first, today), (first, first + timedelta(40)), (date(1970, 1, 1), today)):
            check(since, until, today)
        assert_totals_right()
    walk.undo()
    assert_totals_right()


def test_customers_are_counted_as_everywhere_else(app, clock):
    walk = Walk(clock, 3)
    for nth in range(12):
        walk.place()
        clock.forward(days=nth)
    with write():
        for nth, (status, until) in enumerate([("Inactive", None), ("Active", date(2020, 1, 1)), ("Active", None)]):
            customer = db.session.get_one(Customer, walk.customers[nth].id)
            customer.override_status, customer.override_until = status, until
    make_customer("Without an order")
    today = business_day(clock)
    for days in (1, 5, 30, 90):
        active = sum(db.session.scalars(select(is_active(today, days))))
        everyone = db.session.query(Customer).count()
        assert dashboards.active_and_inactive(as_kept(today), days) == (active, everyone - active)
    assert dashboards.customers_by(as_kept(today), "gender") == {"Female": 2, "Male": 1, "Not stated": 2}
    assert dashboards.customers_by(as_kept(today), "segment") == {"Individual": 5}


def test_what_lies_and_what_runs_out(app, clock):
    fast, slow, never = (make_product(name, 100_00, stock=30) for name in ("Fast", "Slow", "Never"))
    make_product("Untracked")
    make_order(make_customer(), fast, qty=25)
    make_order(None, slow, qty=1)
    with write():
        archive_product(db.session.get_one(Product, never.id), False, 1, None)
    today = date(2026, 3, 14)
    soon = insights.run_out_soon(today, 10)
    assert [(row.name, row.stock, int(row.units)) for row in soon] == [("Fast", 5, 25)]
    rows, count, worth = insights.slow_movers(today, 30, 10)
    assert [(row.name, row.last_on) for row in rows] == [("Never", None)] and (count, worth) == (1, 30 * 100_00)
    rows, count, _worth = insights.slow_movers(today + timedelta(30), 30, 10)
    assert count == 3 and {row.name: row.last_on for row in rows}["Slow"] == today


def test_cancelling_everything_leaves_nothing(app, clock):
    set_shop(currency="JPY")
    lamp = make_product("Lamp", 500)
    for _ in range(3):
        make_order(None, lamp, lamp, qty=2, status="Cancelled")
    today = date(2026, 3, 14)
    assert insights.top(today, today, "units", 5) == [] and insights.sold(today, today) == 0
    assert insights.bought_together(today, today, 5) == ([], 0)
    assert db.session.scalar(select(DayTotal.cancelled)) == 3
    assert_totals_right()
