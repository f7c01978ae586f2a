"""What may be typed about where an order goes."""

from __future__ import annotations

from wtforms import HiddenField

from cms.fields import Form, LongText


class DeliveryForm(Form):
    address = LongText("Address", 500, render_kw={"rows": 3, "autocomplete": "off"})
    note = LongText("Note", 1000, render_kw={"rows": 3, "autocomplete": "off"})
    version = HiddenField()
