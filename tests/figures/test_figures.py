"""The headline figures mean what docs/figures.md says, on any day, from kept totals and from the rows alike."""

import json
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from cms import clock
from cms.config import ROOT
from cms.dashboards.routes import CHARTS as dashboards
from cms.db import db
from cms.demo.actions import Size, fill_shop
from cms.figures import more, queries, sheet
from cms.insights.routes import CHARTS as insights
from cms.models import Customer
from tests.databases import count_queries
from tests.factories import make_customer, make_order, make_product, set_shop, write
from tests.imports.folders import REAL, folder_of, imported

LAST = date(2026, 3, 14)


def figures(today=LAST, recount=False):
    return sheet.figures(today, sheet.shop(), recount)


@pytest.fixture
def demo(app):
    with write():
        fill_shop(Size(60, 400, 7), LAST, None)


def keys(found, above=""):
    for name, value in found.items():
        if isinstance(value, dict) and not name.startswith(("by_", "segment_")):
            yield from keys(value, f"{above}{name}.")
        else:
            yield above + name


def test_every_figure_has_its_meaning_in_the_documentation(demo):
    told = (ROOT / "docs" / "figures.md").read_text(encoding="utf-8")
    headings = {line.removeprefix("## ") for line in told.splitlines() if line.startswith("## ")}
    of_ranges = {
        f"{room}.{name}" for room, names in (("dashboards", dashboards), ("insights", insights)) for name in names
    }
    of_ranges -= {"insights.products"}  # the same as on the dashboards
    printed = set(keys(sheet.figures(LAST, sheet.shop(), also=more.PARTS)))
    printed = {key.partition(".")[0] if key.startswith("clv_model.") else key for key in printed}
    shown = {
        key
        for path in (ROOT / "templates").rglob("*.html")
        for key in re.findall(r'data-figure="([\w.]+)"', path.read_text())
    }
    assert printed <= headings, "what is printed has a meaning"
    assert headings <= printed | shown | of_ranges | shown_of_ranges(), "what has a meaning is printed or shown"


def shown_of_ranges() -> set[str]:
    """The keys of the figures of a range, as the pages name them."""
    pages = [path for room in ("dashboards", "insights") for path in (ROOT / "templates" / room).glob("*.html")]
    return {key for path in pages for key in re.findall(r'"(range\.\w+)"', path.read_text(encoding="utf-8"))}


def test_kept_totals_and_a_recount_say_the_same(demo):
    assert figures() == figures(recount=True)


@pytest.mark.parametrize("days", [1, 100, 700, 1200])
def test_a_day_gone_by_is_as_if_nothing_had_come_after_it(demo, days):
    then = LAST - timedelta(days=days)
    found = figures(then)
    months = found["sales_by_month"]
    assert sum(month["orders"] for month in months) == found["orders"]["total"]
    assert all(month["month"] <= f"{then:%Y-%m}" for month in months)
    assert found["customers"]["active"] + found["customers"]["inactive"] == found["customers"]["total"]
    assert found == figures(then, recount=True)


def test_the_figures_of_a_day_gone_by_are_those_of_a_shop_that_ended_then(app, tmp_path):
    files = {name: (REAL / f"{name}.csv").read_text() for name in ("customers", "products", "orders", "returns")}
    until = {
        "orders": [
            line for line in files["orders"].splitlines() if line[:5] == "order" or line.split(",")[2] < "2011-07"
        ],
        "returns": [
            line for line in files["returns"].splitlines() if line[:5] == "order" or line.split(",")[5] < "2011-07"
        ],
    }
    imported(folder_of(tmp_path, **files | {name: "\n".join(lines) + "\n" for name, lines in until.items()}))
    day = date(2011, 6, 30)
    ended_then = figures(day)
    (tmp_path / "orders.csv").write_text(files["orders"])
    (tmp_path / "returns.csv").write_text(files["returns"])
    assert imported(tmp_path).added and figures(day) == ended_then


def test_an_empty_shop_has_figures_too(app):
    found = figures()
    assert found["money"] == {"gross": "0.00", "returned": "0.00", "net": "0.00", "average_order": "0.00"}
    assert found["feedback"]["average"] is None and found["customers"]["repeat_rate"] == 0.0
    assert found["sales_by_month"] == [] and found["clv"]["top"] == []


def test_a_cancelled_order_counts_nowhere_but_among_the_cancelled(app):
    customer, product = make_customer(), make_product(price_paise=10_000)
    make_order(customer, product, qty=2, status="Delivered")
    make_order(customer, product, qty=5, status="Cancelled")
    found = figures(clock.today("Asia/Kolkata"))
    assert (found["money"]["gross"], found["orders"]["total"], found["orders"]["cancelled"]) == ("200.00", 1, 1)
    assert found["products"]["top_by_units"][0]["units"] == 2
    assert found["top_customers"]["by_orders"][0]["orders"] == 1


def test_active_ends_so_many_days_after_the_last_order(app, tmp_path):
    imported(folder_of(tmp_path))  # C1 ordered on 5 January, C2 on 6 January
    active = [figures(date(2026, 1, 5) + timedelta(days))["customers"]["active"] for days in (0, 1, 90, 91, 92)]
    assert active == [1, 2, 2, 1, 0]


def test_a_status_set_by_hand_goes_before_the_orders(app, tmp_path):
    imported(folder_of(tmp_path))
    with write():
        first, second = db.session.scalars(select(Customer).order_by(Customer.id).limit(2))
        first.override_status, second.override_status = "Active", "Inactive"
    assert figures(date(2026, 1, 7))["customers"]["active"] == 1
    assert figures(date(2027, 1, 7))["customers"]["active"] == 1


def test_the_headline_is_one_query(demo):
    with count_queries() as asked:
        head = queries.headline(LAST)
    assert len(asked) == 1
    assert head.orders + head.cancelled == 400 and head.customers == 60
    assert head.net_paise == head.gross_paise - head.returned_paise


def test_low_stock_names_the_scarcest_first(app):
    for name, stock in (("Diya", 3), ("Bell", 0), ("Lamp", 6), ("Thread", None)):
        make_product(name, stock=stock)
    low = queries.low_stock(db.session.execute(queries.scarcest(5)).all())
    assert low.count == 2 and [row.name for row in low.first] == ["Bell", "Diya"]


def test_money_is_in_the_shops_currency(app):
    set_shop(currency="JPY")
    assert figures()["money"]["gross"] == "0"


def test_the_command_prints_json_and_a_table(demo, app):
    run = app.test_cli_runner().invoke
    said = json.loads(run(args=["figures", "--json", "--today", f"{LAST}"]).stdout)
    assert said == json.loads(json.dumps(figures()))
    assert "net" in run(args=["figures"]).stdout
