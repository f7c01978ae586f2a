"""What a person's wish to be forgotten takes out, what stays, and what stands in its way.

The Digital Personal Data Protection Act, 2023: a person may ask what is known of them (section 11) and have it erased
(section 12), unless a law asks to keep it (section 8(7)). The law on GST does: books and issued invoices are kept for
72 months from the due date of the annual return. So invoices and credit notes stay as they were issued, and with them
the orders and payments that they are about; whatever else says who it was is taken out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from cms.duplicates.rules import FORGOTTEN
from cms.errors import RuleError
from cms.privacy import words

TAKEN_OUT = "Taken out: this person was forgotten"
CLOSED = "Closed: the customer's data was forgotten"

CUSTOMER: Mapping[str, Any] = {
    "name": FORGOTTEN,
    **dict.fromkeys(("email", "phone", "address", "city", "postcode", "gstin", "note", "override_reason"), ""),
    "marketing_at": None,
    "request_key": None,
}
"""What a forgotten customer says. Segment, gender, state and country are counted by figures and name nobody."""

GOES = (
    "Name, phone, e-mail, address and place, GSTIN and notes of the customer",
    "Delivery addresses and notes of their orders, and notes of payments",
    "What they wrote: complaints, comments to ratings, words to returns; and the notes about these",
    "Messages to them, with their texts and addresses; private links end",
    "Old values in the activity, and what merges with other entries had noted",
    "What imports changed of them, and the rows that imports left out, with their reasons",
    "The words that exported lists and sendings to many were searched by, whoever was meant",
)
STAYS = (
    "Invoices and credit notes, as they were issued: the law asks to keep them for 72 months from the due date of the "
    "year's GST return",
    "Orders, payments with their references, returns and stars, under the name Forgotten customer: no figure changes",
    "Segment, gender, state and country, by which customers are counted",
    "That this was done, when and by whom",
)

HARD: Mapping[str, tuple[str, str]] = {
    "open_orders": ("1 order is not delivered yet", "{} orders are not delivered yet"),
    "open_returns": ("1 return is not settled yet", "{} returns are not settled yet"),
    "sending": ("A message is being sent this minute", "{} messages are being sent this minute"),
}
"""What must be finished first: it cannot be done for somebody unknown."""
SOFT: Mapping[str, tuple[str, str]] = {
    "owed_orders": (
        "Money is owed on 1 order; it stays due in the books, without a name to ask for it",
        "Money is owed on {} orders; it stays due in the books, without a name to ask for it",
    ),
    "to_confirm": (
        "1 payment waits to be confirmed; you can still confirm or refuse it by its reference",
        "{} payments wait to be confirmed; you can still confirm or refuse them by their references",
    ),
    "credit": ("There is store credit that was not spent; it stays in the books, but no new order can use it",) * 2,
    "complaints": (
        "1 complaint is not resolved; it will be closed",
        "{} complaints are not resolved; they will be closed",
    ),
}
"""What need not be finished if the owner says so, and what becomes of it."""

SAFE = frozenset({
    "status", "state", "method", "channel", "refund_mode", "product", "number", "against", "segment", "override_status",
    "kind", "priority", "old_ref",
})  # fmt: skip
"""Words in the trail that are the shop's own and no person's."""


def in_the_way(counts: Mapping[str, int], kinds: Mapping[str, tuple[str, str]]) -> list[str]:
    """A sentence for each thing of these kinds that there is.

    >>> in_the_way({"open_orders": 2, "open_returns": 0, "sending": 1}, HARD)
    ['2 orders are not delivered yet', 'A message is being sent this minute']
    """
    return [
        one if counts[name] == 1 else many.format(counts[name]) for name, (one, many) in kinds.items() if counts[name]
    ]


def check_forgettable(ref: str, typed: str, all_the_same: bool, counts: Mapping[str, int]) -> None:
    """Raises RuleError unless the number was typed as a yes and nothing stands in the way."""
    if hard := in_the_way(counts, HARD):
        raise RuleError(f"{'. '.join(hard)}. Finish or cancel that first.")
    if typed.strip().casefold() != ref.casefold():
        raise RuleError(f"Type {ref} here to say that this customer is meant", "ref")
    soft = in_the_way(counts, SOFT)
    if soft and not all_the_same:
        raise RuleError(f"{'. '.join(soft)}. Tick this to forget all the same.", "anyway")


def without_person(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Values of the trail without words that may say who it was. Numbers, and the shop's own words, stay.

    >>> without_person({"phone": "+919876543210", "status": "Shipped", "total_paise": 500})
    {'phone': '', 'status': 'Shipped', 'total_paise': 500}
    """
    if values is None:
        return None
    plain = (int, float, bool, type(None))
    return {
        name: value if name in SAFE or isinstance(value, plain) else ("" if isinstance(value, str) else None)
        for name, value in values.items()
    }


Show = Mapping[str, Callable[[Any], Any]]


def told(row: Mapping[str, Any], show: Show, orders: Mapping[int, str]) -> dict[str, Any]:
    """A row as `show` says it: its names, amounts, times and rates; an order by its number, nothing internal."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if value is None or value == "" or name in INTERNAL:
            continue
        if name == "order_id":
            name, value = "order", orders.get(value, "")
        elif name.endswith("_id") or name == "id":
            continue
        elif name.endswith("_paise"):
            value = show["money"](value)
        elif name.endswith("_bp"):
            value = show["percent"](value)
        elif isinstance(value, datetime):
            value = show["moment"](value)
        elif hasattr(value, "isoformat"):
            value = show["day"](value)
        elif isinstance(value, bool):
            value = show["flag"](value)
        elif name in words.CODED and isinstance(value, str):
            value = show["code"](value)
        else:
            value = _within(value, show, orders)
        found[show["name"](name)] = value
    return found


def _within(value: Any, show: Show, orders: Mapping[int, str]) -> Any:
    """What stands inside of JSON: what a paper says, what the trail kept."""
    if isinstance(value, Mapping):
        return told(value, show, orders)
    if isinstance(value, list):
        return [_within(one, show, orders) for one in value]
    return show["text"](value) if isinstance(value, str) else value


INTERNAL = frozenset({
    "request_key", "version", "name_key", "email_key", "phone_key", "search_text", "phone_tail", "mailbox",
    "name_place", "name_alike", "token_hash", "batch", "stock_taken", "by_name", "position",
})  # fmt: skip
