"""The names below a chart, on a phone."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.factories import make_order, make_product, write
from tests.moving import redate

# How a chart is drawn does not depend on the database.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

BELOW = """chart => [...chart.querySelectorAll(".xaxislayer-above text")].map(one => {
  const { left, right, top, bottom } = one.getBoundingClientRect();
  return { left, right, high: bottom - top };
})"""


def test_on_a_phone_none_is_turned_or_touches_the_next(page: Page, sign_in) -> None:
    sign_in()
    saree = make_product("Saree", 1_00_000_00, stock=500)
    order = make_order(None, saree, qty=200)
    with write():
        redate(order, order.ordered_on - timedelta(900))
    make_order(None, saree, qty=100)
    page.goto("/dashboards/sales?range=all")
    expect(page.locator("[data-drawn]")).to_be_visible()
    names = page.locator("[data-drawn]").evaluate(BELOW)
    assert len(names) > 1 and all(one["high"] < 30 for one in names)
    assert all(one["right"] < other["left"] for one, other in itertools.pairwise(names))
