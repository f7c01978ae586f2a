"""The lifetime model gives what was published for CDNOW: parameters, and values for single customers and for all."""

from __future__ import annotations

import csv
import gzip
import json
from datetime import date

import numpy as np
import pytest

from cms.clv import fitting, model, rules
from cms.clv.model import Buying
from cms.config import ROOT

DATA = ROOT / "tests/data/cdnow"
PUBLISHED = Buying(0.243, 4.414, 0.793, 2.426)


def column(rows, name):
    return np.array([float(row[name]) for row in rows])


@pytest.fixture(scope="module")
def summary():
    with (DATA / "cdnow_customers_summary.csv").open() as file:
        rows = list(csv.DictReader(file))
    return tuple(column(rows, name) for name in ("frequency", "recency", "T"))


@pytest.fixture(scope="module")
def expected():
    with gzip.open(DATA / "expected_cbs_bgnbd.csv.gz", "rt") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def purchases():
    """The transactions, as a shop's orders would be read."""
    sums: dict[tuple[int, date], int] = {}
    with gzip.open(DATA / "CDNOW_sample.txt.gz", "rt") as file:
        for line in file:
            _master, customer, day, _units, dollars = line.split()
            key = (int(customer), date.fromisoformat(day))
            sums[key] = sums.get(key, 0) + round(float(dollars) * 100)
    found = rules.Purchases()
    found.add((customer, day, cents) for (customer, day), cents in sorted(sums.items()))
    return found


END = date(1997, 9, 30).toordinal()


@pytest.fixture(scope="module")
def seen(purchases):
    return fitting.seen_on(purchases, END)


@pytest.fixture(scope="module")
def fit(seen):
    return fitting.fit(seen)


def assert_published(found: Buying) -> None:
    assert found.r == pytest.approx(0.243, abs=0.002) and found.a == pytest.approx(0.793, abs=0.002)
    assert found.alpha == pytest.approx(4.414, abs=0.01) and found.b == pytest.approx(2.426, abs=0.01)
    assert found.log_likelihood == pytest.approx(-9582.4, abs=0.1)


def test_the_parameters_are_the_published_ones(summary, fit):
    assert_published(model.fit_buying(*summary))
    assert_published(fit.buying)
    told = json.loads((DATA / "expected_fit.json").read_text())["from_transactions"]
    assert fit.buying.log_likelihood == pytest.approx(told["LL"], abs=1e-3)


def test_what_they_spend_is_as_published(fit):
    found = fit.spending
    assert found.p == pytest.approx(6.25, abs=0.02) and found.q == pytest.approx(3.74, abs=0.02)
    assert found.gamma == pytest.approx(15.44, abs=0.05)
    assert found.log_likelihood == pytest.approx(-4055.92, abs=0.05)
    assert found.p * found.gamma / (found.q - 1) == pytest.approx(35.17, abs=0.02)


def test_the_money_of_another_currency_changes_only_gamma(seen, fit):
    again = seen.x > 0
    in_cents = model.fit_spending(seen.x[again], seen.mean[again] * 100)
    assert (in_cents.p, in_cents.q) == (
        pytest.approx(fit.spending.p, rel=1e-3),
        pytest.approx(fit.spending.q, rel=1e-3),
    )
    assert in_cents.gamma == pytest.approx(100 * fit.spending.gamma, rel=1e-3)


def test_customers_are_seen_as_in_the_literature(seen, expected):
    assert (seen.customers, seen.repeaters, seen.x.sum()) == (2357, 946, 2457)
    for ours, name in ((seen.x, "x"), (seen.t, "t_x"), (seen.T, "T")):
        assert np.abs(ours - column(expected, name)).max() < 1e-5
    means = np.array([float(row["m"] or 0) if float(row["x"]) else 0.0 for row in expected])
    assert np.abs(seen.mean - means).max() < 0.01


def test_every_customers_values_are_those_expected(seen, fit, expected):
    orders = model.expected_orders(fit.buying, 39, seen.x, seen.t, seen.T)
    assert np.abs(orders - column(expected, "exp39")).max() < 1e-3
    assert np.abs(model.alive(fit.buying, seen.x, seen.t, seen.T) - column(expected, "p_alive")).max() < 1e-3
    spend = model.expected_spend(fit.spending, seen.x, seen.mean)
    assert np.abs(spend - column(expected, "exp_spend")).max() < 0.1
    assert orders.sum() == pytest.approx(1653.4, abs=0.5)


def of(x, t, T):
    return np.array([float(x)]), np.array([t]), np.array([T])


def test_single_values_are_the_published_ones():
    assert model.expected_orders(PUBLISHED, 39, *of(2, 30.43, 38.86))[0] == pytest.approx(1.226, abs=0.001)
    for customer, chance in (((2, 30.43, 38.86), 0.7266), ((1, 1.71, 38.86), 0.2122), ((26, 30.86, 31.0), 0.9689)):
        assert model.alive(PUBLISHED, *of(*customer))[0] == pytest.approx(chance, abs=0.0005)
    assert model.alive(PUBLISHED, *of(0, 0.0, 38.86))[0] == 1
    assert model.chance_of(PUBLISHED, 0, 39) == pytest.approx(0.5737864, abs=1e-6)
    assert model.chance_of(PUBLISHED, 10, 2) == pytest.approx(1.07869e-07, rel=1e-4)


@pytest.mark.parametrize(
    "weeks, orders", [(0.1429, 0.0078), (1, 0.0532), (3, 0.1506), (31.8571, 1.0405), (32, 1.0437), (78, 1.858)]
)
def test_what_is_expected_of_somebody_new(fit, weeks, orders):
    assert model.expected_of_new(fit.buying, weeks) == pytest.approx(orders, abs=0.0005)


def test_the_chances_of_all_numbers_of_orders_add_up_to_one():
    assert sum(model.chance_of(PUBLISHED, orders, 20) for orders in range(200)) == pytest.approx(1, abs=1e-6)


def test_very_many_orders_do_not_overflow():
    one = of(900, 100.0, 100.0)
    expected = model.expected_orders(PUBLISHED, 52, *one)[0]
    assert 0 < expected < 900 and 0.9 < model.alive(PUBLISHED, *one)[0] <= 1
    assert model.expected_orders(Buying(1, 4, 1.0, 2), 52, *one)[0] > 0  # the formula is 0 / 0 at a = 1


def test_the_last_days_are_foretold_from_those_before(purchases):
    found = fitting.checked(purchases, date(1998, 6, 30).toordinal())
    assert found["days"] == 181  # a third of a year and a half
    assert sum(row["customers"] for row in found["rows"]) == 2357
    assert sum(row["actual"] for row in found["rows"]) == found["actual"]
    assert found["expected"] == pytest.approx(found["actual"], rel=0.2)
    assert [row["orders"] for row in found["rows"]] == list(range(8))


def test_too_little_before_them_is_not_checked():
    few = rules.Purchases()
    few.add((number, date(2026, 1, 1), 100) for number in range(10))
    assert fitting.checked(few, date(2026, 3, 1).toordinal()) == {}
    nobody = fitting.seen_on(rules.Purchases(), END)
    assert (nobody.customers, nobody.repeaters) == (0, 0)


def test_alike_spends_leave_the_mean_of_all():
    alike = rules.Purchases()
    alike.add((who, date(2026, 1, day), 10_000) for who in range(150) for day in (1, 1 + who % 20 + 1))
    found = fitting.fit(fitting.seen_on(alike, date(2026, 3, 1).toordinal()))
    orders, _alive, money = fitting.foretold(found)
    assert found.spending is None and money == pytest.approx(orders * 100)
