"""Passwords, sign-in attempts and sessions: what is allowed."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from cms.errors import RuleError
from cms.text import fold

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 128
WINDOW = timedelta(minutes=15)
LINK_FOR = timedelta(days=3)
TRIES_PER_ACCOUNT = 10
"""From one address. Strangers elsewhere cannot use up the tries of the owner."""
TRIES_PER_ADDRESS = 40
OURS = ("customer", "customers", "orders", "invoice", "cms")
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")


def check_username(text: str) -> str:
    """The username in small letters. Raises RuleError unless 2 to 40 letters, digits, dots, dashes or underscores."""
    name = text.strip().casefold()
    if not USERNAME.fullmatch(name):
        raise RuleError(
            "Use 2 to 40 small letters, digits, dots or dashes, beginning with a letter or digit", "username"
        )
    return name


def check_password(password: str, known: tuple[str, ...] = ()) -> str:
    """The password, if it is long and hard enough to guess. `known`: words a guesser would try first (name, shop).

    Raises RuleError saying how to make it better.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise RuleError(
            f"Use at least {SHORTEST_PASSWORD} characters; a few words together are easy to keep", "password"
        )
    if len(password) > LONGEST_PASSWORD:
        raise RuleError(f"Keep the password within {LONGEST_PASSWORD} characters", "password")
    if _key(password) in {key for word in known if (key := _key(word))}:
        raise RuleError(
            "A name, of the shop or a person, is easy to guess; put a few unrelated words together", "password"
        )
    from zxcvbn import zxcvbn  # its word lists cost 20 MB: only for who sets a password

    if zxcvbn(password[:72], user_inputs=[word for word in (*known, *map(_key, known), *OURS) if word])["score"] < 2:
        raise RuleError("This password is easy to guess; put a few unrelated words together", "password")
    return password


def _key(name: str) -> str:
    """A name as it may be guessed: in small letters, without gaps, signs, and digits at its ends."""
    return "".join(filter(str.isalnum, fold(name))).strip("0123456789")


def link_text(token_hash: str, until: datetime) -> str:
    """What stands instead of a password's hash while its user may choose one by a link; no password matches it.

    >>> link_text("ab12", datetime(2026, 3, 17, 6, 30))
    'link ab12 2026-03-17T06:30:00'
    """
    return f"link {token_hash} {until.replace(microsecond=0).isoformat()}"


def link_until(stored: str, now: datetime) -> datetime | None:
    """Until when a password may be chosen by a link; None when there is none, or no more.

    >>> link_until("link ab12 2026-03-17T06:30:00", datetime(2026, 3, 17, 6))
    datetime.datetime(2026, 3, 17, 6, 30)
    >>> link_until("link ab12 2026-03-17T06:30:00", datetime(2026, 3, 17, 7)), link_until("$argon2id$", datetime.min)
    (None, None)
    """
    words = stored.split()
    until = datetime.fromisoformat(words[2]) if words[0] == "link" else now
    return until if until > now else None


def too_many(of_account: int, of_address: int) -> bool:
    """Whether so many failures within WINDOW close the door for a while.

    >>> too_many(9, 9), too_many(10, 10), too_many(0, 40)
    (False, True, True)
    """
    return of_account >= TRIES_PER_ACCOUNT or of_address >= TRIES_PER_ADDRESS


def session_ended(created_at: datetime, seen_at: datetime, now: datetime, idle_minutes: int, hours: int) -> bool:
    """Whether a session has been idle or has lasted too long.

    >>> start = datetime(2026, 3, 1, 9)
    >>> session_ended(start, start, start + timedelta(minutes=30), 30, 12)
    False
    >>> session_ended(start, start, start + timedelta(minutes=31), 30, 12)
    True
    """
    return now - seen_at > timedelta(minutes=idle_minutes) or now - created_at > timedelta(hours=hours)


def local_path(target: str | None) -> str:
    """Where to go after signing in: a path of this app, else the start page.

    >>> local_path("/orders?status=Pending"), local_path("//evil.test"), local_path("/\\\\evil.test"), local_path(None)
    ('/orders?status=Pending', '/', '/', '/')
    """
    if not target or not re.fullmatch(r"/(?![/\\])[^\s\\]*", target):
        return "/"
    return target
