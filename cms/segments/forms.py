"""What may be typed about a segment."""

from __future__ import annotations

from cms.fields import Form, Text


class SegmentForm(Form):
    name = Text("Name", 60, required=True, render_kw={"autocomplete": "off"})
