"""Signing in, setting up, one's own password."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField

from cms import fields
from cms.auth.rules import check_password, check_username
from cms.errors import RuleError
from cms.fields import Form, Read, Secret, Text
from cms.formats import show_phone
from cms.settings.rules import NEW_SHOP, state_named

NEW_PASSWORD = {"autocomplete": "new-password"}


class LoginForm(Form):
    username = Text("Username", 64, required=True, render_kw={"autocomplete": "username", "autocapitalize": "none"})
    password = Secret("Password", render_kw={"autocomplete": "current-password"})
    next = HiddenField()


class SetupForm(Form):
    """The shop and its owner."""

    shop_name = Text("Name of the shop", 120, required=True, render_kw={"autocomplete": "organization"})
    state = fields.state()
    whatsapp = fields.phone("WhatsApp number of the shop", render_kw={"type": "tel", "inputmode": "tel"})
    name = Text("Your name", 120, required=True, render_kw={"autocomplete": "name"})
    username = Read(
        "Username", check_username, required=True, render_kw={"autocomplete": "username", "autocapitalize": "none"}
    )
    password = Secret("Password", render_kw=NEW_PASSWORD)
    token = HiddenField()

    def fill(self, shop: Any) -> None:
        """What the shop says already, when it came filled: the state is that of its GSTIN."""
        self.shop_name.data = shop.name if shop.name != NEW_SHOP else ""
        self.state.data = state_named(shop.gstin) or shop.state
        self.whatsapp.data = show_phone(shop.whatsapp)

    def weigh_password(self) -> None:
        """Say of the password too what is wrong with it, when other fields are refused already."""
        if not self.password.errors:
            try:
                known = (self.username.data, self.name.data, self.shop_name.data)
                check_password(self.password.value, tuple(text or "" for text in known))
            except RuleError as error:
                self.blame(error)


class ChoiceForm(Form):
    """A first password, or a new one, by a one-time link."""

    password = Secret("New password", render_kw=NEW_PASSWORD)


class PasswordForm(Form):
    current = Secret("Current password", render_kw={"autocomplete": "current-password"})
    password = Secret("New password", render_kw=NEW_PASSWORD)
