"""Reads the environment once, says what is wrong with it in one sentence."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent.parent


class ConfigError(SystemExit):
    """The start stops with this sentence."""


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in. `tls`: from the first byte; `starttls`: before anything is said."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    starttls: bool = True


@dataclass(frozen=True)
class Config:
    database_url: URL
    secret_key: str
    instance: Path
    proxies: int = 0
    """How many proxies of ours stand in front and set X-Forwarded-For."""
    https: bool = False
    """Whether people come over HTTPS: Secure cookies and HSTS."""
    hosts: tuple[str, ...] = ()
    """Host names that are answered; empty = any."""
    patience: int = 0
    """Seconds that a request waits for a database that fails over."""
    request_log: str = ""
    """Where a line is written for each request: a file, or - for standard output; empty = nowhere."""

    @property
    def sqlite(self) -> bool:
        return self.database_url.get_backend_name() == "sqlite"


def read_config(environ: dict[str, str] | os._Environ = os.environ) -> Config:
    """The settings of this process. Raises ConfigError on a value that cannot be."""
    instance = Path(environ.get("INSTANCE_DIR") or ROOT / "instance")
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)  # the shop's data is nobody else's
    mail_server(environ)  # read again where mail is sent
    return Config(
        database_url=database_url(environ.get("DATABASE_URL") or f"sqlite:///{instance / 'shop.db'}"),
        secret_key=environ.get("SECRET_KEY") or kept_secret(instance / "secret_key"),
        instance=instance,
        proxies=whole(environ, "TRUSTED_PROXIES", 0, 5),
        https=whole(environ, "HTTPS", 0, 1) == 1,
        hosts=tuple(host.strip() for host in environ.get("ALLOWED_HOSTS", "").split(",") if host.strip()),
        patience=whole(environ, "DATABASE_PATIENCE", 0, 60),
        request_log=environ.get("REQUEST_LOG", ""),
    )


def database_url(text: str) -> URL:
    """The database's address, completed with what PyMySQL needs. Raises ConfigError."""
    try:
        url = make_url(text)
    except ArgumentError:
        raise ConfigError("DATABASE_URL is not a database address such as sqlite:///shop.db") from None
    if url.get_backend_name() == "sqlite":
        if url.database and not os.path.isabs(url.database) and url.database != ":memory:":
            url = url.set(database=str(ROOT / url.database))
        return url
    if url.get_backend_name() in ("mysql", "mariadb"):
        return url.set(drivername="mysql+pymysql").update_query_dict({"charset": "utf8mb4"})
    raise ConfigError(f"DATABASE_URL names {url.get_backend_name()}; this runs on sqlite and mysql+pymysql")


def mail_server(environ: dict[str, str] | os._Environ = os.environ) -> MailServer | None:
    """Where SMTP_URL says that mail is handed in; None if it says nothing. Raises ConfigError, never with its password.

    smtp://user:password@host:587 (STARTTLS, unless ?starttls=0) or smtps://user:password@host:465.
    """
    text = environ.get("SMTP_URL", "")
    if not text:
        return None
    wrong = ConfigError("SMTP_URL must look like smtp://user:password@host:587 or smtps://user:password@host:465")
    if not text.isprintable() or " " in text:
        raise wrong
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        raise wrong from None
    asked = parse_qs(url.query, keep_blank_values=True)
    user, password = unquote(url.username or ""), unquote(url.password or "")
    if url.scheme not in ("smtp", "smtps") or not url.hostname or port == 0:
        raise wrong
    if url.path.strip("/") or url.fragment or bool(user) != bool(password) or not (user + password).isascii():
        raise wrong
    if asked.keys() - {"starttls"} or asked.get("starttls", ["1"]) not in (["0"], ["1"]):
        raise ConfigError("After the ? of SMTP_URL only starttls=0 or starttls=1 can stand")
    tls = url.scheme == "smtps"
    return MailServer(
        host=url.hostname,
        port=port or (465 if tls else 587),
        user=user,
        password=password,
        tls=tls,
        starttls=not tls and asked.get("starttls") != ["0"],
    )


def whole(environ: dict[str, str] | os._Environ, name: str, least: int, most: int) -> int:
    """The whole number in an environment variable, `least` if absent. Raises ConfigError."""
    text = environ.get(name, str(least))
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise ConfigError(f"{name} must be a whole number from {least} to {most}, not {text!r}")
    return int(text)


def kept_secret(path: Path) -> str:
    """The secret of this installation, made at its first start and readable by its user only."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return path.read_text().strip()
