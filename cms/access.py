"""Who may do what. Every endpoint declares it; one that does not stops the start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

View = TypeVar("View", bound=Callable)

PERMISSIONS: dict[str, frozenset[str]] = {
    "viewer": frozenset({"see"}),
    "staff": frozenset({"see", "work"}),
    "owner": frozenset({"see", "work", "manage"}),
}
"""see = every page; work = customers, products, orders and what follows; manage = users, settings, money rules."""

NOT_FOR = {
    "see": "Your account may not see this.",
    "work": "Your account may look at this but not change it. Ask the owner of the shop.",
    "manage": "Only an owner of the shop may do this.",
}


def public(view: View) -> View:
    """Open to strangers."""
    view.permission = "public"  # type: ignore[attr-defined]
    return view


def reads_only(view: View) -> View:
    """A POST that stores nothing, or opens its own `writing` where it does."""
    view.reads_only = True  # type: ignore[attr-defined]
    return view


def takes(most_bytes: int, lets: Callable[[], bool] = lambda: False) -> Callable[[View], View]:
    """Takes more than other addresses do: a file. Strangers are sent away before it is read, unless one `lets` in."""

    def declare(view: View) -> View:
        view.most_bytes, view.lets = most_bytes, lets  # type: ignore[attr-defined]
        return view

    return declare


def needs(permission: str) -> Callable[[View], View]:
    """Open to signed-in people whose role holds this permission."""

    def declare(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return declare


def may(permission: str) -> bool:
    """Whether the person signed in holds this permission."""
    return g.me is not None and permission in PERMISSIONS[g.me.role]


def is_write() -> bool:
    """Whether this request may store something: GET never does."""
    if request.method in ("GET", "HEAD", "OPTIONS") or request.endpoint is None:
        return False
    view = _view(request.endpoint)
    return not getattr(view, "reads_only", False)


def guard() -> ResponseReturnValue | None:
    """Lets through who may; a stranger goes to sign in and comes back, others are told no."""
    if request.endpoint is None:
        return None  # 404 and 405 say the same to everyone
    view: Any = _view(request.endpoint)
    permission, most = view.permission, getattr(view, "most_bytes", 0)
    if permission == "public":
        if most and view.lets():
            request.max_content_length = most
        return None
    if g.me is None:
        return _sign_in_first()
    if not may(permission):
        abort(403, NOT_FOR[permission])
    if most:
        request.max_content_length = most
    return None


def _sign_in_first() -> ResponseReturnValue:
    """To the sign-in page, which says why and leads back to the page that was open."""
    part = request.headers.get("HX-Request") == "true"
    if session.pop("_user_id", None):
        flash("You were signed out. Nothing was saved; sign in to go on.", "bad")
    page = request.full_path.rstrip("?")
    if part or request.method != "GET":
        came_from = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
        page = came_from.path + (f"?{came_from.query}" if came_from.query else "")
    login = url_for("auth.login", next=page or None)
    return ("", 401, {"HX-Redirect": login}) if part else redirect(login, 302)


def check_declared(app: Flask) -> None:
    """Stops the start when an endpoint says nothing about who may use it. Raises RuntimeError naming it."""
    known = {"public"} | frozenset().union(*PERMISSIONS.values())
    for rule in app.url_map.iter_rules():
        if getattr(app.view_functions[rule.endpoint], "permission", None) not in known:
            raise RuntimeError(f"{rule.endpoint} ({rule.rule}) does not declare who may use it")


def _view(endpoint: str) -> Callable:
    from flask import current_app

    return current_app.view_functions[endpoint]
