"""Icons, pills and the links of the frame. A page has hundreds of them, and as macros they were a third of its cost."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from markupsafe import Markup, escape

from cms.formats import show_phone

_JOINTS = re.compile(r"([@.])")

STATUSES: Mapping[str, tuple[str, str]] = {
    "Pending": ("wait", "clock"),
    "Shipped": ("info", "tracking"),
    "Delivered": ("good", "check"),
    "Cancelled": ("bad quiet", "x"),
    "Requested": ("wait", "clock"),
    "Approved": ("info", "check"),
    "Received": ("info", "box"),
    "Refunded": ("good", "indian-rupee"),
    "Replaced": ("good", "box"),
    "Refused": ("bad quiet", "x"),
    "Active": ("good", "check"),
    "Inactive": ("bad", "minus"),
    "New": ("info", "user"),
}
"""Kind and symbol of the pill of each status."""


def phone(e164: str) -> str:
    """A number that stays on one line: its parts are joined by spaces at which nothing breaks.

    >>> phone("+919876543210")
    '98765\xa043210'
    """
    return show_phone(e164).replace(" ", "\u00a0")


def email(text: str) -> Markup:
    """An address on a line of its own: one that is longer than the line goes on behind its @ or a dot.

    >>> email("a.rao@b.example")
    Markup('a.<wbr>rao@<wbr>b.<wbr>example')
    """
    return Markup(_JOINTS.sub(r"\1<wbr>", str(escape(text))))  # noqa: S704  (escaped first)


class Atoms:
    """`sprite` is the address of the file that holds the symbols."""

    def __init__(self, sprite: str):
        self.sprite = sprite
        # lru_cache on the methods would keep every Atoms for ever
        self.icon = lru_cache(512)(self._icon)
        self.pill = lru_cache(512)(self._pill)

    def _icon(self, name: str, label: str = "") -> Markup:
        """A symbol; with a label it says something by itself, else it is an ornament."""
        says = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
        return Markup('<svg class="icon" {}><use href="{}#{}"></use></svg>').format(says, self.sprite, name)

    def _pill(self, text: str, kind: str = "quiet", symbol: str = "") -> Markup:
        """Some words in a coloured pill, with a symbol or a dot before them."""
        before = self.icon(symbol) if symbol else Markup('<span class="dot"></span>')
        return Markup('<span class="pill {}">{}{}</span>').format(kind, before, escape(text))

    def place(self, href: str, symbol: str, label: str, here: bool) -> Markup:
        """A link of the navigation; `here`: to where one is."""
        says = Markup(' aria-current="page"') if here else ""
        return Markup('<a href="{}"{}>{}<span>{}</span></a>').format(href, says, self.icon(symbol), label)

    def status_pill(self, status: str) -> Markup:
        """The pill of a status of an order, a return or a customer."""
        return self.pill(status, *STATUSES.get(str(status), ("quiet", "")))
