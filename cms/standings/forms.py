"""Active or Inactive, set by hand."""

from __future__ import annotations

from wtforms import HiddenField

from cms import fields
from cms.fields import Choice, Form, Text

STANDINGS = [("Active", "Active"), ("Inactive", "Inactive")]


class StandingForm(Form):
    """A status, why, and the last day on which it counts."""

    status = Choice("Status", choices=STANDINGS)
    reason = Text("Why", 200, required=True)
    until = fields.day("Until (may be left empty)", render_kw={"type": "date"})
    version = HiddenField()
