"""What may be typed about a saved view."""

from __future__ import annotations

from wtforms import HiddenField

from cms.fields import Form, Text
from cms.views.rules import LONGEST_NAME


class ViewForm(Form):
    """Its name; of a new one the list and what its filter says, as the list sent them along."""

    name = Text("Name of the view", LONGEST_NAME, required=True, render_kw={"autocomplete": "off"})
    room = HiddenField()
    query = HiddenField()
