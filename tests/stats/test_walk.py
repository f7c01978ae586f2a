"""A random walk of writes: after every step totals, groups, cohorts and stats are a recount in plain Python."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from datetime import date, timedelta
from fractions import Fraction
from random import Random

import pytest
from sqlalchemy import select

from cms.customers.actions import archive_customer, edit_customer
from cms.db import db
from cms.habits import queries as habits
from cms.models import Customer, Order
from cms.orders.actions import Item, move_order, place_order, take_back
from cms.rfm.queries import rfm_map
from cms.rfm.rules import BY_CELL
from cms.stats import queries, rules
from cms.stats.filters import BEGINNING, Days
from tests.factories import make_customer, make_product, the_shop, write
from tests.moving import change, redate
from tests.recount import assert_totals_right

STEPS, SEEDS = 40, (1, 2)
SEGMENTS = ("Individual", "Business", "Enterprise")


class Walk:
    """Does something at random, as of a day that moves on."""

    def __init__(self, seed: int, clock):
        self.rng, self.clock = Random(seed), clock
        self.product = make_product(price_paise=10_000)
        self.customers = [make_customer(f"Customer {number}").id for number in range(6)]
        self.deeds = (
            self.place,
            self.place,
            self.place,
            self.cancel,
            self.back,
            self.redate,
            self.relines,
            self.resegment,
            self.archive,
        )

    def step(self) -> None:
        self.clock.forward(days=self.rng.choice((0, 0, 1, 9, 40)))
        with write():
            self.rng.choice(self.deeds)()

    def place(self) -> None:
        customer = db.session.get_one(Customer, self.rng.choice(self.customers))
        if customer.archived_at is None:
            item = Item(self.product.id, self.rng.randint(1, 4), self.rng.randint(0, 50_000))
            place_order(customer, [item], 0, "", "", the_shop(), None)

    def order(self, *statuses: str) -> Order | None:
        found = db.session.scalars(select(Order).where(Order.status.in_(statuses)).order_by(Order.id)).all()
        return self.rng.choice(found) if found else None

    def cancel(self) -> None:
        if order := self.order("Pending", "Shipped"):
            move_order(order, "Cancelled", order.status, None)

    def back(self) -> None:
        order = self.order("Cancelled")
        if order:
            move_on = 60 * 24 * 4000
            take_back(order, "Cancelled", move_on, None)

    def redate(self) -> None:
        """An order moves to an earlier day and to another customer, as an edit does it."""
        if order := self.order("Pending"):
            day = order.ordered_on - timedelta(self.rng.randint(0, 70))
            free = select(Customer.id).where(Customer.archived_at.is_(None)).order_by(Customer.id)
            redate(order, day, self.rng.choice([*db.session.scalars(free), order.customer_id]))

    def relines(self) -> None:
        """An order gets other lines, at other prices."""
        if order := self.order("Pending", "Shipped"):
            units = [self.rng.randint(1, 4) for _ in range(self.rng.randint(1, 3))]
            change(order, items=[Item(self.product.id, n, self.rng.randint(0, 50_000)) for n in units])

    def resegment(self) -> None:
        customer = db.session.get_one(Customer, self.rng.choice(self.customers))
        edit_customer(customer, {"segment": self.rng.choice(SEGMENTS)}, customer.version, None)

    def archive(self) -> None:
        customer = db.session.get_one(Customer, self.rng.choice(self.customers))
        archive_customer(customer, customer.archived_at is None, customer.version, None)


def day_of(clock) -> date:
    return (clock.now + timedelta(hours=5, minutes=30)).date()


@pytest.mark.parametrize("seed", SEEDS)
def test_after_every_step_all_is_as_a_recount_says(app, clock, seed):
    walk = Walk(seed, clock)
    for _ in range(STEPS):
        walk.step()
        assert_right(day_of(clock))
    assert_totals_right()


def assert_right(today: date) -> None:
    orders = db.session.execute(
        select(Order.customer_id, Order.ordered_on, Order.total_paise).where(Order.status != "Cancelled")
    ).all()
    of: dict[int, list[date]] = defaultdict(list)
    paise: Counter[int] = Counter()
    for customer_id, day, amount in orders:
        of[customer_id].append(day)
        paise[customer_id] += amount
    customers = {row.id: row for row in db.session.execute(select(Customer.__table__))}
    assert_customers(customers, of, paise)
    assert_groups({id: days for id, days in of.items() if customers[id].archived_at is None}, today)
    assert_cohorts(of, orders, today)
    assert_loyalty(of, today)
    assert_tops(orders, customers, today)
    db.session.rollback()


def assert_customers(customers, of, paise) -> None:
    for id, row in customers.items():
        days = of.get(id, [])
        assert (row.order_count, row.gross_paise) == (len(days), paise[id])
        span = (max(days) - min(days)).days if days else 0
        pace = Fraction(30 * paise[id], span) if span else Fraction(paise[id])
        assert row.pace_paise == int(pace + Fraction(1, 2))


def assert_groups(of, today) -> None:
    last, often = {id: max(days) for id, days in of.items()}, {id: len(days) for id, days in of.items()}
    cells: Counter[tuple[int, int]] = Counter()
    for id in of:
        r = 5 - 5 * sum(other > last[id] for other in last.values()) // len(of)
        f = 1 + 5 * sum(other < often[id] for other in often.values()) // len(of)
        cells[r, f] += 1
    found = rfm_map(today)
    assert {cell: sum.customers for cell, sum in found.cells.items() if sum.customers} == dict(cells)
    groups = Counter(BY_CELL[cell].name for cell in cells.elements())
    assert {group.name: sum.customers for group, sum in found.groups if sum.customers and group.recency} == dict(groups)


def assert_cohorts(of, orders, today) -> None:
    active: dict[tuple[date, date], set[int]] = defaultdict(set)
    gross: Counter[tuple[date, date]] = Counter()
    for id, day, amount in orders:
        key = (min(of[id]).replace(day=1), day.replace(day=1))
        active[key].add(id)
        gross[key] += amount
    sums = queries.cohort_sums(today)
    assert {(one.cohort, one.month): one.customers for one in sums if one.customers} == {
        key: len(ids) for key, ids in active.items()
    }
    assert {(one.cohort, one.month): one.gross_paise for one in sums if one.gross_paise} == {
        key: amount for key, amount in gross.items() if amount
    }
    months = {month.month: month for month in rules.months_of(sums, today, 999)}
    for month in {day.replace(day=1) for _id, day, _amount in orders}:
        there = {id for id, day, _amount in orders if day.replace(day=1) == month}
        new = {id for id in there if min(of[id]).replace(day=1) == month}
        assert (months[month].new, months[month].returning) == (len(new), len(there - new))


def assert_loyalty(of, today) -> None:
    loyal = queries.loyalty(today)
    gaps = [(b - a).days for days in of.values() for a, b in zip(sorted(days), sorted(days)[1:], strict=False)]
    assert loyal.gaps == dict(Counter(gaps))
    assert rules.median(loyal.gaps) == (statistics.median(gaps) if gaps else None)
    assert (loyal.buyers, loyal.repeaters) == (len(of), sum(len(days) > 1 for days in of.values()))
    assert sum(times for _words, times in rules.buckets(loyal.gaps)) == len(gaps)


def assert_tops(orders, customers, today) -> None:
    year, month = date(today.year, 1, 1), today.replace(day=1)
    for days in (Days(BEGINNING, today), Days(year, today), Days(month, today), Days(year + timedelta(9), month)):
        within = [row for row in orders if days.since <= row.ordered_on <= days.until]
        sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        segments: Counter[str] = Counter()
        for id, _day, amount in within:
            sums[id] = [sums[id][0] + 1, sums[id][1] + amount]
            segments[customers[id].segment] += amount
        for by, place in (("orders", 0), ("revenue", 1)):
            best = sorted(sums, key=lambda id: (sums[id][place], id), reverse=True)
            found = queries.top_customers(days, by, 5, today)
            assert [(row.id, row.orders, row.gross_paise) for row in found] == [(id, *sums[id]) for id in best[:5]]
        found = {row.segment: row.gross_paise for row in queries.segments(days)}
        assert {name: amount for name, amount in found.items() if amount} == {n: a for n, a in segments.items() if a}


def test_the_walk_goes_where_it_hurts(app, clock):
    """Cohorts move, gaps close and segments change somewhere on the way; else the walk would prove nothing."""
    walk, seen = Walk(SEEDS[0], clock), set()
    for _ in range(STEPS):
        walk.step()
        for whole in habits.wholes():
            rows = db.session.execute(select(*(getattr(whole.table, name) for name in whole.amounts))).all()
            if any(not any(row) for row in rows):
                seen.add(whole.table.__tablename__)
        db.session.rollback()
    assert seen == {"cohort_totals", "customer_years", "gap_totals", "segment_days"}
