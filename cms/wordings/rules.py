"""The variables that a message may hold, and how words with variables become a message."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from cms.errors import RuleError

LONGEST_SUBJECT = 200
LONGEST_BODY = 2000


@dataclass(frozen=True)
class Variable:
    """One variable: its name in braces, what it stands for, an example, and what it is taken from."""

    name: str
    means: str
    example: str
    of: str


VARIABLES: Mapping[str, Variable] = {
    variable.name: variable
    for variable in (
        Variable("customer", "The customer's name", "Meera Rao", "customer"),
        Variable("shop", "The name of your shop", "Lakshmi Lamps", "shop"),
        Variable("upi", "Your UPI ID", "lakshmilamps@upi", "shop"),
        Variable("order", "The order's number", "ORD057", "order"),
        Variable("total", "What the order comes to", "₹1,180.00", "order"),
        Variable("due", "What is still to be paid of the order", "₹680.00", "order"),
        Variable("return", "The return's number", "RET012", "return"),
        Variable("return_state", "How the return stands", "approved", "return"),
        Variable("refund", "What the customer gets back", "₹499.00", "return"),
        Variable("complaint", "The complaint's number", "CMP004", "complaint"),
        Variable("complaint_state", "How the complaint stands", "being looked into", "complaint"),
        Variable("feedback_link", "A private link to rate the order", "https://shop.example/f/k3yT0k3n", "link"),
    )
}
EXAMPLES: Mapping[str, str] = {name: variable.example for name, variable in VARIABLES.items()}

# Whatever else stands between braces, or a brace alone, is plain text: {7*7}, {}, a smiley.
_VARIABLE = re.compile(r"\{[ ]*([A-Za-z][A-Za-z_ ]{0,39}?)[ ]*\}")


def names_in(*texts: str) -> set[str]:
    """The names of the variables in these texts, known or not.

    >>> sorted(names_in("Hello { Customer }, {7*7} {", "{order}"))
    ['customer', 'order']
    """
    return {found.lower() for text in texts for found in _VARIABLE.findall(text)}


def check_words(text: str, field: str | None = None) -> None:
    """Raises RuleError naming the first variable that there is not, and the one that may be meant."""
    for found in _VARIABLE.findall(text):
        if found.lower() not in VARIABLES:
            near = get_close_matches(found.lower().replace(" ", "_"), VARIABLES, 1, 0.5)
            hint = f"did you mean {{{near[0]}}}?" if near else "take one of the list, or leave the braces out"
            raise RuleError(f"There is no variable {{{found}}}; {hint}", field)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with a value for each variable; what a value itself holds in braces stays as it is.

    Raises RuleError for a variable that there is not, or that has no value.

    >>> fill("Hello {customer}, {shop} :-{", {"customer": "{shop} & Co", "shop": "Lamps"})
    'Hello {shop} & Co, Lamps :-{'
    """
    check_words(text)
    missing = names_in(text) - set(values)
    if missing:
        raise RuleError(f"There is no value for {{{min(missing)}}}")
    return _VARIABLE.sub(lambda found: values[found[1].lower()], text)


def subject_line(text: str) -> str:
    """A filled subject as a mail can carry it: one line, not too long."""
    return " ".join(text.split())[:LONGEST_SUBJECT]


def sources(names: Iterable[str]) -> set[str]:
    """What the variables of these names are taken from: order, return, complaint, link, customer, shop."""
    return {VARIABLES[name].of for name in names if name in VARIABLES}


EVENTS: Mapping[str, str] = {
    "order_placed": "After an order was placed",
    "order_shipped": "When an order is on its way",
    "payment_due": "When something of an order is still to be paid",
    "return_decided": "When a return was decided",
    "complaint_update": "When a complaint moves on",
    "feedback_request": "To ask how an order was",
    "win_back": "When someone has not bought for a while",
}
"""What each of the product's own templates is for."""

ORIGINALS: Mapping[str, tuple[str, str]] = {
    "order_placed": (
        "Your order {order} at {shop}",
        "Hello {customer}, thank you for your order {order} of {total}. We will tell you when it is on its way. {shop}",
    ),
    "order_shipped": (
        "Your order {order} is on its way",
        "Hello {customer}, your order {order} is on its way to you. {shop}",
    ),
    "payment_due": (
        "Payment for your order {order}",
        "Hello {customer}, {due} of your order {order} is still open. You can pay by UPI to {upi}. Thank you. {shop}",
    ),
    "return_decided": (
        "Your return {return}",
        "Hello {customer}, your return {return} of order {order} is {return_state}. Refund: {refund}. {shop}",
    ),
    "complaint_update": (
        "Your complaint {complaint}",
        "Hello {customer}, your complaint {complaint} is {complaint_state}. {shop}",
    ),
    "feedback_request": (
        "How was your order {order}?",
        "Hello {customer}, how did you like your order {order}? Please tell us here: {feedback_link} {shop}",
    ),
    "win_back": (
        "{shop} misses you",
        "Hello {customer}, it has been a while since your last order. We would love to see you again. {shop}",
    ),
}
"""Subject and body of the product's own templates as they came."""
