"""Coming in, going out, and keeping the keys."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import delete, update

from cms import clock
from cms.activity.actions import record
from cms.auth import queries, rules
from cms.auth.passwords import hash_password, password_matches
from cms.auth.sessions import token_hash
from cms.db import db, lock, refresh
from cms.errors import RuleError
from cms.models import LoginAttempt, Session, Settings, User
from cms.settings.rules import check_state

NO_PASSWORD = "none"  # noqa: S105 - no word that opens anything
"""Stands instead of a password's hash: nobody can sign in by it."""


def note_attempt(username: str, address: str) -> LoginAttempt:
    """Count this try before it is known to fail, so that many at once count too. Raises RuleError when too many."""
    now = clock.now()
    # One after the other: two that count at the same moment would not see each other's try.
    db.session.execute(update(Settings).values(id=Settings.id).execution_options(synchronize_session=False))
    if rules.too_many(*queries.failures(username, address, now)):
        raise RuleError("Too many tries. Wait a quarter of an hour, then try again.")
    attempt = LoginAttempt(account_hash=queries.account_hash(username), address=address, at=now)
    db.session.add(attempt)
    db.session.execute(
        delete(LoginAttempt)
        .where(LoginAttempt.at < now - 4 * rules.WINDOW)
        .execution_options(synchronize_session=False)
    )
    return attempt


def forgive(attempt: LoginAttempt) -> None:
    """The password was right after all: forget the tries of this account from this address."""
    db.session.execute(
        delete(LoginAttempt)
        .where(LoginAttempt.account_hash == attempt.account_hash, LoginAttempt.address == attempt.address)
        .execution_options(synchronize_session=False)
    )


def start_session(user: User, attempt: LoginAttempt | None, address: str, agent: str) -> str:
    """Open a session and give back its token, which exists nowhere else. A right password forgives its tries."""
    now = clock.now()
    token = secrets.token_urlsafe(32)
    if attempt is not None:
        forgive(attempt)
    db.session.add(
        Session(
            token_hash=token_hash(token),
            user_id=user.id,
            created_at=now,
            seen_at=now,
            address=address[:64],
            agent=agent[:200],
        )
    )
    record(user, "user.signed_in", user)
    return token


def end_sessions(user_id: int, only: int | None = None, keep: int | None = None) -> int:
    """End one session of a user, or all but `keep`: how many. Whoever holds their cookies is out at once."""
    ending = update(Session).where(Session.user_id == user_id, Session.ended_at.is_(None)).values(ended_at=clock.now())
    if only is not None:
        ending = ending.where(Session.id == only)
    if keep is not None:
        ending = ending.where(Session.id != keep)
    return int(db.session.execute(ending).rowcount)  # type: ignore[attr-defined]


def add_user(username: str, name: str, password: str, role: str, by: object) -> User:
    """A new user. Raises RuleError for a name that is taken or a password that is weak."""
    user = _made(username, name, password, role)
    record(by, "user.added", user, after={"role": role})
    return user


def _made(username: str, name: str, password: str, role: str) -> User:
    username = rules.check_username(username)
    if queries.user_named(username):
        raise RuleError(f"There is already a user called {username}", "username")
    rules.check_password(password, (username, name, queries.shop_name()))
    user = User(
        username=username,
        name=name or username,
        password_hash=hash_password(password),
        role=role,
        created_at=clock.now(),
    )
    db.session.add(user)
    db.session.flush()
    return user


def change_password(user: User, password: str, keep_session: int | None, by: object) -> None:
    """Set a new password and end the user's other sessions. Raises RuleError when it is weak, or the old one."""
    rules.check_password(password, (user.username, user.name, queries.shop_name()))
    if password_matches(user.password_hash, password):
        raise RuleError("This is the password in use already; choose another one", "password")
    user.password_hash = hash_password(password)
    end_sessions(user.id, keep=keep_session)
    record(by, "user.password_changed", user)


def new_password_link(user: User, by: object) -> str:
    """The token of a one-time link by which the user chooses a password. The one of now and older links are void."""
    token = secrets.token_urlsafe(24)
    lock(user)
    user.password_hash = rules.link_text(token_hash(token), clock.now() + rules.LINK_FOR)
    end_sessions(user.id)
    record(by, "user.link_given", user)
    return token


def choose_password(token: str, password: str) -> User:
    """Use a link up, once: its user has this password and may come in. Raises RuleError."""
    user = queries.user_with_link(token_hash(token), clock.now())
    if user is None:
        raise RuleError("This link has been used, replaced or is too old; ask the owner for a new one")
    rules.check_password(password, (user.username, user.name))
    won = db.session.execute(
        update(User)
        .where(User.id == user.id, User.password_hash == user.password_hash)
        .values(password_hash=hash_password(password), disabled_at=None)
        .execution_options(synchronize_session=False)
    ).rowcount  # type: ignore[attr-defined]
    if won != 1:
        raise RuleError("This link has been used; sign in, or ask the owner for a new one")
    refresh(user)
    record(user, "user.password_changed", user)
    return user


def change_access(user: User, role: str, disabled: bool, by: object) -> None:
    """Give a user another role, or shut them out at once. Raises RuleError when the shop would have no owner then."""
    loses_owner = user.role == "owner" and (role != "owner" or disabled)
    if loses_owner and not queries.other_owners(user):
        raise RuleError("The shop needs an owner: make someone else owner first", "role")
    before = {"role": user.role, "disabled": user.disabled_at is not None}
    after = {"role": role, "disabled": disabled}
    if before == after:
        return
    user.role = role
    user.disabled_at = (user.disabled_at or clock.now()) if disabled else None
    if disabled:
        end_sessions(user.id)
        if rules.link_until(user.password_hash, clock.now()):
            user.password_hash = NO_PASSWORD
    record(by, "user.changed", user, before=before, after=after)


def new_setup_link() -> str:
    """The token of a fresh one-time setup link; earlier ones are void. Raises RuleError once the shop is set up."""
    if queries.any_user():
        raise RuleError("This shop is set up already; sign in")
    token = secrets.token_urlsafe(24)
    db.session.execute(update(Settings).values(setup_token_hash=token_hash(token)))
    return token


def set_up_shop(token: str, shop: dict[str, object], username: str, name: str, password: str) -> User:
    """Name the shop and make its owner, once: of two who hold the link only the first does.

    Raises RuleError, for a state other than that of the GSTIN too, which a shop with a demo has already.
    """
    now: datetime = clock.now()
    if queries.any_user():
        raise RuleError("This shop is set up already; sign in")
    won = db.session.execute(
        update(Settings)
        .where(Settings.setup_token_hash == token_hash(token))
        .values(setup_token_hash=None, setup_done_at=now, **shop)
        .execution_options(synchronize_session=False)
    ).rowcount  # type: ignore[attr-defined]
    if won != 1:
        raise RuleError("This link has been used or replaced; take the newest one from the terminal")
    check_state(str(shop.get("state") or ""), queries.shop_gstin(), "state")
    owner = _made(username, name, password, "owner")
    record(owner, "user.added", owner, after={"role": "owner"})
    return owner
