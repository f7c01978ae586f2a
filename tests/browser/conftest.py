"""Chromium against a running shop. A test fails on anything the browser complains about."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from cms.models import User
from tests.databases import Server
from tests.factories import PASSWORD, make_user, open_session

PHONE = {"width": 360, "height": 780}
PATIENCE = 20_000
"""Milliseconds: two browsers on two busy cores may take their time; what holds at once costs nothing."""
expect.set_options(timeout=PATIENCE)
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; elsewhere the one that `playwright install chromium` brought."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser, server: Server) -> Iterator[BrowserContext]:
    """A browser without history, on a phone."""
    context = chromium.new_context(
        base_url=server.url, viewport=PHONE, locale="en-IN", timezone_id="Asia/Kolkata", reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What the browser complained about. A test that provokes a complaint looks at it and clears the list."""
    heard: list[str] = []
    yield heard
    assert not heard, "\n".join(heard)


@pytest.fixture
def page(context: BrowserContext, complaints: list[str]) -> Page:
    """A tab that nobody is signed in to; `sign_in(page)` changes that."""
    page = context.new_page()
    # A refused form (4xx) is told on the console too: what the page does about it is for the test to see.
    page.on(
        "console",
        lambda said: (
            complaints.append(f"{said.type}: {said.text} ({page.url})")
            if said.type in ("error", "warning") and "status of 4" not in said.text
            else None
        ),
    )
    page.on("pageerror", lambda error: complaints.append(f"script: {error} ({page.url})"))
    page.on(
        "response", lambda answer: complaints.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None
    )
    return page


@pytest.fixture
def sign_in(context: BrowserContext, server: Server):
    """Signs somebody in without the form: `sign_in()` the owner, `sign_in("viewer")` somebody of that role."""

    def sign_in(who: User | str = "owner") -> User:
        user = make_user(who) if isinstance(who, str) else who
        serializer = SecureCookieSessionInterface().get_signing_serializer(server.database.app)
        assert serializer is not None
        cookie = serializer.dumps({"_user_id": open_session(user), "_fresh": True})
        context.add_cookies(
            [{"name": server.database.app.config["SESSION_COOKIE_NAME"], "value": cookie, "url": server.url}]
        )
        return user

    return sign_in


def log_in(page: Page, username: str, password: str = PASSWORD) -> None:
    """By the real form."""
    page.goto("/login")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
