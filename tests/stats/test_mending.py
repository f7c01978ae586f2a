"""The best customers of some days are mended after a write, and are who they would be if all orders were looked at."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from cms import clock as clocks
from cms import kept
from cms.activity.queries import entry_or_404
from cms.activity.undo import undo
from cms.activity.words import WORDS
from cms.config import ROOT
from cms.customers.actions import edit_customer
from cms.db import db
from cms.duplicates.actions import merge_customers
from cms.duplicates.rules import FIELDS
from cms.errors import RuleError
from cms.models import Activity, Customer, Merge, Order
from cms.orders.actions import Item, move_orders, place_order
from cms.payments.actions import record_payment
from cms.privacy.actions import forget
from cms.stats import queries, rules
from cms.stats.filters import Days
from tests.duplicates.doing import merge, take_back
from tests.factories import make_customer, make_order, make_product, the_shop, write
from tests.stats.test_walk import Walk, day_of

STEPS, LAG = 50, timedelta(50)


@pytest.fixture
def made(app, clock, monkeypatch) -> Counter:
    """How often the best were made anew and how often mended; few are shown and kept, so that they run out."""
    counts: Counter = Counter()
    for name in ("_best", "_mended"):

        def counted(*args, name=name, do=getattr(queries, name)):
            answer = do(*args)
            counts[name] += answer is not None
            counts["too few"] += answer is None
            return answer

        monkeypatch.setattr(queries, name, counted)
    monkeypatch.setattr(queries, "MOST", 3)
    monkeypatch.setattr(queries, "NEXT", 2)
    kept.forget()
    return counts


class ShopWalk(Walk):
    """What a shop does all day long, and now and then what is not mended."""

    def __init__(self, seed: int, clock):
        super().__init__(seed, clock)
        self.customers += [make_customer(f"Somebody {number}").id for number in range(8)]
        often = (self.place, self.cancel, self.back, self.rename, self.several, self.pay, self.archive)
        self.deeds = (*often * 2, *[self.place] * 4, self.redate, self.resegment, self.merge, self.part, self.forget)

    def step(self) -> None:
        self.clock.forward(days=self.rng.choice((0, 0, 0, 0, 0, 0, 1, 9)))
        for _ in range(self.rng.choice((1, 1, 2, 4))):
            with write():
                self.customers = list(db.session.scalars(select(Customer.id).order_by(Customer.id)))
                self.if_it_may(self.rng.choice(self.deeds))

    def somebody(self) -> Customer:
        return db.session.get_one(Customer, self.rng.choice(self.customers))

    def place(self) -> None:
        """Few prices: many are worth the same."""
        customer = self.somebody()
        if customer.archived_at is None:
            item = Item(self.product.id, 1, self.rng.choice((0, 10_000, 20_000)))
            place_order(customer, [item], 0, "", "", the_shop(), None)

    def rename(self) -> None:
        customer = self.somebody()
        if customer.forgotten_at is None:
            edit_customer(customer, {"name": f"Named {self.rng.randint(1, 99)}"}, customer.version, None)

    def several(self) -> None:
        found = db.session.scalars(select(Order).where(Order.status == "Pending").order_by(Order.id.desc()).limit(3))
        move_orders([(order, "Pending") for order in found], "Cancelled", None)

    def pay(self) -> None:
        if order := self.order("Shipped", "Pending"):
            record_payment(order, 100, "cash", "", "", None, False, the_shop(), None, None)

    def merge(self) -> None:
        one, other = self.somebody(), self.somebody()
        if one is not other and not (one.forgotten_at or other.forgotten_at):
            versions = {row.id: row.version for row in (one, other)}
            merge_customers(one.id, other.id, dict.fromkeys(FIELDS, one.id), versions, None)

    def part(self) -> None:
        if entry := db.session.scalar(select(Merge.entry_id).order_by(Merge.entry_id.desc()).limit(1)):
            undo(entry_or_404(entry), 60, None)

    def forget(self) -> None:
        customer = self.somebody()
        forget(customer, customer.version, customer.ref, True, None)

    def if_it_may(self, do) -> None:
        try:
            with db.session.begin_nested():
                do()
        except RuleError:
            db.session.expire_all()


def ranges(today: date) -> list[Days]:
    month = today.replace(day=1)
    return [
        Days(today - LAG, today),
        Days(today - 3 * LAG, today - timedelta(3)),
        Days(month, today),
        Days(today, today),
    ]


def assert_right(today: date) -> None:
    for days in ranges(today):
        for by in ("revenue", "orders"):
            known = queries.top_customers(days, by, 3, today)
            anew = queries._named(queries._of_days(days, by), by)[:3]
            assert [tuple(row) for row in known] == [tuple(row) for row in anew], (days, by)
    db.session.rollback()


@pytest.mark.parametrize("seed", (3,))
def test_after_every_step_they_are_as_if_made_anew(made, clock, seed):
    walk = ShopWalk(seed, clock)
    for _ in range(STEPS):
        walk.step()
        assert_right(day_of(clock))
    assert made["_mended"] > STEPS and made["_best"] > STEPS and made["too few"], made
    verbs = set(db.session.scalars(select(Activity.verb)))
    assert verbs >= {"customer.merged", "customer.merge_undone", "customer.forgotten", "order.step_taken_back"}


def best_now(of: str = "id") -> list[tuple[Any, int]]:
    today = clocks.today("Asia/Kolkata")
    found = queries.top_customers(Days(today - LAG, today), "revenue", 3, today)
    db.session.rollback()
    return [(getattr(row, of), int(row.gross_paise)) for row in found]


def test_who_is_not_among_the_kept_comes_up_by_a_new_order(made):
    """Nobody but the buyer is looked up, and the one who was least falls out of what is shown."""
    lamp = make_product(price_paise=100)
    many = [make_customer(f"Customer {number}") for number in range(9)]
    for place, customer in enumerate(many):
        make_order(customer, lamp, qty=10 + place)
    assert best_now() == [(many[n].id, (10 + n) * 100) for n in (8, 7, 6)]
    made.clear()
    make_order(many[0], lamp, qty=20)
    assert best_now() == [(many[0].id, 3000), (many[8].id, 1800), (many[7].id, 1700)]
    assert made == {"_mended": 1, "too few": 0}


def test_when_too_few_are_left_everybody_is_looked_at(made):
    """Whoever falls among the many who are not kept is one of them, and may be worth less than others there."""
    lamp = make_product(price_paise=100)
    orders = [make_order(make_customer(), lamp, qty=10 + number) for number in range(9)]
    best_now()
    made.clear()
    for gone, times in ((8, 1), (7, 2), (6, 2)):
        with write():
            move_orders([(db.session.get_one(Order, orders[gone].id), "Pending")], "Cancelled", None)
        make_order(db.session.get_one(Customer, orders[gone].customer_id), lamp)
        assert [worth for _id, worth in best_now()] == [(10 + gone - n) * 100 for n in (1, 2, 3)]
        assert made["_mended"] == times
    assert made["_best"] == 1


def test_a_new_name_and_a_merge_are_seen(made):
    one, other = (make_customer(name) for name in ("Asha", "Aasha"))
    for customer in (one, other):
        make_order(customer, make_product(price_paise=100), qty=2)
    assert best_now("name") == [("Aasha", 200), ("Asha", 200)]
    with write():
        edit_customer(db.session.get_one(Customer, other.id), {"name": "Binu"}, other.version, None)
    assert best_now("name") == [("Binu", 200), ("Asha", 200)]
    entry = merge(one, other, name=other)
    assert best_now("name") == [("Binu", 400)]
    take_back(entry)
    assert best_now("name") == [("Binu", 200), ("Asha", 200)]


def test_an_order_that_took_its_number_first_and_landed_last_is_seen(made, database):
    if database == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    first, second = (make_order(make_customer(), make_product(price_paise=100), qty=9) for _ in range(2))
    best_now()
    about = {"verb": "order.placed", "thing": "orders", "thing_ref": "", "customer_id": first.customer_id}
    with Session(db.engine) as late:
        late.execute(insert(Activity).values(at=clocks.now(), by_name="x", **about))
        more = {"total_paise": Order.total_paise + 500, "payable_paise": Order.payable_paise + 500}
        late.execute(update(Order).where(Order.id == first.id).values(more))
        make_customer("Another")  # with a higher number, and stored
        assert best_now() == [(second.customer_id, 900), (first.customer_id, 900)]
        late.commit()
    assert best_now() == [(first.customer_id, 1400), (second.customer_id, 900)]


def test_whoever_changes_what_orders_count_for_is_known():
    """All of these say so in the trail by an entry of `rules.OF_ONE`, or by one that is not mended at all."""
    counting = re.compile(r"\b(count_for_customer|count_order|recounting|rebuild)\(")
    found = {
        f"{path.parent.name}/{path.name}"
        for path in Path(ROOT / "cms").rglob("*.py")
        if counting.search(path.read_text())
    }
    assert found == {
        "totals/actions.py", "orders/actions.py", "orders/changing.py", "duplicates/actions.py",
        "duplicates/undoing.py", "imports/actions.py", "imports/reverting.py", "original/actions.py", "demo/actions.py",
    }  # fmt: skip


def test_what_is_mended_is_known_to_the_trail():
    rooms = {verb.partition(".")[0] for verb in WORDS}
    assert WORDS.keys() >= rules.OF_ONE and rooms >= rules.BESIDES | rules.ELSEWHERE
    assert not {"customer", "order", "import", "backup", "settings", "demo"} & (rules.BESIDES | rules.ELSEWHERE)
