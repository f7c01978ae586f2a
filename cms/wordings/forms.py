"""What may be typed of a message template."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, HiddenField
from wtforms.validators import StopValidation

from cms.errors import RuleError
from cms.fields import Form, LongText, Text
from cms.wordings.rules import LONGEST_BODY, LONGEST_SUBJECT, check_words


def known_variables(_form: Any, field: Any) -> None:
    """Refuses a variable that there is not, beside the field."""
    try:
        check_words(field.data or "")
    except RuleError as error:
        raise StopValidation(error.message) from None


class TemplateForm(Form):
    name = Text("Name", 80, required=True, render_kw={"autocomplete": "off"})
    subject = Text("Subject", LONGEST_SUBJECT, required=True, validators=[known_variables])
    body = LongText("Message", LONGEST_BODY, required=True, validators=[known_variables], render_kw={"rows": 6})
    marketing = BooleanField("This is an offer")
    version = HiddenField()

    def template(self) -> dict[str, Any]:
        """The values of a template, by column."""
        return self.values() | {"marketing": bool(self.marketing.data)}
