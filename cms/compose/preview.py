"""What is about to be sent: the very words that a customer will read, who gets them and who is left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cms.compose import queries, rules
from cms.compose.forms import Draft
from cms.customers.filters import CustomerFilter
from cms.wordings.rules import fill, subject_line


@dataclass
class Shown:
    """The message to `who`. `getting`: how many get it; `before`, `after`: whether there are others to look at."""

    who: Any = None
    order: Any = None
    subject: str = ""
    body: str = ""
    problems: list[str] = field(default_factory=list)
    unreachable: bool = False
    getting: int = 0
    left_out: list[tuple[str, int]] = field(default_factory=list)
    too_many: bool = False
    before: bool = False
    after: bool = False


def to_one(draft: Draft, shop: Any) -> Shown:
    """The message to the one customer, or why it cannot be sent. The order is the chosen one, or the last that fits."""
    who, needs = draft.customer, draft.needs
    order = queries.order_of(who.id, draft.order_id) if draft.order_id else None
    for due in (True, False) if needs.due else (False,):
        order = order or queries.latest_orders([who.id], due).get(who.id)
    back = queries.last_return(order.id) if order else None
    values = rules.values_for(shop, who, order, back, queries.last_complaint(who.id))
    shown = Shown(who, order if needs.order or draft.order_id else None)
    reason = rules.left_out(
        rules.Needs(needs.channel, needs.marketing),
        who.archived_at is not None,
        who.email,
        who.phone,
        who.marketing_at is not None,
        has_order=True,
        has_due=True,
    )
    if reason:
        shown.problems.append(f"{who.name} {rules.WHY_ONE[reason]}")
        shown.unreachable = reason in ("no_email", "no_phone")
    _fill(shown, draft, values)
    shown.getting = 0 if shown.problems else 1
    return shown


def to_many(draft: Draft, shop: Any, today: date, at: int = 0, go: str = "") -> Shown:
    """How many get it, who does not, and the message to one of them: the first, or the one `go`: on, back from `at`."""
    needs, wanted = draft.needs, CustomerFilter.from_args(draft.filter)
    chosen = queries.chosen(wanted, queries.PERSON, today, shop.active_days)
    counts = queries.counts(queries.chosen(wanted, queries.PERSON[:1], today, shop.active_days), needs)
    shown = Shown(getting=counts.pop("", 0))
    shown.left_out = [(words, counts[why]) for why, words in rules.WHY.items() if why in counts]
    shown.too_many = shown.getting + sum(counts.values()) > rules.MOST_PEOPLE
    if go == "back":
        shown.who = queries.getting_before(chosen, needs, at)
    else:
        shown.who = queries.getting_next(chosen, needs, {"on": at, "stay": at - 1}.get(go, 0))
    shown.who = shown.who or queries.getting_next(chosen, needs, 0)
    if shown.who is None:
        return shown
    shown.before = queries.getting_before(chosen, needs, shown.who.id) is not None
    shown.after = queries.getting_next(chosen, needs, shown.who.id) is not None
    if needs.order:
        shown.order = queries.latest_orders([shown.who.id], needs.due).get(shown.who.id)
    _fill(shown, draft, rules.values_for(shop, shown.who, shown.order))
    return shown


def _fill(shown: Shown, draft: Draft, values: rules.Values) -> None:
    """The words with their values, unless they cannot be read or a value is missing."""
    if draft.problems:
        shown.problems += draft.problems.values()
        return
    missing = values.problems(*draft.texts)
    shown.problems += missing
    if not missing:
        shown.body = fill(draft.body, values.known)
        shown.subject = subject_line(fill(draft.subject, values.known)) if draft.channel == "email" else ""
