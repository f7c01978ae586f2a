"""A mail server for the tests of this room, and a shop that sends by it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.factories import set_shop
from tests.notifications.smtp import SmtpServer


@pytest.fixture(autouse=True)
def no_mail_server_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SMTP_URL", raising=False)


@pytest.fixture
def smtp(app, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmtpServer]:
    """Running, and named by SMTP_URL."""
    server = SmtpServer()
    monkeypatch.setenv("SMTP_URL", server.url)
    set_shop(email="shop@lamps.example", name="Lakshmi Lamps & Co <x>", upi_vpa="lamps@upi")
    yield server
    server.shutdown()
    server.server_close()
