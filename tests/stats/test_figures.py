"""A real shop's year gives the published cohorts and scores, by the command and on the pages."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from datetime import date, datetime, time
from decimal import Decimal

import pytest
from sqlalchemy import insert

from cms.config import ROOT
from cms.db import db
from cms.models import Customer, Order, OrderLine
from cms.rfm import rules
from cms.totals.actions import rebuild
from tests.endpoints import made_once
from tests.factories import make_product, write
from tests.recount import assert_totals_right

DATA = ROOT / "tests/data/online_retail"
SNAPSHOT = date(2011, 12, 10)
MADE = {"created_at": datetime(2010, 12, 1)}


def rows_of(name: str) -> list[dict[str, str]]:
    with gzip.open(DATA / name, "rt") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def retail(app, clock, migrated):
    """All orders of the year, each as its day and sum."""
    clock.now = datetime(2011, 12, 10, 6)
    made_once(migrated, _fill)


def _fill() -> dict:
    orders = rows_of("order_days.csv.gz")
    refs = sorted({row["customer_ref"] for row in orders}, key=int)
    ids = {ref: number for number, ref in enumerate(refs, 1)}
    product = make_product()
    with write():
        db.session.execute(insert(Customer), [_customer(ids[ref], ref) for ref in refs])
        db.session.execute(insert(Order), [_order(number, ids, row) for number, row in enumerate(orders, 1)])
        db.session.execute(insert(OrderLine), [_line(number, product.id, row) for number, row in enumerate(orders, 1)])
        rebuild()
    return {}


def _customer(id: int, ref: str) -> dict:
    words = {"ref": ref, "name": ref, "name_key": ref, "search_text": ref, "segment": "Individual"}
    return MADE | words | {"id": id, "created_on": date(2010, 12, 1)}


def _order(number: int, ids: dict[str, int], row: dict[str, str]) -> dict:
    day, paise = date.fromisoformat(row["ordered_on"]), int(row["paise"])
    return MADE | {
        "id": number, "ref": f"O{number}", "customer_id": ids[row["customer_ref"]], "status": "Delivered",
        "ordered_at": datetime.combine(day, time(6)), "ordered_on": day, "total_paise": paise, "payable_paise": paise,
    }  # fmt: skip


def _line(number: int, product_id: int, row: dict[str, str]) -> dict:
    paise = int(row["paise"])
    line = {"order_id": number, "line_no": 1, "product_id": product_id, "sku": "S", "product_name": "S", "quantity": 1}
    return line | {"unit_price_paise": paise, "total_paise": paise}


def figures(app, *also: str, today: date = SNAPSHOT):
    answer = app.test_cli_runner().invoke(args=["figures", "--json", "--today", f"{today}", *also])
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def test_cohorts_are_the_published_ones(app, retail, client):
    found = figures(app, "--cohorts")["cohorts"]
    expected = rows_of("expected_cohort.csv.gz")
    assert [(one["cohort"], one["active"]) for one in found] == [
        (row["cohort"], [int(cell) for name, cell in row.items() if name != "cohort" and cell]) for row in expected
    ]
    assert [one["size"] for one in found] == [int(row["0"]) for row in expected]
    page = client.get("/stats/cohorts?months=24").text
    assert '<data value="885" data-figure="cohorts">885</data>' in page
    cell = "/customers?first=2010-12&amp;bought=2011-11&amp;archived=all"
    assert f'{cell}"><data value="445" data-figure="cohorts">50%</data>' in page
    assert_totals_right()


def test_a_day_gone_by_has_the_cohorts_of_then(app, retail):
    found = figures(app, "--cohorts", today=date(2011, 3, 31))["cohorts"]
    assert [one["active"] for one in found] == [[885, 324, 286, 340], [417, 92, 111], [380, 71], [452]]


def test_scores_are_the_published_ones_but_for_ties(app, retail):
    found = {one["customer_ref"]: one for one in figures(app, "--rfm")["rfm"]}
    expected = rows_of("expected_rfm.csv.gz")
    assert len(found) == len(expected) == 4339
    for row in expected:
        ours = found[row["customer_ref"]]
        assert (ours["recency_days"], ours["frequency"]) == (int(row["recency_days"]), int(row["frequency"]))
        assert Decimal(ours["monetary"]) == Decimal(row["monetary_gross"])
        assert ours["group"] == rules.group_of(ours["r"], ours["f"]).name
        # A tie that the file cuts by the customer's number stays whole: better for recency, worse for the rest.
        assert ours["r"] >= int(row["r"]) and ours["f"] <= int(row["f"]) and ours["m"] <= int(row["m"])
    for name, score in (("recency_days", "r"), ("frequency", "f"), ("monetary", "m")):
        alike = {(one[name], one[score]) for one in found.values()}
        assert len(alike) == len({one[name] for one in found.values()}), "equals score alike"


def test_the_map_and_the_list_of_customers_tell_the_same_as_the_scores(app, retail, client):
    groups = Counter(one["group"] for one in figures(app, "--rfm")["rfm"])
    page = client.get("/stats/rfm").text
    for group in rules.GROUPS:
        row = page.partition(f"rfm={group.key}")[2].partition("</tr>")[0]
        assert f'<data value="{groups[group.name]}" data-figure="rfm">' in row, group.name
    cells = Counter(f"r{one['r']}f{one['f']}" for one in figures(app, "--rfm")["rfm"])
    for cell in ("r5f5", "r1f1", "r3f3"):
        assert f'/customers?rfm={cell}"><data value="{cells[cell]}"' in page


def test_the_models_parameters_are_those_of_a_day(app, retail):
    now, then = (figures(app, "--clv-model", today=day)["clv_model"] for day in (SNAPSHOT, date(2010, 12, 2)))
    assert (now["customers"], now["repeaters"]) == (4339, 2790) and now["r"] > 0 and now["q"] > 1
    assert then["customers"] < 250 and then["repeaters"] < 30 and then["r"] is None
