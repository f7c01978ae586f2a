"""A message as it is being written: to whom, how, in which words, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cms.compose.rules import Needs, only_for_one
from cms.errors import RuleError
from cms.formats import can_message
from cms.notifications.rules import CHANNELS
from cms.text import clean_text, is_visible
from cms.wordings.rules import LONGEST_BODY, LONGEST_SUBJECT, check_words

KEY = re.compile(r"[0-9a-f]{32}")


@dataclass
class Draft:
    """What was chosen and typed. `many`: to all that `filter` shows, else to `customer`; `template` is its row."""

    request_key: str
    many: bool = False
    customer: Any = None
    customer_q: str = ""
    filter: Mapping[str, str] = field(default_factory=dict)
    channel: str = ""
    template: Any = None
    order_id: int | None = None
    subject: str = ""
    body: str = ""
    offer: bool = True
    problems: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_form(cls, posted: Any, templates: Sequence[Any], customer: Any, filter: Mapping[str, str]) -> Draft:
        """What was posted. Choosing another template brings its words; choosing none keeps what is there."""
        draft = cls(posted.get("request_key", ""), posted.get("to") == "many", customer, filter=filter)
        draft.customer_q = posted.get("customer_q", "")[:200]
        draft.channel = posted.get("channel", "")
        draft.order_id = id_in(posted.get("order"))
        draft.offer = posted.get("kind") != "service"
        draft.subject, draft.body = posted.get("subject", ""), posted.get("body", "")
        chosen = posted.get("template", "")
        draft.take(next((one for one in templates if str(one.id) == chosen), None), words=posted.get("shown") != chosen)
        if draft.template and draft.channel == "email" and "subject" not in posted:
            draft.subject = draft.template.subject  # it was not asked for until now
        return draft

    def take(self, template: Any, words: bool = True) -> None:
        """Use this template, with its words unless those typed are to stay."""
        self.template = template
        if template is not None and (words or self.many):
            self.subject, self.body = template.subject, template.body

    def settle(self) -> None:
        """The channel that fits where none was chosen."""
        if self.channel not in CHANNELS:
            no_phone = self.customer is not None and not can_message(self.customer.phone) and self.customer.email
            self.channel = "email" if no_phone else "whatsapp"

    @property
    def marketing(self) -> bool:
        """Whether only those get it who agreed to offers."""
        return bool(self.template.marketing) if self.template else self.many and self.offer

    @property
    def texts(self) -> tuple[str, ...]:
        """The words that are sent: the subject only on an e-mail."""
        return (self.subject, self.body) if self.channel == "email" else (self.body,)

    @property
    def needs(self) -> Needs:
        return Needs.of(self.channel, self.marketing, *self.texts)

    def read(self) -> bool:
        """Understand the words; whether they can be filled in."""
        self.problems = {}
        self._read("body", "message", LONGEST_BODY, many_lines=True)
        if self.channel == "email":
            self._read("subject", "subject", LONGEST_SUBJECT)
        if self.many and not self.problems and (problem := only_for_one(*self.texts)):
            self.problems["template" if self.template else "body"] = problem
        return not self.problems

    def _read(self, name: str, what: str, longest: int, many_lines: bool = False) -> None:
        try:
            text = clean_text(getattr(self, name), longest, many_lines=many_lines, what=what)
            if not is_visible(text):
                raise RuleError(f"The {what} is empty: write something, or choose a template")
            check_words(text)
            setattr(self, name, text)
        except RuleError as error:
            self.problems[name] = error.message


def id_in(text: str | None) -> int | None:
    """A record's id in a posted text, None if it is no id."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
