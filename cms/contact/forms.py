"""What may be typed about how the shop is reached."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField
from wtforms.widgets import TextArea

from cms import fields
from cms.contact.rules import parse_emails, parse_map_link, parse_phones
from cms.fields import Form, LongText, Read, Text
from cms.formats import show_phone

POLICY = {"rows": 4}


class ContactForm(Form):
    """The contact page."""

    phones = Read("More phone numbers", parse_phones, widget=TextArea(), render_kw={"rows": 2, "inputmode": "tel"})
    emails = Read("More e-mail addresses", parse_emails, widget=TextArea(), render_kw={"rows": 2, "inputmode": "email"})
    hours = LongText("Opening hours", 500, render_kw={"rows": 2})
    map_url = Read("Link to the map", parse_map_link, render_kw={"type": "url", "inputmode": "url"})
    grievance_name = Text("Name", 120, render_kw={"autocomplete": "off", "autocapitalize": "words"})
    grievance_designation = Text("Designation", 120, render_kw={"autocomplete": "off"})
    grievance_phone = fields.phone(render_kw={"type": "tel", "inputmode": "tel", "autocomplete": "off"})
    grievance_email = fields.email(render_kw={"type": "email", "inputmode": "email", "autocomplete": "off"})
    returns_policy = LongText("Returns and refunds", 5000, render_kw=POLICY)
    delivery_policy = LongText("Delivery", 5000, render_kw=POLICY)
    payment_policy = LongText("Payment", 5000, render_kw=POLICY)
    privacy_policy = LongText("Privacy", 5000, render_kw=POLICY)
    version = HiddenField()

    def fill(self, page: Any) -> None:
        """Each field as one would type what the page says now."""
        for field in self:
            field.data = as_typed(field.name, getattr(page, field.name))

    def tell_current(self, current: dict[str, Any]) -> None:
        """Put what someone else saved meanwhile beside each field where it differs from what was typed."""
        super().tell_current({name: as_typed(name, value) for name, value in current.items()})


def as_typed(name: str, value: Any) -> str:
    """A value of a column as one would type it."""
    if name in ("phones", "grievance_phone"):
        return "\n".join(map(show_phone, value.splitlines()))
    return str(value)
