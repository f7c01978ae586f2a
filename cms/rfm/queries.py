"""The customers of a shop by how lately and how often they order. Archived ones are left out: nobody acts on them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, select

from cms.db import db
from cms.kept import kept
from cms.models import Customer
from cms.rfm import rules
from cms.rfm.filters import Cuts


@dataclass(frozen=True)
class Sum:
    """How many customers, and what they have bought in all."""

    customers: int = 0
    gross_paise: int = 0

    def __add__(self, other: Sum) -> Sum:
        return Sum(self.customers + other.customers, self.gross_paise + other.gross_paise)


@dataclass(frozen=True)
class Map:
    """All customers by their scores; `prospects` have not ordered."""

    cuts: Cuts
    cells: dict[tuple[int, int], Sum] = field(default_factory=dict)
    prospects: int = 0

    @property
    def groups(self) -> list[tuple[rules.Group, Sum]]:
        """Every group with its sum, and the prospects at the end."""
        sums = [sum((self.cells[r, f] for r in g.recency for f in g.frequency), Sum()) for g in rules.GROUPS]
        return [*zip(rules.GROUPS, sums, strict=True), (rules.PROSPECT, Sum(self.prospects))]

    def sum_of(self, wanted: str) -> Sum:
        """What `rfm=wanted` finds."""
        if wanted == rules.PROSPECT.key:
            return Sum(self.prospects)
        recency, frequency = rules.scores_of(wanted)
        return sum((self.cells[r, f] for r in recency for f in frequency), Sum())


def rfm_map(today: date) -> Map:
    """The map as it is, kept until the next write."""
    return kept("rfm", today, _map)


def _map() -> Map:
    """By one walk along an index that holds all it takes."""
    query = (
        select(Customer.last_order_on, Customer.order_count, func.count(), func.sum(Customer.gross_paise))
        .where(Customer.archived_at.is_(None))
        .group_by(Customer.last_order_on, Customer.order_count)
    )
    rows = [(day, orders, count, int(paise)) for day, orders, count, paise in db.session.execute(query)]
    prospects = sum(count for day, _orders, count, _paise in rows if day is None)
    buyers = [row for row in rows if row[0] is not None]
    days, orders = _scored(buyers, 0, best_first=True), _scored(buyers, 1)
    cells: dict[tuple[int, int], Sum] = defaultdict(Sum)
    for day, times, count, paise in buyers:
        cells[days[day], orders[times]] += Sum(count, paise)
    every = {(r, f): cells[r, f] for r in rules.SCORES for f in rules.SCORES}
    return Map(Cuts(rules.cuts(days), rules.cuts(orders)), every, prospects)


def _scored(rows: list[tuple[Any, ...]], place: int, best_first: bool = False) -> dict[Any, int]:
    counts: Counter[Any] = Counter()
    for row in rows:
        counts[row[place]] += row[2]
    return rules.scores(counts.items(), best_first)


@dataclass(frozen=True)
class Scored:
    """One customer with all three scores."""

    ref: str
    recency_days: int
    frequency: int
    monetary_paise: int
    r: int
    f: int
    m: int

    @property
    def group(self) -> str:
        return rules.group_of(self.r, self.f).name


def scored(basis: Any) -> Iterator[Scored]:
    """Everyone who has ordered by the day of the basis (`figures.filters.Basis`), by their number."""
    of = basis.customers.c
    query = select(of.ref, of.last_order_on, of.order_count, of.gross_paise)
    query = query.where(of.order_count > 0, of.archived_at.is_(None)).order_by(of.ref)
    rows = [(ref, day, orders, int(paise)) for ref, day, orders, paise in db.session.execute(query)]
    r = rules.scores(Counter(row[1] for row in rows).items(), best_first=True)
    f, m = (rules.scores(Counter(row[place] for row in rows).items()) for place in (2, 3))
    for ref, day, orders, paise in rows:
        yield Scored(ref, (basis.today - day).days, orders, paise, r[day], f[orders], m[paise])
