"""What may be typed of a reason for a return."""

from __future__ import annotations

from wtforms import BooleanField

from cms.fields import Form, Text


class ReasonForm(Form):
    name = Text("Reason", 80, required=True, render_kw={"autocomplete": "off"})
    any_time = BooleanField("Also after the last day")
