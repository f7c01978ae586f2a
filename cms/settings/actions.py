"""Changing the shop's settings and its people, one after the other: each holds the row of settings."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from cms.activity.actions import record
from cms.auth import actions as auth
from cms.db import claim, db, lock
from cms.errors import RuleError
from cms.models import Product, User
from cms.money import CURRENCIES
from cms.settings import queries, rules


def change_settings(values: dict[str, Any], version: int, by: Any) -> None:
    """Change settings by column. Raises RuleError for what does not go together or a currency that is in use,
    Conflict for an edit in between."""
    shop = queries.the_shop()
    claim(shop, version, tuple(values))
    before = {name: getattr(shop, name) for name in values}
    _check_together(shop, values)
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


def password_link(user: User, by: Any) -> str:
    """The token of a link by which someone else chooses a password. Raises RuleError for oneself."""
    if user.id == by.id:
        raise RuleError("Change your own password under Your account, where the present one is asked for")
    return auth.new_password_link(user, by)


def _check_together(shop: Any, values: dict[str, Any]) -> None:
    """What is changed must fit what stays."""

    def after(name: str) -> Any:
        return values.get(name, getattr(shop, name))

    if "gstin" in values or "gst_mode" in values:
        rules.check_registration(after("gst_mode"), after("gstin"))
    if "gstin" in values or "state" in values:
        rules.check_state(after("state"), after("gstin"), "gstin" if "gstin" in values else "state")
    if "invoice_prefix" in values or "credit_prefix" in values:
        rules.check_prefixes(after("invoice_prefix"), after("credit_prefix"))


def _change_currency(old: str, new: str) -> None:
    """The prices typed so far keep their figures: 499.00 becomes 499 where there are no decimals."""
    if queries.any_order():
        raise RuleError("The currency stays as it is: there are orders in it", "currency")
    digits = CURRENCIES[new].digits - CURRENCIES[old].digits
    if digits:
        price = Product.price_paise * 10**digits if digits > 0 else Product.price_paise // 10**-digits
        db.session.execute(update(Product).values(price_paise=price).execution_options(synchronize_session=False))
