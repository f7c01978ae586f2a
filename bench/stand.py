"""One shop being served: who asks it from outside, and the same shop inside this process to count its queries."""

from __future__ import annotations

from typing import Protocol

from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import select

from bench.facts import Facts, facts_of
from bench.places import KEPT
from bench.server import Gunicorn
from bench.shops import Shop
from bench.visitor import Answer, Request, Visitor
from cms import Cms
from cms.db import db
from cms.models import User
from tests.databases import app_on, count_queries
from tests.factories import make_user, open_session

USERNAME = "bench"


class Asker(Protocol):
    """Somebody signed in."""

    token: str

    def ask(self, request: Request) -> Answer:
        """Raises OSError or RuntimeError when nothing sensible comes back."""


class Inside:
    """The shop asked without a server, for the number of its queries."""

    def __init__(self, app: Cms, cookie: str, token: str):
        self.app, self.token, self.cookie = app, token, cookie

    def ask(self, request: Request) -> Answer:
        with self.app.app_context():
            answer = self.app.test_client(use_cookies=False).open(
                request.path,
                method="GET" if request.form is None else "POST",
                headers={"Cookie": self.cookie, **request.headers},
                data=_as_dict(request.form),
            )
        head = f"HTTP/1.1 {answer.status}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in answer.headers)
        return Answer(head.encode(), answer.data)

    def count(self, request: Request) -> int:
        """How many queries the answer takes."""
        with self.app.app_context(), count_queries() as queries:
            self.ask(request)
        return len(queries)


class Stand:
    """`visitor` is signed in, `stranger` is not; both keep their connection to the gunicorn of this shop."""

    def __init__(self, shop: Shop):
        self.shop = shop
        app = app_on(shop.url, KEPT / "instance")
        cookie = _sign_in(app)
        with app.app_context():
            self.facts: Facts = facts_of()
        self.server = Gunicorn("bench.served:app", shop.url)
        self.visitor, self.stranger = Visitor(self.server.port, cookie), Visitor(self.server.port)
        self.visitor.get_token()
        self.inside = Inside(app, self.visitor.cookie, self.visitor.token)
        self.placed: list[int] = []

    def close(self) -> None:
        self.visitor.close()
        self.stranger.close()
        self.server.stop()
        with self.inside.app.app_context():
            db.engine.dispose()


def _sign_in(app: Cms) -> str:
    """A cookie of the owner's, as the browser tests make it."""
    with app.app_context():
        user = db.session.scalar(select(User).where(User.username == USERNAME)) or make_user("owner", USERNAME)
        serializer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert serializer is not None
        cookie = serializer.dumps({"_user_id": open_session(user), "_fresh": True})
        return f"{app.config['SESSION_COOKIE_NAME']}={cookie}"


def _as_dict(form: list[tuple[str, str]] | None) -> dict[str, list[str]] | None:
    """What Werkzeug's client takes for a form in which names come more than once."""
    if form is None:
        return None
    fields: dict[str, list[str]] = {}
    for name, value in form:
        fields.setdefault(name, []).append(value)
    return fields
