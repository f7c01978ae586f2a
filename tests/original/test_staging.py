"""The old tables side by side: however many rows, nothing is looked for by walking."""

import pytest

from cms.original import care, customers, orders, returns
from cms.original.staging import Staging

QUERIES = {
    "customers": customers.WITH_POINTS,
    "unknown": customers.UNKNOWN,
    "review": customers.WITH_ORDERS,
    "orders": orders.ORDERS,
    "returns": returns.RETURNS,
    "complaints": care.COMPLAINTS,
    "feedback": care.FEEDBACK,
}


@pytest.fixture
def staging():
    staging = Staging()
    columns = ("order_id", "quantity", "unknown")
    list(staging.take_in(("orders", columns, [f" ORD{n} ", str(n), "left"]) for n in range(4500)))
    yield staging
    staging.close()


@pytest.mark.parametrize("name", QUERIES)
def test_what_a_row_names_is_found_by_an_index(staging, name):
    plan = [row["detail"] for row in staging.ask(f"EXPLAIN QUERY PLAN {QUERIES[name]}")]
    inner = [step for step in plan if step.startswith("SEARCH")]
    assert all("COVERING INDEX" in step and "(rowid<?)" not in step for step in inner), plan
    assert len([step for step in plan if step.startswith("SCAN")]) <= 3
    assert inner, plan


def test_rows_are_kept_as_they_came_without_what_is_not_known(staging):
    assert staging.counts["orders"] == 4500
    found = [tuple(row)[1:] for chunk in staging.chunks("SELECT row, order_id, quantity FROM orders") for row in chunk]
    assert found == [(f"ORD{n}", str(n)) for n in range(4500)]
