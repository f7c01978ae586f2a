"""Form fields that read what a person types: `.data` is the text as typed, `.value` what it means.

Whatever is wrong stands beside the field, and what was typed stays in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import BooleanField, PasswordField, SelectField, StringField
from wtforms.validators import StopValidation
from wtforms.widgets import ListWidget, RadioInput, Select, TextArea

from cms.dates import parse_date
from cms.errors import RuleError
from cms.formats import parse_email, parse_phone
from cms.money import parse_money, parse_percent_bp, show_count
from cms.states import STATES
from cms.text import clean_text, is_visible, western_digits


class Read(StringField):
    """A text that means a value. `parse(text)` gives it or raises RuleError; blank means `blank` unless required."""

    def __init__(self, label: str, parse: Callable[[str], Any], required: bool = False, blank: Any = "", **kwargs: Any):
        super().__init__(label, **kwargs)
        self.parse, self.required, self.blank = parse, required, blank
        self.value: Any = blank
        if required:
            self.flags.required = True

    def pre_validate(self, form: Any) -> None:
        text = (self.data or "").strip()
        if not text:
            if self.required:
                raise StopValidation(f"{self.label.text} is needed")
            self.value = self.blank
            return
        try:
            self.value = self.parse(text)
        except RuleError as error:
            raise StopValidation(error.message) from None
        if self.required and isinstance(self.value, str) and not is_visible(self.value):
            raise StopValidation(f"{self.label.text} is needed, with something in it that can be seen")


class Text(Read):
    """One line of at most `longest` characters."""

    def __init__(self, label: str, longest: int, **kwargs: Any):
        what = label[:1].lower() + label[1:]
        super().__init__(label, lambda text: clean_text(text, longest, what=what), **kwargs)
        self.flags.maxlength = longest


class LongText(Text):
    """Some lines of at most `longest` characters."""

    def __init__(self, label: str, longest: int, **kwargs: Any):
        super().__init__(label, longest, **kwargs)
        what = label[:1].lower() + label[1:]
        self.parse = lambda text: clean_text(text, longest, many_lines=True, what=what)

    widget = TextArea()


def phone(label: str = "Phone", **kwargs: Any) -> Any:
    return Read(label, parse_phone, **kwargs)


def email(label: str = "E-mail", **kwargs: Any) -> Any:
    return Read(label, parse_email, **kwargs)


def amount(label: str, currency: Callable[[], str], **kwargs: Any) -> Any:
    """An amount in the shop's currency; `.value` in minor units."""
    return Read(label, lambda text: parse_money(text, currency()), **kwargs)


def percent(label: str, **kwargs: Any) -> Any:
    """A share of 0 to 100; `.value` in basis points."""
    return Read(label, parse_percent_bp, blank=0, **kwargs)


def whole(label: str, least: int, most: int, **kwargs: Any) -> Any:
    """A whole number within bounds."""
    return Read(label, lambda text: parse_whole(text, least, most, label), **kwargs)


def day(label: str, **kwargs: Any) -> Any:
    """A date, None when blank."""
    return Read(label, read_day, blank=None, **kwargs)


def read_day(text: str) -> date:
    return parse_date(text)


def parse_whole(text: str, least: int, most: int, what: str = "This") -> int:
    """A whole number from `least` to `most`. Raises RuleError."""
    bare = western_digits(text).strip().replace(",", "")
    digits = bare.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 12 or not least <= int(bare) <= most:
        raise RuleError(f"{what} must be a whole number from {show_count(least)} to {show_count(most)}")
    return int(bare)


OPTION, CHOSEN = Markup('<option value="%s">%s</option>'), Markup('<option selected value="%s">%s</option>')


class Options(Select):
    """A select whose options have no attributes of their own: five hundred time zones took half of their page."""

    @classmethod
    def render_option(cls, choice: Any, **_attributes: Any) -> Markup:  # type: ignore[override]
        return _option(choice.value, choice.label or choice.value, choice.selected)


@lru_cache(2048)
def _option(value: str, label: str, chosen: bool) -> Markup:
    return (CHOSEN if chosen else OPTION) % (value, label)


class Choice(SelectField):
    """One of a list; anything else is refused in words. `.value` is the choice, None for blank."""

    widget = Options()

    def __init__(self, label: str, **kwargs: Any):
        super().__init__(label, validate_choice=False, **kwargs)

    @property
    def value(self) -> str | None:
        return self.data or None

    def pre_validate(self, form: Any) -> None:
        if (self.data or "") not in {str(value) for value, _label, *_ in self.iter_choices()}:
            raise StopValidation(f"Choose one of the list for {self.label.text.lower()}")


class ProductOf(Choice):
    """A product of an order, or the order as a whole; `.value` its id."""

    @property
    def value(self) -> Any:
        return int(self.data) if self.data else None

    def offer(self, products: Iterable[Any], suggest: bool) -> None:
        """The products as they were sold. `suggest` the only one there is, unless one of these was chosen."""
        names = {str(product.product_id): product.product_name for product in products}
        self.choices = [("", "The order as a whole"), *names.items()]
        if suggest and (not self.raw_data or self.data not in {"", *names}):
            self.data = next(iter(names)) if len(names) == 1 else ""


class Pick(Choice):
    """One of a few, all in sight."""

    widget = ListWidget(prefix_label=False)  # type: ignore[assignment]
    option_widget = RadioInput()


class Tick(BooleanField):
    """Yes or no."""

    @property
    def value(self) -> bool:
        return bool(self.data)


STATE_CHOICES = [
    ("", "Choose a state"),
    *((name, name) for name in sorted(name for name in STATES.values() if "(until" not in name)),
]


def state(label: str = "State") -> Any:
    """A state or union territory of India as it is today, blank allowed."""
    return Choice(label, choices=STATE_CHOICES)


class Secret(PasswordField):
    """A password: kept as typed, never shown again."""

    def __init__(self, label: str, **kwargs: Any):
        super().__init__(label, **kwargs)
        self.flags.required = True

    @property
    def value(self) -> str:
        return self.data or ""

    def pre_validate(self, form: Any) -> None:
        if not self.data:
            raise StopValidation(f"{self.label.text} is needed")
        if len(self.data) > 1000 or not self.data.isprintable():
            raise StopValidation("This has characters a password cannot have")


class Form(FlaskForm):
    """A form whose problems can also come from a rule that ran later."""

    class Meta(FlaskForm.Meta):
        csrf = False  # every POST is checked once for all, before any route runs

    def values(self) -> dict[str, Any]:
        """What was meant, by field name."""
        return {name: field.value for name, field in self._fields.items() if hasattr(field, "value")}

    def blame(self, error: RuleError) -> None:
        """Put a rule's message beside the field it names, or above the form."""
        field = self._fields.get(error.field or "")
        if field is None:
            self.form_errors.append(error.message)
        else:
            field.errors = [*field.errors, error.message]

    def tell_current(self, current: dict[str, Any]) -> None:
        """Put what someone else saved meanwhile beside each field where it differs from what was typed."""
        for name, value in current.items():
            field = self._fields.get(name)
            if field is not None and hasattr(field, "value") and (field.value or "") != (value or ""):
                field.errors = [*field.errors, f"Someone else saved: {value or 'empty'}"]


def version_of(text: str | None) -> int:
    """The version an edit was made on; -1, which no row has, for anything unreadable."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else -1


def id_in(text: str | None) -> int | None:
    """A record's id in a posted text, None if it is no id."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
