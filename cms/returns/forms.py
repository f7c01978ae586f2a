"""The returns desk as it is being filled in: what was typed of each line, what it is worth, and what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from cms.errors import RuleError
from cms.returns import rules
from cms.text import clean_text, fold

GOODS = {"sellable": "Can be sold again", "damaged": "Damaged, not to be sold"}
TEXTS = {"words": ("words", 1000), "late_reason": ("reason", 200), "reference": ("reference", 80)}
MOST_OPEN = 30
"""With more lines than this coming back, all share one reason and one state of the goods."""
SEARCH_FROM = 15
"""Orders with more lines than this have a search for them."""
MOST_SHOWN = 50
"""So many lines are shown at once, unless all are asked for."""


@dataclass
class DeskLine:
    """One line of the order. `reason` and `goods`: "" is as chosen for all; `shown`: its answer stands on the page;
    `sold` is worked out only where something is typed."""

    line: Any
    sold: Callable[[], rules.Sold]
    typed: str = ""
    reason: str = ""
    goods: str = ""
    shown: bool = False
    problem: str = ""
    units: int = 0
    refund_paise: int = 0
    tax_paise: int = 0

    @property
    def left(self) -> int:
        return int(self.line.quantity - self.line.returned_quantity)

    def read(self, replaced: bool) -> None:
        """Understand the quantity and say what it is worth, or what is wrong with it."""
        self.problem, self.units, self.refund_paise, self.tax_paise = "", 0, 0, 0
        if not self.typed.strip():
            return
        try:
            self.units = rules.quantity_of(self.typed, self.left, self.line.quantity)
        except RuleError as error:
            self.problem = error.message
            return
        if not replaced:
            self.refund_paise, self.tax_paise = rules.refund_of(self.sold(), self.units)


@dataclass
class Desk:
    """All of one act, as typed. `reasons`: the shop's list, each with whether it is bound by no last day.

    `suggested`: the goods that the reason stands for; `moved`: they changed with it just now; `unread`: so many more
    lines the order has, which are asked for once something is typed or looked for.
    """

    order: Any
    lines: list[DeskLine]
    reasons: Mapping[str, bool]
    last: date
    today: date
    owner: bool
    request_key: str
    line_q: str = ""
    whole: str = ""
    reason: str = ""
    goods: str = "sellable"
    suggested: str = "sellable"
    mode: str = "upi"
    words: str = ""
    late_reason: str = ""
    reference: str = ""
    problems: dict[str, str] = field(default_factory=dict)
    unread: int = 0
    moved: bool = False

    def fill(self, posted: Any) -> None:
        """Take over what was posted. Only lines of this order are looked for."""
        self.request_key = posted.get("request_key", "")[:56]
        for name in ("line_q", "whole", "reason", "goods", "suggested", "mode", "words", "late_reason", "reference"):
            setattr(self, name, posted.get(name, getattr(self, name))[:2000])
        known = set()
        for one in self.lines:
            known.add(key := f"qty-{one.line.id}")
            one.typed = posted.get(key, "")[:20]
            one.shown = f"goods-{one.line.id}" in posted
            one.reason, one.goods = (posted.get(f"{name}-{one.line.id}", "")[:80] for name in ("reason", "goods"))
            if "all" in posted:
                one.typed = str(one.left) if one.left else ""
        if any(name.startswith("qty-") and name not in known and value.strip() for name, value in posted.items()):
            self.problems["lines"] = f"Something typed here is not of {self.order.ref}; reload the page"
        self.answer()

    def suggest(self) -> None:
        """Let the goods follow the reason, until somebody chose otherwise for all; a line's own reason likewise."""
        usual = rules.usual_goods(self.reason)
        if self.goods == self.suggested != usual:
            self.goods = self.suggested = usual
            self.moved = True
        for one in self.lines:
            if one.reason and not one.goods and (goods := rules.usual_goods(one.reason)) != self.goods:
                one.goods = goods

    def answer(self) -> None:
        """What each typed line is worth, or why it cannot come back."""
        for one in self.lines:
            one.read(self.mode == "replacement")

    def read(self) -> bool:
        """Understand everything, as for storing it; whether all of it is right."""
        self.answer()
        if not self.chosen and not any(one.problem for one in self.lines):
            self.problems.setdefault("lines", "Type how many of something come back")
        used = {one.reason or self.reason for one in self.chosen}
        if not self.reason and ("" in used or not self.chosen):
            self.problems["reason"] = "Choose why it comes back"
        elif not {*used, self.reason or next(iter(self.reasons), "")} <= set(self.reasons):
            self.problems["reason"] = "Choose a reason of the list"
        if self.goods not in GOODS or any(one.goods not in ("", *GOODS) for one in self.chosen):
            self.problems["goods"] = "Choose what becomes of the goods"
        if self.mode not in rules.MODES:
            self.problems["mode"] = "Choose how it is settled"
        for name, (what, longest) in TEXTS.items():
            try:
                cleaned = clean_text(getattr(self, name), longest, many_lines=name == "words", what=what)
                setattr(self, name, cleaned)
            except RuleError as error:
                self.problems[name] = error.message
        return not self.problems and not any(one.problem for one in self.lines)

    def blame(self, error: RuleError) -> None:
        """Put what a rule said later beside what it names."""
        for one in self.lines:
            if error.field == f"line-{one.line.id}":
                one.problem, one.shown = error.message, True
                return
        known = error.field in (*TEXTS, "reason", "goods", "mode")
        self.problems[error.field if known and error.field else "lines"] = error.message

    @property
    def chosen(self) -> list[DeskLine]:
        """The lines of which something comes back."""
        return [one for one in self.lines if one.units]

    @property
    def answered(self) -> list[DeskLine]:
        """The lines whose answer is to be told anew: typed ones, and those it stood at."""
        return [one for one in self.lines if one.shown or one.typed.strip()]

    @property
    def hidden(self) -> int:
        """How many more lines the search finds than are shown."""
        return self.unread + self._found[1]

    @property
    def found(self) -> Sequence[DeskLine]:
        """The lines to show: the first that the search finds, or all, and always what was typed."""
        return self._found[0]

    @cached_property
    def _found(self) -> tuple[Sequence[DeskLine], int]:
        words = fold(self.line_q).split()
        shown, hidden = [], 0
        for one in self.lines:
            if one.typed.strip():
                shown.append(one)
            elif all(word in fold(f"{one.line.product_name} {one.line.sku}") for word in words):
                if self.whole or len(shown) < MOST_SHOWN:
                    shown.append(one)
                else:
                    hidden += 1
        return shown, hidden

    @property
    def searchable(self) -> bool:
        return len(self.lines) + self.unread > SEARCH_FROM

    @property
    def by_line(self) -> bool:
        """Whether a line may have a reason of its own."""
        return len(self.chosen) <= MOST_OPEN

    @property
    def late(self) -> bool:
        return self.today > self.last

    @property
    def asks_why(self) -> bool:
        """Whether an owner has to say why: something comes back after its last day for a reason bound by it."""
        return self.late and self.owner

    @property
    def units(self) -> int:
        return sum(one.units for one in self.lines)

    @property
    def refund_paise(self) -> int:
        return sum(one.refund_paise for one in self.lines)

    @property
    def tax_paise(self) -> int:
        return sum(one.tax_paise for one in self.lines)

    @property
    def whole_paise(self) -> int:
        return self.refund_paise + self.tax_paise

    @property
    def given_paise(self) -> int:
        """What of it is handed out; the rest lowers what is due."""
        return rules.given_back(self.whole_paise, self.order)
