"""What is asked before a person is forgotten."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField

from cms.fields import Form, Text


class ForgetForm(Form):
    ref = Text(
        "The customer's number", 64, required=True, render_kw={"autocomplete": "off", "autocapitalize": "characters"}
    )
    anyway = BooleanField("Forget all the same")
    version = HiddenField()
