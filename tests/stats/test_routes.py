"""The stats as people see them: in an empty shop, with odd days, with hostile names; every figure leads to its rows."""

from __future__ import annotations

import re
from datetime import date

import pytest

from cms.customers.filters import CustomerFilter
from cms.db import db
from cms.models import Customer
from cms.stats.filters import BEGINNING, Days
from tests.factories import make_customer, make_order, make_product, write

TODAY = date(2026, 3, 14)
PAGES = ("/stats", "/stats/top", "/stats/cohorts", "/stats/rfm", "/clv", "/clv/expected", "/stats/customers")


def figures_of(page: str, key: str) -> list[str]:
    return re.findall(rf'<data value="([^"]*)" data-figure="{re.escape(key)}"', page)


@pytest.mark.parametrize("path", PAGES)
def test_a_shop_without_orders_has_a_page_that_says_so(client, clock, path):
    answer = client.get(path)
    assert answer.status_code == 200 and "nan" not in answer.text.lower().replace("financial", "")
    assert client.htmx_get(path).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_one_order_and_only_cancelled_ones_have_pages_too(client, clock, path):
    make_order(make_customer("Gone"), status="Cancelled")
    assert client.get(path).status_code == 200
    make_order(make_customer("One"))
    assert client.get(path).status_code == 200


def test_all_cancelled_is_as_if_nobody_had_ordered(client, clock):
    customer = make_customer()
    make_order(customer, status="Cancelled")
    page = client.get("/stats").text
    assert "No order in these days" in page and figures_of(page, "customers.with_orders") == ["0"]
    rfm = client.get("/stats/rfm").text
    assert 'rfm=prospects">Prospect' in rfm and set(figures_of(rfm, "rfm")) == {"0", "1"}
    assert "No cohorts yet" in client.get("/stats/cohorts").text
    assert customer.name in client.get("/customers?rfm=prospects").text


def test_the_best_have_medals_and_equals_share_one(client, clock):
    product = make_product(price_paise=10_000)
    for name, qty in (("Ama", 5), ("Bina", 3), ("Chitra", 3), ("Devi", 1)):
        make_order(make_customer(name), product, qty=qty)
    top = client.htmx_get("/stats/top").text
    assert re.findall(r"(?:Gold|Silver|Bronze)(?=</span>)", top) == ["Gold", "Silver", "Silver"]
    assert re.findall(r"/stats/customers/\d+\">(\w+)", top) == ["Ama", "Chitra", "Bina", "Devi"]
    assert figures_of(top, "top_customers.by_revenue") == ["50000", "30000", "30000", "10000"]
    assert "<html" not in top and "<html" in client.get("/stats/top").text


def test_a_write_shows_in_the_very_next_page(client, clock):
    product, customer = make_product(price_paise=10_000), make_customer("Ama")
    make_order(customer, product)
    client.get("/stats"), client.get("/stats/rfm"), client.get("/stats/cohorts"), client.htmx_get("/stats/top")
    make_order(customer, product)
    make_order(make_customer("Bina"), product, qty=9)
    assert figures_of(client.htmx_get("/stats/top").text, "top_customers.by_revenue") == ["90000", "20000"]
    assert figures_of(client.get("/stats").text, "customers.repeat") == ["1"]
    assert "New" in client.get("/stats/rfm").text and figures_of(client.get("/stats/cohorts").text, "cohorts") == ["2"]


def test_a_write_shows_in_the_list_of_a_group(client, clock):
    """It is kept until then, each page and each way to sort by itself."""
    ama = make_customer("Ama")
    make_customer("Bina")

    def names(args: str = "") -> list[str]:
        return re.findall(r'<a href="/customers/\d+">(\w+)</a>', client.get(f"/customers?rfm=prospects{args}").text)

    assert names() == names() == ["Ama", "Bina"] and names("&sort=newest") == ["Bina", "Ama"]
    posted = client.htmx_post(f"/customers/{ama.id}/cells/phone", data={"version": 1, "phone": "9848022338"})
    assert "98480\xa022338" in posted.text
    assert "98480\xa022338" in client.get("/customers?rfm=prospects").text
    make_order(ama)
    assert names() == names("&sort=newest") == ["Bina"]
    client.htmx_post("/settings/segments", {"name": "Retail"})
    assert "Retail" in client.get("/customers?rfm=prospects").text


def test_a_range_upside_down_is_turned_and_nonsense_is_this_month():
    turned = Days.from_args({"from": "2026-03-10", "to": "2026-03-01"}, TODAY)
    assert (turned.since, turned.until) == (date(2026, 3, 1), date(2026, 3, 10)) and "other way round" in turned.problem
    odd = Days.from_args({"from": "yesterday"}, TODAY)
    assert (odd.since, odd.until, odd.span) == (date(2026, 3, 1), TODAY, "month") and odd.problem
    assert Days.from_args({"from": "", "to": "2026-01-31"}, TODAY).ever
    spans = {span: Days.from_args({"range": span}, TODAY) for span in ("month", "last-month", "year", "fy", "all", "x")}
    assert [days.since for days in spans.values()] == [
        date(2026, 3, 1), date(2026, 2, 1), date(2026, 1, 1), date(2025, 4, 1), BEGINNING, date(2026, 3, 1),
    ]  # fmt: skip
    assert spans["last-month"].until == date(2026, 2, 28)


def test_odd_days_are_answered_with_a_sentence(client, clock):
    page = client.get("/stats?from=2026-03-10&to=2026-03-01").text
    assert "the other way round" in page and 'value="2026-03-01"' in page
    assert "is not a day in the calendar" in client.get("/stats?from=2026-02-30").text


def test_names_are_shown_as_text(client, clock):
    name = "</script><b>Ünal 🦚</b>"
    customer = make_customer(name)
    make_order(customer)
    for path in ("/stats/top", f"/stats/customers/{customer.id}", "/clv", "/stats/customers?q=nal"):
        page = client.get(path).text
        assert "&lt;b&gt;Ünal 🦚" in page and "<b>Ünal" not in page, path


def test_each_figure_leads_to_its_rows(client, clock):
    product = make_product()
    old, new, never = make_customer("Old"), make_customer("New"), make_customer("Never")
    make_order(old, product)
    clock.forward(days=31)
    make_order(old, product)
    make_order(new, product)
    page = client.get("/stats").text
    rows = {
        "first=2026-04": ("New",),
        "first=before-2026-04&amp;bought=2026-04": ("Old",),
        "bought=2026-04&amp;first=before-2026-04": ("Old",),
        "least=1": ("New", "Old"),
        "least=2": ("Old",),
    }
    found = 0
    for args, names in rows.items():
        if f"/customers?{args}" in page:
            found += 1
            shown = client.get(f"/customers?{args.replace('&amp;', '&')}").text
            assert re.findall(r'<a href="/customers/\d+">(\w+)</a>', shown) == list(names), args
    assert found == 4
    cohorts = client.get("/stats/cohorts").text
    assert "/customers?first=2026-03&amp;bought=2026-04" in cohorts
    assert ">Old</a>" in client.get("/customers?first=2026-03&bought=2026-04").text
    assert never.name not in client.get("/customers?least=1").text


def test_groups_filter_the_customers_and_go_with_other_filters(client, clock):
    product = make_product()
    for number in range(10):
        customer = make_customer(f"Buyer {number}", segment="Business" if number % 2 else "Individual")
        for _ in range(number + 1):
            make_order(customer, product)
        clock.forward(days=3)
    champions = client.get("/customers?rfm=champions").text
    assert re.findall(r">(Buyer \d)</a>", champions) == ["Buyer 8", "Buyer 9"]
    assert "Group: Champions" in champions
    groups = client.get("/stats/rfm").text
    assert "/notifications/new?to=many&amp;rfm=champions" in groups
    assert "rfm=prospects" in groups and "to=many&amp;rfm=prospects" not in groups  # nobody to write to
    both = client.get("/customers?rfm=champions&segment=Business").text
    assert re.findall(r">(Buyer \d)</a>", both) == ["Buyer 9"]
    assert re.findall(r">(Buyer \d)</a>", client.get("/customers?rfm=r1f1&sort=orders").text) == ["Buyer 1", "Buyer 0"]
    every = [
        name
        for r in "12345"
        for f in "12345"
        for name in re.findall(r">(Buyer \d)</a>", client.get(f"/customers?rfm=r{r}f{f}").text)
    ]
    assert sorted(every) == [f"Buyer {number}" for number in range(10)]
    assert "Group:" not in client.get("/customers?rfm=nonsense").text


def test_an_archived_customer_is_in_no_group(client, clock):
    customer = make_customer("Ama")
    make_order(customer)
    with write():
        db.session.get_one(Customer, customer.id).archived_at = clock.now
    make_order(make_customer("Bina"))
    rfm = client.get("/stats/rfm").text
    assert figures_of(rfm.partition("rfm=new")[2].partition("</tr>")[0], "rfm")[0] == "1"
    assert "Ama" not in client.get("/customers?rfm=new").text


def test_a_filter_that_names_a_group_is_never_forgotten(app):
    with pytest.raises(LookupError):
        CustomerFilter(rfm="champions").narrow(None, TODAY, 90)


@pytest.mark.parametrize(
    "args, left",
    [
        ({"rfm": "champions", "least": "3", "first": "2026-03", "bought": "2026-04"}, 4),
        ({"rfm": "r9f1", "least": "0", "first": "2026-13", "bought": "x"}, 0),
        ({"least": "-1", "first": "before-", "bought": "9999-12"}, 0),
        ({"least": "٣", "first": "before-2026-03", "bought": "1969-01"}, 1),
    ],
)
def test_what_is_no_filter_is_left_out(args, left):
    assert len(CustomerFilter.from_args(args).as_args()) == left


def test_one_customer_is_found_by_typing_and_shown_month_by_month(client, clock):
    customer, product = make_customer("Lakshmi Devi"), make_product(price_paise=10_000)
    make_order(customer, product)
    clock.forward(days=65)
    make_order(customer, product, qty=2)
    make_order(customer, product, status="Cancelled")
    found = client.htmx_get("/stats/customers?q=laksh").text
    assert f"/stats/customers/{customer.id}" in found and "<html" not in found
    page = client.get(f"/stats/customers/{customer.id}").text
    assert figures_of(page, "stats.customer_month") == ["20000", "0", "10000"]
    assert "since=2026-05-01&amp;until=2026-05-31" in page
    assert "No orders yet" in client.get(f"/stats/customers/{make_customer().id}").text


def test_days_between_orders_are_told_in_words(client, clock):
    customer, product = make_customer(), make_product()
    for days in (0, 0, 10, 40):
        clock.forward(days=days)
        make_order(customer, product)
    page = client.get("/stats").text
    assert figures_of(page, "stats.days_between") == ["10", "1", "0", "1", "0", "1", "0", "0", "0", "0"]
