"""What may be typed about a customer."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField

from cms import fields
from cms.fields import Choice, Form, LongText, Text
from cms.formats import can_message, parse_gstin, parse_phone, parse_pincode
from cms.settings.rules import state_named
from cms.text import fold

GENDERS = [("", "Not stated"), ("Female", "Female"), ("Male", "Male"), ("Other", "Other")]


class CustomerForm(Form):
    """All of a customer that is typed. `segments`: the shop's list."""

    name = Text("Name", 120, required=True, render_kw={"autocomplete": "off", "autocapitalize": "words"})
    phone = fields.phone(render_kw={"type": "tel", "inputmode": "tel", "autocomplete": "off"})
    email = fields.email(render_kw={"type": "email", "inputmode": "email", "autocomplete": "off"})
    segment = Choice("Segment")
    gender = Choice("Gender", choices=GENDERS)
    address = LongText("Address", 500, render_kw={"rows": 2})
    city = Text("City", 80)
    state = fields.state()
    postcode = fields.Read("PIN code", parse_pincode, render_kw={"inputmode": "numeric"})
    gstin = fields.Read("GSTIN", parse_gstin, render_kw={"autocapitalize": "characters", "maxlength": 20})
    note = LongText("Note", 4000, render_kw={"rows": 3})
    offers = BooleanField("May be sent offers")
    version = HiddenField()
    request_key = HiddenField()

    def offer(self, segments: list[str], state: str = "", country: str = "", phone: str = "") -> None:
        """The choices that depend on the shop, and what this customer has that may stay though it is not in order."""
        self.segment.choices = [(name, name) for name in segments]
        if country and fold(country) not in ("in", "india"):
            self.postcode.parse = lambda text: parse_pincode(text, "other")
        if phone and not can_message(phone):  # from elsewhere: it need not be put right before all else can be edited
            self.phone.parse = lambda text: phone if text == phone else parse_phone(text)
        if state and state not in dict(fields.STATE_CHOICES):
            self.state.choices = [*fields.STATE_CHOICES, (state, state)]

    def customer(self) -> dict:
        """The values of a customer, by column; a state that was left open is that of the GSTIN."""
        values = self.values()
        values["state"] = values["state"] or state_named(values["gstin"])
        return values
