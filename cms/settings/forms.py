"""What may be typed about the shop itself, its people and its segments."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from wtforms import HiddenField

from cms import fields
from cms.auth.rules import check_username
from cms.fields import Choice, Form, LongText, Read, Secret, Text
from cms.formats import show_phone
from cms.money import CURRENCIES

COMMON_ZONES = (
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Dhaka",
    "Asia/Colombo",
    "Asia/Dubai",
    "Asia/Singapore",
    "Europe/London",
    "America/New_York",
    "UTC",
)
REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
ROLES = [
    ("staff", "Staff: all but users and settings"),
    ("viewer", "Viewer: only looks"),
    ("owner", "Owner: everything"),
]
NUMBER = {"inputmode": "numeric", "autocomplete": "off"}


@lru_cache(maxsize=1)
def zones() -> dict[str, list[tuple[str, str]]]:
    """The time zones to choose from, the common ones first."""
    others = sorted(
        name for name in available_timezones() if name.partition("/")[0] in REGIONS and name not in COMMON_ZONES
    )
    groups = {"Common": COMMON_ZONES, "All others": others}
    return {title: [(name, name.replace("_", " ")) for name in names] for title, names in groups.items()}


class ShopForm(Form):
    """The settings of the shop."""

    name = Text("Name of the shop", 120, required=True, render_kw={"autocomplete": "organization"})
    phone = fields.phone(render_kw={"type": "tel", "inputmode": "tel"})
    whatsapp = fields.phone("WhatsApp number", render_kw={"type": "tel", "inputmode": "tel"})
    email = fields.email(render_kw={"type": "email", "inputmode": "email"})
    address = LongText("Address", 500, render_kw={"rows": 3})
    state = fields.state()
    currency = Choice(
        "Currency", choices=[(code, f"{code} ({one.symbol.strip()})") for code, one in CURRENCIES.items()]
    )
    zone = Choice("Time zone")
    active_days = fields.whole("Days a customer stays active", 1, 3650, required=True, render_kw=NUMBER)
    low_stock = fields.whole("Low stock level", 0, 1_000_000, required=True, render_kw=NUMBER)
    undo_minutes = fields.whole("Minutes to take a step back", 0, 10_080, required=True, render_kw=NUMBER)
    return_days = fields.whole("Days to bring things back", 0, 3650, required=True, render_kw=NUMBER)
    return_from = Choice("Counted from", choices=[("order", "The day of the order"), ("delivery", "The delivery")])
    session_idle_minutes = fields.whole("Idle minutes until signed out", 5, 10_080, required=True, render_kw=NUMBER)
    session_hours = fields.whole("Hours until signed out", 1, 720, required=True, render_kw=NUMBER)
    version = HiddenField()

    def offer(self, shop: Any) -> None:
        """The zones, and whatever the shop says already though it is on no list."""
        groups = zones()
        if not any((shop.zone, shop.zone.replace("_", " ")) in group for group in groups.values()):
            groups = {"Now": [(shop.zone, shop.zone)], **groups}
        self.zone.choices = groups
        if shop.state and shop.state not in dict(fields.STATE_CHOICES):
            self.state.choices = [*fields.STATE_CHOICES, (shop.state, shop.state)]

    def fill(self, shop: Any) -> None:
        """Each field as one would type what the shop says now."""
        for field in self:
            value = getattr(shop, field.name)
            field.data = show_phone(value) if field.name in ("phone", "whatsapp") else str(value)

    def shop(self) -> dict[str, Any]:
        """The settings by column."""
        values = self.values()
        return values | {"state": values["state"] or ""}


class UserForm(Form):
    """Someone new who may sign in."""

    name = Text("Name", 120, required=True, render_kw={"autocomplete": "off", "autocapitalize": "words"})
    username = Read(
        "Username",
        check_username,
        required=True,
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = Secret("Password", render_kw={"autocomplete": "new-password"})
    role = Choice("Role", choices=ROLES)


class AccessForm(Form):
    role = Choice("Role", choices=ROLES)
    version = HiddenField()


class NewPasswordForm(Form):
    password = Secret("New password", render_kw={"autocomplete": "new-password"})


class SegmentForm(Form):
    name = Text("Name", 60, required=True, render_kw={"autocomplete": "off"})
