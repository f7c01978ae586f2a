"""Changing the shop's settings, its people and its segments, one after the other: each holds the row of settings."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from cms.activity.actions import record
from cms.auth import actions as auth
from cms.db import claim, db, lock
from cms.errors import RuleError
from cms.models import Product, Segment, User
from cms.money import CURRENCIES
from cms.settings import queries
from cms.text import fold

FIXED = "Individual"
"""New customers get this segment, and only its customers are asked for a gender."""


def change_settings(values: dict[str, Any], version: int, by: Any) -> None:
    """Change settings by column. Raises RuleError for a currency that is in use, Conflict for an edit in between."""
    shop = queries.the_shop()
    claim(shop, version, tuple(values))
    before = {name: getattr(shop, name) for name in values}
    if values.get("currency", shop.currency) != shop.currency:
        _change_currency(shop.currency, values["currency"])
    for name, value in values.items():
        setattr(shop, name, value)
    if before != values:
        record(by, "settings.changed", shop, before=before, after=values)


def add_user(username: str, name: str, password: str, role: str, by: Any) -> User:
    """Someone new who may sign in. Raises RuleError for a username that is taken or a password that is weak."""
    lock(queries.the_shop())
    return auth.add_user(username, name, password, role, by)


def change_user(user: User, role: str, disabled: bool, version: int, by: Any) -> None:
    """Another role, shut out, or let in again. Raises RuleError for the last owner, Conflict for an edit in between."""
    lock(queries.the_shop())  # two owners who shut each other out at once: the second is refused
    claim(user, version, ("role",))
    auth.change_access(user, role, disabled, by)


def set_password(user: User, password: str, by: Any) -> None:
    """Give someone else a new password and end their sessions. Raises RuleError for one's own, or a weak one."""
    if user.id == by.id:
        raise RuleError("Change your own password under Your account, where the present one is asked for")
    auth.change_password(user, password, None, by)


def add_segment(name: str, by: Any) -> None:
    """One more segment, at the end. Raises RuleError when there is one so called."""
    lock(queries.the_shop())
    _check_new(name, besides=None)
    _store(Segment(name=name, position=1 + max((each.position for each in queries.segment_list()), default=0)))
    record(by, "settings.segment_added", queries.the_shop(), after={"segment": name})


def rename_segment(old: str, new: str, by: Any) -> None:
    """Call a segment otherwise; its customers follow. Raises RuleError for the fixed one or a name that is taken."""
    lock(queries.the_shop())
    segment = _segment(old)
    if old == new:
        return
    if old == FIXED:
        raise RuleError(f"{FIXED} keeps its name: new customers begin in it, and only there a gender is asked for")
    _check_new(new, besides=old)
    try:
        with db.session.begin_nested():
            db.session.execute(
                update(Segment).where(Segment.name == old).values(name=new).execution_options(synchronize_session=False)
            )
    except IntegrityError:
        raise _taken(new) from None
    db.session.expunge(segment)
    record(by, "settings.segment_renamed", queries.the_shop(), before={"segment": old}, after={"segment": new})


def move_segment(name: str, up: bool, by: Any) -> None:
    """One place up or down the list; at its end it stays. Raises RuleError when it is gone."""
    lock(queries.the_shop())
    segment, order = _segment(name), queries.segment_list()
    place = order.index(segment)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(order):
        return
    order[place], order[other] = order[other], order[place]
    for position, each in enumerate(order):
        each.position = position
    record(by, "settings.segment_moved", queries.the_shop(), after={"segment": name})


def remove_segment(name: str, by: Any) -> None:
    """Take a segment off the list. Raises RuleError, saying how many, while customers are in it."""
    lock(queries.the_shop())
    segment = _segment(name)
    if name == FIXED:
        raise RuleError(f"{FIXED} stays: new customers begin in it")
    if count := queries.customers_in(name):
        who = "1 customer is" if count == 1 else f"{count:,} customers are"
        raise RuleError(f"{who} in {name}: put them into another segment first, archived ones too")
    try:
        with db.session.begin_nested():
            db.session.delete(segment)
    except IntegrityError:
        raise RuleError(f"Someone has just been put into {name}; it cannot go yet") from None
    record(by, "settings.segment_removed", queries.the_shop(), before={"segment": name})


def _change_currency(old: str, new: str) -> None:
    """The prices typed so far keep their figures: 499.00 becomes 499 where there are no decimals."""
    if queries.any_order():
        raise RuleError("The currency stays as it is: there are orders in it", "currency")
    digits = CURRENCIES[new].digits - CURRENCIES[old].digits
    if digits:
        price = Product.price_paise * 10**digits if digits > 0 else Product.price_paise // 10**-digits
        db.session.execute(update(Product).values(price_paise=price).execution_options(synchronize_session=False))


def _segment(name: str) -> Segment:
    for segment in queries.segment_list():
        if segment.name == name:
            return segment
    raise RuleError("That segment is no longer on the list")


def _check_new(name: str, besides: str | None) -> None:
    for taken in queries.segment_list():
        if taken.name != besides and fold(taken.name) == fold(name):
            raise _taken(taken.name)


def _taken(name: str) -> RuleError:
    return RuleError(f"There is already a segment called {name}", "name")


def _store(segment: Segment) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(segment)
    except IntegrityError:  # MariaDB takes more names for the same than `fold` does
        raise _taken(segment.name) from None
