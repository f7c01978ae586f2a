"""The test client: a browser that knows where forms keep their token. CSRF stays on."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cms.db import db
from cms.models import User
from tests.factories import PASSWORD, open_session

TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')
HTMX = {"HX-Request": "true"}


class Browser(FlaskClient):
    user: User | None = None
    _tokens: dict[str, str]

    def open(self, *args: Any, buffered: bool = True, **kwargs: Any) -> TestResponse:
        """A request of its own: it shares neither `g` nor the database session with the test around it."""
        db.session.close()  # what the test reads after this is read anew
        with self.application.app_context():
            return super().open(*args, buffered=buffered, **kwargs)

    def sign_in(self, user: User) -> Browser:
        """Signed in without the form."""
        with self.session_transaction() as session:
            session.clear()
            session["_user_id"], session["_fresh"] = open_session(user), True
        self.user = user
        return self

    def log_in(self, username: str, password: str = PASSWORD, **fields: str) -> TestResponse:
        """The real form."""
        return self.post_form("/login", {"username": username, "password": password, **fields}, page="/login")

    def post_form(self, path: str, data: dict[str, Any] | None = None, page: str = "", **kwargs: Any) -> TestResponse:
        """Sends a plain form, with the CSRF token as a page gives it (`page`, the account page unless told)."""
        return self.post(path, data={"csrf_token": self.csrf_token(page), **(data or {})}, **kwargs)

    def htmx_get(self, path: str, **kwargs: Any) -> TestResponse:
        return self.get(path, headers=HTMX | kwargs.pop("headers", {}), **kwargs)

    def htmx_post(self, path: str, data: dict[str, Any] | None = None, page: str = "", **kwargs: Any) -> TestResponse:
        """Sends a form as HTMX does: the token stands in a header."""
        headers = HTMX | {"X-CSRFToken": self.csrf_token(page)} | kwargs.pop("headers", {})
        return self.post(path, data=data or {}, headers=headers, **kwargs)

    def csrf_token(self, page: str = "") -> str:
        """The token as a page of this session shows it."""
        known = self.__dict__.setdefault("_tokens", {})
        raw = self._raw_token()
        if raw not in known:
            shown = self.get(page or ("/account" if self.user else "/login"))
            found = TOKEN.search(shown.text)
            assert found, f"{shown.request.path} ({shown.status_code}) shows no form with a CSRF token"
            known[raw := self._raw_token()] = found[1]
        return known[raw]

    def _raw_token(self) -> str:
        with self.session_transaction() as session:
            return str(session.get("csrf_token", ""))


def without_tokens(text: str) -> str:
    """A page without the tokens of its forms, which differ by the second in which they are made."""
    return re.sub(r'name="csrf_token" value="[^"]*"', "", text)
