"""Charts by real clicks, under the content policy: they draw, lead to their rows, follow the range and Back."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.after_sale import make_feedback, make_return
from tests.factories import make_customer, make_order, make_product

# How a chart is drawn does not depend on the database.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

DESK = {"width": 1280, "height": 900}
MIDDLE = "part => part.scrollIntoView({ block: 'center' })"


@pytest.fixture
def sales(server, sign_in) -> None:
    """Two products, five orders, one of them cancelled; names that want to be markup."""
    sign_in()
    lamp = make_product("Lamp </script><b>bold</b> 🪔", 100_00, stock=20)
    saree = make_product("Saree", 1_00_000_00, stock=500)
    meera = make_customer("Meera <i>Rao</i>", gender="Female")
    for qty in (1, 2, 3):
        make_order(meera, lamp, saree, qty=qty)
    make_order(make_customer(segment="Business"), saree, qty=4)
    make_order(meera, lamp, qty=9, status="Cancelled")


def drawn(page: Page, name: str):
    """The chart, once it is there: it comes when it is scrolled to."""
    section = page.locator(".chart", has=page.get_by_role("heading", name=name))
    for _ in range(100):  # those above may push it out of sight while they come
        section.evaluate(MIDDLE)
        if section.locator("[data-drawn]").count():
            break
        page.wait_for_timeout(100)
    expect(section.locator("[data-drawn]")).to_be_visible()
    return section


def at_rest(page: Page, mark):
    """Where a bar, slice or point stands in the end."""
    page.wait_for_load_state("networkidle")  # its neighbours may push it while they come
    mark.locator("xpath=ancestor::*[@data-drawn]").evaluate(MIDDLE)
    before, box = None, mark.bounding_box()
    while box != before:  # charts that come elsewhere push it
        page.wait_for_timeout(150)
        before, box = box, mark.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def click(page: Page, mark) -> None:
    """A bar, slice or point as a mouse meets it: Plotly lays a sheet over all of them, and answers once it has told
    what lies below the mouse."""
    x, y = at_rest(page, mark)
    page.mouse.move(x - 1, y)
    page.mouse.move(x, y)
    expect(mark.locator("xpath=ancestor::*[@data-drawn]").locator(".hoverlayer .hovertext")).not_to_have_count(0)
    page.mouse.click(x, y)


def test_the_library_comes_only_when_a_chart_does(page: Page, sales) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    answer = page.goto("/dashboards")
    expect(page.locator("[data-figure='range.gross']")).to_have_attribute("value", "100060000")
    assert not re.search(r'(?:src|href)="[^"]*plotly', answer.text())  # the page itself does without
    drawn(page, "Sales")
    assert len([url for url in asked if "plotly.min.js" in url]) == 1


def test_a_bar_leads_to_its_rows_whose_sum_is_the_bar(page: Page, sales) -> None:
    page.set_viewport_size(DESK)
    page.goto("/dashboards")
    chart = drawn(page, "Top products by revenue")
    click(page, chart.locator(".bars .point path").nth(0))
    expect(page).to_have_url(re.compile(r"/orders\?product=\d+&sales=1&since="))
    expect(page.locator("[data-figure='list.sum']")).to_have_attribute("value", "100000000")
    page.go_back()
    click(page, drawn(page, "Top products by revenue").locator(".bars .point path").nth(1))
    expect(page.locator("[data-figure='list.sum']")).to_have_attribute("value", "60000")
    expect(page.get_by_text("₹300.00 for 3 of it")).to_be_visible()


def test_a_finger_first_sees_the_value_and_then_goes(chromium, server, sales, context) -> None:
    """On a phone: the first tap tells, the second one on the same bar leads to its rows."""
    phone = chromium.new_context(
        base_url=server.url, viewport={"width": 360, "height": 780}, has_touch=True, is_mobile=True,
        reduced_motion="reduce", storage_state=context.storage_state(),
    )  # fmt: skip
    page = phone.new_page()
    page.goto("/dashboards/products")
    chart = drawn(page, "Top products by revenue")
    tap = at_rest(page, chart.locator(".bars .point path").nth(0))
    page.touchscreen.tap(*tap)
    expect(chart.locator(".hoverlayer .hovertext")).to_contain_text("Saree: ₹10,00,000.00")
    page.wait_for_timeout(400)
    assert page.url.endswith("/dashboards/products")
    page.touchscreen.tap(*tap)
    expect(page).to_have_url(re.compile(r"/orders\?product=\d+&sales=1&since="))
    expect(page.locator("[data-figure='list.sum']")).to_have_attribute("value", "100000000")
    phone.close()


def test_words_of_the_cloud_lead_to_the_returns_that_say_them(page: Page, sales) -> None:
    make_return(state="refunded", words="Torn at the border")
    make_return(state="refunded", words="Came late, torn", reason="Damaged or defective")
    make_return(state="refunded", words="Late")
    page.goto("/dashboards/reasons?range=7d")
    page.get_by_role("link", name="torn, 2", exact=True).click()
    expect(page).to_have_url(re.compile("/returns.*word=torn.*since="))
    expect(page.locator("[data-figure='list.count']")).to_have_attribute("value", "2")
    expect(page.get_by_text("Said: torn")).to_be_visible()
    assert page.locator("tr[id^=return-]").count() == 2


def test_low_ratings_lead_to_the_feedback_of_one_and_two_stars(page: Page, sales) -> None:
    lamp = make_product("Bell")
    for stars in (1, 2, 2, 5):
        make_feedback(make_order(None, lamp), lamp, stars)
    page.set_viewport_size(DESK)
    page.goto("/dashboards/ratings?range=7d")
    click(page, drawn(page, "Ratings by day").locator(".barlayer .trace").nth(0).locator(".point path").last)
    expect(page.locator("[data-figure='list.count']")).to_have_attribute("value", "3")
    expect(page.get_by_text("Rated: 1 and 2 stars")).to_be_visible()
    page.get_by_text("Filter", exact=True).click()
    expect(page.get_by_label("Stars", exact=True)).to_have_value("1-2")


SHIFTS = """() => {
  window.moved = [];
  const note = (one) => one.hadRecentInput || window.moved.push(one.value);
  new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type: "layout-shift", buffered: true });
}"""
ALL_HERE = """() => [...document.querySelectorAll(".skeleton")]
  .every((part) => part.getBoundingClientRect().top > innerHeight + 300)"""
READ = """scrollY + innerHeight > document.scrollingElement.scrollHeight - 2 && !document.querySelector(".skeleton")"""


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", ["/dashboards", "/insights", "/stats"])
@pytest.mark.parametrize("shop", ["full", "empty"])
def test_nothing_moves_while_the_charts_come(page: Page, sign_in, request, width, path, shop) -> None:
    """What Chromium counts as a good page is at most 0.1 in all."""
    request.getfixturevalue("sales") if shop == "full" else sign_in()
    page.set_viewport_size({"width": width, "height": 780})
    page.add_init_script(f"({SHIFTS})()")
    page.goto(path)
    for _ in range(25):
        page.mouse.wheel(0, 250)
        page.wait_for_timeout(80)
        for _ in range(200):  # reading on as fast as a busy machine answers
            if page.evaluate(ALL_HERE):
                break
            page.wait_for_timeout(50)
        if page.evaluate(READ):
            break
    page.wait_for_timeout(200)  # what still moves then is seen too
    expect(page.locator(".skeleton")).to_have_count(0)
    assert sum(page.evaluate("window.moved")) < 0.1


def test_a_slice_and_a_point_lead_to_their_rows(page: Page, sales) -> None:
    page.set_viewport_size(DESK)
    page.goto("/dashboards")
    click(page, drawn(page, "Customers by segment").locator(".slice .slicetext").nth(1))
    expect(page).to_have_url(re.compile("/customers.*segment=Business"))
    expect(page.get_by_text("1 customer", exact=True)).to_be_visible()
    page.goto("/dashboards/sales?range=7d")
    click(page, drawn(page, "Sales").locator(".scatterlayer .trace").nth(0).locator(".point").last)
    expect(page.locator("[data-figure='list.sum']")).to_have_attribute("value", "100060000")


def test_the_range_changes_in_place_and_back_works(page: Page, sales) -> None:
    page.goto("/dashboards")
    page.get_by_role("link", name="7 days").click()
    expect(page).to_have_url(re.compile("range=7d"))
    expect(page.get_by_role("link", name="7 days")).to_have_attribute("aria-current", "true")
    page.get_by_label("Compare with").select_option("The days before")
    expect(page).to_have_url(re.compile("range=7d&compare=before"))
    expect(page.get_by_text("Nothing in the 7 days before").first).to_be_visible()
    drawn(page, "Sales by day")
    page.go_back()
    expect(page).to_have_url(re.compile("range=7d(&compare=)?$"))
    expect(page.get_by_text("Nothing in the 7 days before")).to_have_count(0)
    page.go_back()
    expect(page).to_have_url(re.compile("/dashboards$"))
    drawn(page, "Sales by day")


def test_own_days_upside_down_are_answered_with_a_sentence(page: Page, sales) -> None:
    page.goto("/insights")
    page.get_by_text("Own days").click()
    page.get_by_label("From", exact=True).fill("2026-03-10")
    page.get_by_label("To", exact=True).fill("2026-03-01")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("The first day comes after the last one")
    expect(page.get_by_label("From", exact=True)).to_have_value("2026-03-10")


def test_what_users_type_stays_text_in_a_chart(page: Page, sales) -> None:
    page.goto("/insights")
    chart = drawn(page, "Top products by units")
    expect(chart.locator(".yaxislayer-above")).to_contain_text("</script><b>bold")
    assert chart.locator("svg a[href], svg image").count() == 0


def test_a_picture_and_the_numbers_can_be_saved(page: Page, sales) -> None:
    page.goto("/insights")
    chart = drawn(page, "Top products by units")
    with page.expect_download() as picture:
        chart.get_by_role("button", name="PNG").click()
    assert picture.value.suggested_filename == "units.png"
    assert picture.value.path().read_bytes().startswith(b"\x89PNG")
    with page.expect_download() as numbers:
        chart.get_by_role("link", name="CSV").click()
    assert numbers.value.path().read_text(encoding="utf-8").startswith("\ufeffProduct,Units,Revenue")


def test_colours_follow_the_phone(page: Page, sales) -> None:
    page.emulate_media(color_scheme="light")
    page.goto("/dashboards/products")
    bar = drawn(page, "Top products by revenue").locator(".bars .point path").first
    light = bar.evaluate("part => getComputedStyle(part).fill")
    page.emulate_media(color_scheme="dark")
    expect(bar).not_to_have_css("fill", light)


@pytest.mark.parametrize("path", ["/dashboards", "/insights"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_with_all_its_charts_can_be_used_by_everyone(page: Page, sales, path, scheme) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(path)
    for _ in range(40):
        page.mouse.wheel(0, 500)
        page.wait_for_timeout(50)
        if page.evaluate(READ):
            break
    expect(page.locator(".skeleton")).to_have_count(0)
    for host in page.locator("[data-chart]").all():
        host.evaluate(MIDDLE)
        expect(host).to_have_attribute("data-drawn", "1")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    found = Axe().run(page)
    assert not found.violations_count, found.generate_report()
