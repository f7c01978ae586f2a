"""What tests ask for by name. Every test that uses `app` runs on SQLite and on MariaDB, each time on empty tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import pytest

from cms import Cms
from cms.checks.invariants import all_checks
from cms.db import db
from tests.client import Browser
from tests.databases import Database, Server
from tests.factories import make_user
from tests.mariadb import MariaDB, memory


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDB]:
    """One private server for the whole run."""
    server = MariaDB()
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(scope="session", params=["sqlite", "mariadb"])
def database(request: pytest.FixtureRequest) -> str:
    """The name of the database a test runs on."""
    return request.param


@pytest.fixture(scope="session")
def new_address(database: str, request: pytest.FixtureRequest) -> Iterator[Callable[[str], tuple[str, Path]]]:
    """Gives the address of a new, empty database, and a folder to go with it."""
    with TemporaryDirectory(prefix="cms-tests-", dir=memory()) as top:

        def address(name: str) -> tuple[str, Path]:
            folder = Path(mkdtemp(prefix=name, dir=top))
            if database == "sqlite":
                return f"sqlite:///{folder / 'shop.db'}", folder
            return request.getfixturevalue("mariadb").schema(name), folder

        yield address


@pytest.fixture(scope="session")
def migrated(new_address) -> Iterator[Database]:
    """The database that tests share, one after the other."""
    database = Database(*new_address("tests"))
    database.app.test_client_class = Browser
    yield database
    database.close()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--sound", action="store_true", help="after every test, all that `flask check` looks at")


def assert_sound(request: pytest.FixtureRequest, always: bool = False) -> None:
    """What a test left behind is a sound shop. With `--sound`, and always where tests go the ways of users."""
    if (always or request.config.getoption("--sound")) and not request.node.get_closest_marker("unsound"):
        db.session.rollback()
        found = [f"{check.says}: {problem}" for check in all_checks() for problem in check.failures()]
        assert not found, "\n".join(found)


@pytest.fixture
def app(migrated: Database, request: pytest.FixtureRequest) -> Iterator[Cms]:
    """The app on empty tables, its context pushed. Direct calls of actions belong into `with write():` (factories)."""
    migrated.empty()
    with migrated.app.app_context():
        yield migrated.app
        assert_sound(request)


@pytest.fixture
def client(app: Cms) -> Browser:
    """Signed in as the owner; `client.user` says who that is."""
    return app.test_client().sign_in(make_user("owner", "asha"))


@pytest.fixture
def staff(app: Cms) -> Browser:
    return app.test_client().sign_in(make_user("staff", "ravi"))


@pytest.fixture
def viewer(app: Cms) -> Browser:
    return app.test_client().sign_in(make_user("viewer", "vik"))


@pytest.fixture
def stranger(app: Cms) -> Browser:
    """Not signed in."""
    return app.test_client()


class Clock:
    """The time of the test."""

    def __init__(self, now: datetime):
        self.now = now

    def forward(self, **by: float) -> None:
        """Let time pass: forward(days=1, minutes=5)."""
        self.now += timedelta(**by)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stands at noon of Saturday 14 March 2026 in India until the test sets `clock.now` or lets time pass."""
    frozen = Clock(datetime(2026, 3, 14, 6, 30))
    monkeypatch.setattr("cms.clock.now", lambda: frozen.now)
    return frozen


@pytest.fixture(scope="session")
def running(new_address) -> Iterator[Server]:
    """One gunicorn a database, on a schema of its own."""
    database = Database(*new_address("browser"))
    server = Server.start(database)
    yield server
    server.stop()
    database.close()


@pytest.fixture
def server(running: Server, request: pytest.FixtureRequest) -> Iterator[Server]:
    """The running shop with empty tables. Its context is pushed, so that factories fill the same database."""
    running.database.empty()
    with running.database.app.app_context():
        yield running
        assert_sound(request, always=True)
