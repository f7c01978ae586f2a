"""The application factory: the only place that knows all rooms."""

from __future__ import annotations

import logging
from datetime import timedelta
from importlib import import_module
from typing import Any

from flask import current_app, g, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from jinja2 import StrictUndefined
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from cms import access, failover, web
from cms.config import ROOT, Config, read_config
from cms.db import db, disk_full, engine_options, engines, reading_binds
from cms.serving import Cms, RecordId
from cms.watch import Watch

log = logging.getLogger("cms")
ROOMS = (
    "home", "figures", "auth", "customers", "standings", "duplicates", "privacy", "products", "orders", "delivery",
    "tracking", "payments", "invoices", "returns", "complaints", "assignments", "feedback", "notifications", "compose",
    "activity", "contact", "insights", "dashboards", "stats", "clv", "exports", "imports", "search", "views",
    "settings", "backups", "bringing", "segments", "reasons", "wordings", "logo", "jobs", "health", "made",
)  # fmt: skip
"""Every room with pages."""


def create_app(config: Config | None = None) -> Cms:
    """The whole product. Raises ConfigError or RuntimeError when it cannot run safely."""
    config = config or read_config()
    app = Cms(
        "cms",
        root_path=str(ROOT),
        static_folder=str(ROOT / "static"),
        template_folder=str(ROOT / "templates"),
        instance_path=str(config.instance),
    )
    cookie = "__Host-cms" if config.https else "cms"
    app.config.update(
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(config.database_url),
        SQLALCHEMY_BINDS=reading_binds(config.database_url),
        SECRET_KEY=config.secret_key,
        SESSION_COOKIE_NAME=cookie,
        SESSION_COOKIE_SECURE=config.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # a page behind a private link sends no referrer; the token and __Host- are enough
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        MAX_FORM_PARTS=10_000,
        TRUSTED_HOSTS=list(config.hosts) or None,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=4,
        COMPRESS_LEVEL=4,
        HTTPS=config.https,
    )
    app.watch, app.patience = Watch(config.request_log, believes=config.proxies > 0), config.patience
    app.url_map.converters["int"] = RecordId
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    db.init_app(app)
    if config.patience:
        with app.app_context():
            for engine in engines():
                failover.wait_for_another_node(engine, config.patience)
    _add_requests(app)
    _add_rooms(app)
    _add_errors(app)
    _add_shell(app, config)
    access.check_declared(app)
    return app


def _add_requests(app: Cms) -> None:
    """What happens around every request, in this order: who is it, may they, is the form ours."""
    from flask_compress import Compress
    from flask_migrate import Migrate
    from flask_wtf import CSRFProtect

    from cms import models  # noqa: F401  (the tables must be known to Alembic)
    from cms.auth import sessions

    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True)
    sessions.init_app(app)
    app.before_request(access.guard)
    app.before_request(web.refuse_broken_text)
    CSRFProtect(app)
    Compress(app)
    app.after_request(web.finish)


def _add_rooms(app: Cms) -> None:
    from cms import cli

    for room in ROOMS:
        app.register_blueprint(import_module(f"cms.{room}.routes").bp)
    app.view_functions["static"] = access.public(app.view_functions["static"])
    cli.add_commands(app)


def _add_errors(app: Cms) -> None:
    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        return error_answer(error, error.code or 500)

    @app.errorhandler(OperationalError)
    @app.errorhandler(InterfaceError)
    @app.errorhandler(PoolTimeout)
    def database_gone(error: Exception) -> ResponseReturnValue:
        log.exception("database not reachable, reference %s", g.request_id)
        if disk_full(error):
            return _failed(ServiceUnavailable(FULL), 503)
        current_app.watch.database("refused")  # type: ignore[attr-defined]
        return _failed(ServiceUnavailable(UNSURE if failover.may_be_stored() else UNREACHABLE), 503)

    @app.errorhandler(Exception)
    def broken(error: Exception) -> ResponseReturnValue:
        log.exception("request failed, reference %s", g.request_id)
        if disk_full(error):
            return _failed(ServiceUnavailable(FULL), 503)
        return _failed(InternalServerError("Something went wrong on our side. Nothing was saved."), 500)


def _failed(error: HTTPException, code: int) -> ResponseReturnValue:
    """The answer when something broke, perhaps in the middle of a file: what still comes of it is taken in first."""
    web.drain(request.max_content_length or 0)
    return error_answer(error, code)


def error_answer(error: HTTPException, code: int) -> ResponseReturnValue:
    """A page for a browser, a toast for HTMX; never a word about the inside, never a query."""
    response = error.get_response()
    if response.location:  # Werkzeug's own redirects
        return response
    message = TEXTS.get(code, error.description or "") if _is_stock(error) else (error.description or "")
    if isinstance(error, CSRFError):
        message = (
            "This page is from before you last signed in or out. Go back, reload it and try again; nothing was saved."
        )
    headers = {"Allow": response.headers["Allow"]} if "Allow" in response.headers else {}
    if code in (429, 503):
        headers["Retry-After"] = response.headers.get("Retry-After", "10")
    if web.is_htmx():
        web.toast(message, "bad")
        return "", code, headers
    title = TITLES.get(code, "That did not work")
    # Without the context of other pages: that asks the database, which may be what is broken.
    page = current_app.jinja_env.get_template("error.html")
    return page.render(code=code, title=title, message=message, reference=g.get("request_id", "")), code, headers


UNREACHABLE = "The database cannot be reached. Nothing was saved; try again soon."
UNSURE = "The database went away while this was being saved. Look whether it is there before you send it again."
FULL = "The disk of the server is full. Nothing was saved; make room on it, then try again."
TITLES = {
    400: "That could not be read",
    403: "Not for this account",
    404: "Not found",
    405: "That does not work this way",
    413: "Too much at once",
    429: "Too many tries",
    500: "Something went wrong",
    503: "Not reachable right now",
}
TEXTS = {
    400: "The request could not be read. Go back, reload the page and try again.",
    404: "There is nothing at this address. It may have been moved or never existed.",
    405: "This address cannot be used that way. Go back and use the buttons of the page.",
    413: "What was sent is too large. Nothing was saved.",
    500: "Something went wrong on our side. Nothing was saved.",
}


def _is_stock(error: HTTPException) -> bool:
    """Whether the description is Werkzeug's own rather than a sentence of ours."""
    return error.description == type(error).description


def _add_shell(app: Cms, config: Config) -> None:
    from cms.shell import add_shell

    app.config["HEADERS"] = web.HEADERS | (web.HTTPS_HEADERS if config.https else {})
    add_shell(app)

    def static_headers(headers: Any, _path: str, _url: str) -> None:
        for name, value in app.config["HEADERS"].items():
            headers[name] = value
        headers["Cache-Control"] = "public, max-age=31536000, immutable"

    web.pack_static(ROOT / "static")
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=app.static_folder,
        prefix="static/",
        allow_all_origins=False,
        add_headers_function=static_headers,
    )
    if config.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=config.proxies, x_proto=config.proxies, x_host=config.proxies
        )
