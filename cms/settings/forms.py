"""What may be typed about the shop itself and its people."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from wtforms import HiddenField

from cms import fields
from cms.auth.rules import check_username
from cms.fields import Choice, Form, LongText, Pick, Read, Secret, Text, Tick
from cms.formats import parse_gstin, parse_vpa, show_phone
from cms.money import CURRENCIES
from cms.settings.rules import fingerprint, parse_prefix, state_named

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
GST_MODES = [
    ("unregistered", "Not registered: no GST on your bills"),
    ("composition", "Composition scheme: you pay GST yourself and write bills of supply without it"),
    ("regular", "Regular: tax invoices that show GST by its rates"),
]
CODE = {"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false", "maxlength": 6}
NUMBER = {"inputmode": "numeric", "autocomplete": "off"}


@lru_cache(maxsize=1)
def zones() -> dict[str, list[tuple[str, str]]]:
    """The time zones to choose from, the common ones first."""
    others = sorted(
        name for name in available_timezones() if name.partition("/")[0] in REGIONS and name not in COMMON_ZONES
    )
    groups = {"Common": COMMON_ZONES, "All others": others}
    return {title: [(name, name.replace("_", " ")) for name in names] for title, names in groups.items()}


class PartForm(Form):
    """Some of the shop's settings. `seen` marks what they said when the form was opened: whoever saves another part
    meanwhile does not stand in its way."""

    version = HiddenField()
    seen = HiddenField()

    def columns(self) -> list[str]:
        """The settings that this part holds."""
        return [field.name for field in self if hasattr(field, "value")]

    def offer(self, shop: Any) -> None:
        """The choices that depend on what the shop says now."""

    def fill(self, shop: Any) -> None:
        """Each field as one would type what the shop says now."""
        for name in self.columns():
            self[name].data = self.as_typed(name, getattr(shop, name))
        self.made_on(shop)

    def made_on(self, shop: Any) -> None:
        """Note what the shop says now."""
        self.version.data, self.seen.data = str(shop.version), self.mark(shop)

    def mark(self, shop: Any) -> str:
        """What `seen` holds of a form that is opened now."""
        return fingerprint({name: getattr(shop, name) for name in self.columns()})

    def as_typed(self, name: str, value: Any) -> Any:
        if isinstance(self[name], Tick):
            return bool(value)
        return show_phone(value) if name in ("phone", "whatsapp") else str(value)

    def shop(self, now: Any) -> dict[str, Any]:
        """The settings by column."""
        return {name: value or "" if isinstance(self[name], Choice) else value for name, value in self.values().items()}

    def tell_current(self, current: dict[str, Any]) -> None:
        """Put what someone else saved meanwhile beside each field where it differs from what was typed."""
        for name in self.columns():
            if name in current and (self[name].value or "") != (current[name] or ""):
                now = {True: "yes", False: "no"}.get(current[name], self.as_typed(name, current[name]) or "empty")
                self[name].errors = [*self[name].errors, f"Someone else saved: {now}"]


class ShopForm(PartForm):
    """Who and where the shop is."""

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

    def offer(self, shop: Any) -> None:
        """The zones, and whatever the shop says already though it is on no list."""
        groups = zones()
        if not any((shop.zone, shop.zone.replace("_", " ")) in group for group in groups.values()):
            groups = {"Now": [(shop.zone, shop.zone)], **groups}
        self.zone.choices = groups
        if shop.state and shop.state not in dict(fields.STATE_CHOICES):
            self.state.choices = [*fields.STATE_CHOICES, (shop.state, shop.state)]
        self.currency.data = self.currency.data or shop.currency  # a locked choice is not sent


class TaxForm(PartForm):
    """How the shop is registered, and what its invoices say."""

    gst_mode = Pick("GST registration", choices=GST_MODES)
    gstin = Read(
        "GSTIN", parse_gstin, render_kw={"autocapitalize": "characters", "maxlength": 20, "autocomplete": "off"}
    )
    prices_include_tax = Tick("Prices include GST")
    invoice_prefix = Read("Start of invoice numbers", parse_prefix, required=True, render_kw=CODE)
    credit_prefix = Read("Start of credit note numbers", parse_prefix, required=True, render_kw=CODE)
    invoice_note = LongText("Note on invoices", 300, render_kw={"rows": 2})
    fill_state = HiddenField()

    def shop(self, now: Any) -> dict[str, Any]:
        """The settings by column; the shop's state too when it has none yet, or when asked for."""
        values = super().shop(now)
        if values["gstin"] and (self.fill_state.data or not now.state):
            values["state"] = state_named(values["gstin"])
        return values

    def state_offered(self, now: Any) -> str:
        """The state of the GSTIN that was typed, when the shop's is another one."""
        registered = state_named(self.gstin.value or "") if self.gstin.errors else ""
        return registered if registered != now.state else ""


class PaymentsForm(PartForm):
    """How customers pay."""

    upi_vpa = Read(
        "UPI ID", parse_vpa, render_kw={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}
    )
    simulate_payments = Tick("Practise payments")


class RulesForm(PartForm):
    """The days, hours and limits that the shop works by."""

    active_days = fields.whole("Days a customer stays active", 1, 3650, required=True, render_kw=NUMBER)
    clv_months = fields.whole("Months ahead for a customer's value", 1, 120, required=True, render_kw=NUMBER)
    low_stock = fields.whole("Low stock level", 0, 1_000_000, required=True, render_kw=NUMBER)
    undo_minutes = fields.whole("Minutes to take a step back", 0, 10_080, required=True, render_kw=NUMBER)
    return_days = fields.whole("Days to return something", 0, 3650, required=True, render_kw=NUMBER)
    return_from = Pick(
        "Counted from", choices=[("order", "The day of the order"), ("delivery", "The day of the delivery")]
    )
    acknowledge_hours = fields.whole("Hours to answer a complaint", 1, 8760, required=True, render_kw=NUMBER)
    resolve_days = fields.whole("Days to settle a complaint", 1, 3650, required=True, render_kw=NUMBER)
    feedback_days = fields.whole("Days a feedback link works", 1, 365, required=True, render_kw=NUMBER)
    session_idle_minutes = fields.whole("Idle minutes until signed out", 5, 10_080, required=True, render_kw=NUMBER)
    session_hours = fields.whole("Hours until signed out", 1, 720, required=True, render_kw=NUMBER)


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
