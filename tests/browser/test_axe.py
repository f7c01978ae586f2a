"""Every page can be used by everyone: axe finds nothing, on a phone and a desk, in light and dark."""

from __future__ import annotations

import time

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import func, select

from cms.auth.actions import new_setup_link
from cms.db import db
from cms.models import Job, Session
from tests.endpoints import ME, endpoints, examples, made_once
from tests.factories import make_customer, make_order, make_product, make_user, set_shop, write

# How a page looks does not depend on the database.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

SETTLED = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
  for (const move of document.getAnimations()) if (move.effect.getTiming().iterations !== Infinity) move.finish();
  requestAnimationFrame(done);
})))"""
"""No colour is on its way from one scheme to the other."""
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.scrollingElement.scrollWidth <= width) return [];
  const out = [...document.querySelectorAll("body *")].filter((part) => part.getBoundingClientRect().right > width);
  return [document.scrollingElement.scrollWidth, ...out.slice(-5).map((part) => part.outerHTML.slice(0, 150))];
}"""
ALL = {"resultTypes": ["violations"]}
COLOURS = ALL | {"runOnly": ["color-contrast", "link-in-text-block"]}
"""What one scheme can do wrong that the other does right."""
LONG = "Venkata Satyanarayana Lakshminarasimhan-Subrahmanyeswari శ్రీ"


def shop():
    """Little, much and unwieldy."""
    set_shop(name="Lakshmi Lamps", whatsapp="+919812300000", state="Telangana")
    shown = examples()
    dear = make_product(f"Lamp of {LONG}", price_paise=99_99_99_900, stock=7, category="Festival")
    for status in ("Pending", "Shipped", "Delivered", "Cancelled"):
        make_order(
            make_customer(LONG, email=f"{status}@{'long' * 12}.example", segment="Business"), dear, status=status
        )
    while db.session.scalar(select(func.count()).where(Job.state.in_(("queued", "running")))):
        db.session.rollback()
        time.sleep(0.05)  # the worker of the running shop has its hand in
    return shown


@pytest.fixture
def values(server, sign_in):
    """The owner signed in, and what each address may name."""
    user = sign_in(make_user("owner", ME))
    shown = made_once(server.database, shop)
    return shown | {"session_id": db.session.scalar(select(Session.id).where(Session.user_id == user.id))}


FILES = (".pdf", ".csv", ".png")
PAGES = [
    endpoint
    for endpoint in endpoints("GET", besides=("health.alive", "health.ready", "exports.download"))
    if not endpoint.path.endswith(FILES)
]


@pytest.mark.parametrize("endpoint", PAGES, ids=str)
def test_a_page_can_be_used_by_everyone(page, values, endpoint):
    path = endpoint.url(values)
    answer = page.goto(path)
    if "<html" not in answer.text() or not answer.url.endswith(path):
        return  # a part of a page, or a way to another: seen where it belongs
    assert_usable(page)


@pytest.mark.parametrize(
    "endpoint", [e for e in endpoints("GET") if not e.arguments and e.permission == "see"], ids=str
)
def test_a_page_of_an_empty_shop_can_be_used_by_everyone(page, server, sign_in, endpoint):
    sign_in()
    page.goto(endpoint.path)
    assert_usable(page, widths=(360,), schemes=("light",))


@pytest.mark.parametrize("path", ["/login", "/contact", "/no-such-page"])
def test_what_a_stranger_sees_can_be_used_by_everyone(page, server, path):
    make_user()
    page.goto(path)
    assert_usable(page)


def test_setting_up_can_be_done_by_everyone(page, server):
    page.goto("/login")
    assert_usable(page)
    with write():
        token = new_setup_link()
    for path in ("/setup", "/setup/backup"):
        page.goto(f"{path}?token={token}")
        assert page.url.endswith(token)
        assert_usable(page)
    sent = {"name": "mine.cmsbackup", "mimeType": "application/octet-stream", "buffer": b"altered on its way"}
    page.get_by_label("The file of the backup").set_input_files([sent])
    page.get_by_role("button", name="Bring it back").click()
    expect(page.get_by_text("mine.cmsbackup is no backup of a shop")).to_be_visible()
    assert_usable(page)


def assert_usable(page, widths=(360, 1280), schemes=("light", "dark")) -> None:
    for width in widths:
        page.set_viewport_size({"width": width, "height": 780})
        sideways = settled(page, TOO_WIDE)
        assert not sideways, f"{page.url} at {width} scrolls sideways: {sideways}"
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.evaluate(SETTLED)
            found = looked_at(page, ALL if scheme == schemes[0] else COLOURS)
            assert not found.violations_count, f"{page.url} at {width} {scheme}\n{found.generate_report()}"


def looked_at(page, options: dict) -> AxeResults:
    """What axe finds; it is brought into a page once."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(Axe().axe_script)
    return AxeResults(page.evaluate("(options) => axe.run(options)", options))


def settled(page, script: str) -> list:
    """What the script finds once the page has had time to lay itself out; container queries take some frames."""
    for _ in range(20):
        found = page.evaluate(script)
        if not found:
            break
        page.wait_for_timeout(50)
    return found
