"""Who gets a message and who is left out, why, and what stands in it for each variable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cms.formats import can_message
from cms.money import show_money
from cms.wordings.rules import VARIABLES, names_in, sources

MOST_PEOPLE = 50_000
"""So many customers at most get one message; more is no longer a small shop's business."""

WHY: Mapping[str, str] = {
    "archived": "archived",
    "no_email": "no e-mail address",
    "no_phone": "no phone number",
    "no_consent": "did not agree to get offers",
    "no_order": "no order",
    "nothing_due": "nothing to pay",
}
"""Why a customer is left out of a message to many, in words."""

WHY_ONE: Mapping[str, str] = {
    "archived": "is archived; restore the customer first",
    "no_email": "has no e-mail address",
    "no_phone": "has no phone number",
    "no_consent": "did not agree to get offers; a tick on the customer's page says so when they do",
}
"""The same of one customer, after their name."""

RETURN_STATES: Mapping[str, str] = {
    "requested": "being looked at",
    "approved": "approved",
    "received": "back with us",
    "refunded": "settled",
    "refused": "not accepted",
}
COMPLAINT_STATES: Mapping[str, str] = {
    "open": "with us",
    "acknowledged": "being looked into",
    "waiting": "waiting for your answer",
    "resolved": "resolved",
    "reopened": "open again",
}


@dataclass(frozen=True)
class Needs:
    """What a message asks of a customer: where it goes, whether they must have agreed, and what it names."""

    channel: str
    marketing: bool = False
    order: bool = False
    due: bool = False

    @classmethod
    def of(cls, channel: str, marketing: bool, *texts: str) -> Needs:
        """What these words need."""
        names = names_in(*texts)
        return cls(channel, marketing, bool(sources(names) & {"order", "return", "link"}), "due" in names)


def left_out(needs: Needs, archived: bool, email: str, phone: str, agreed: bool, has_order: bool, has_due: bool) -> str:
    """Why (a key of WHY) a customer does not get a message to many; "" for one who does. The first reason counts.

    >>> left_out(Needs("email", marketing=True), False, "asha@example.com", "", False, True, False)
    'no_consent'
    """
    reasons = {
        "archived": archived,
        "no_email": needs.channel == "email" and not email,
        "no_phone": needs.channel != "email" and not can_message(phone),
        "no_consent": needs.marketing and not agreed,
        "no_order": needs.order and not has_order,
        "nothing_due": needs.due and not has_due,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def only_for_one(*texts: str) -> str:
    """Why these words cannot go to many at once, in a sentence; "" when they can."""
    names = sorted(name for name in names_in(*texts) if name in VARIABLES)
    for name in names:
        if VARIABLES[name].of in ("return", "complaint", "link"):
            thing = VARIABLES[name].of
            return f"{{{name}}} is about one customer's own {thing}: send this message to one customer at a time"
    return ""


def only_with_link(*texts: str) -> bool:
    """Whether these words hold a link that is made elsewhere, where they are sent from too."""
    return "link" in sources(names_in(*texts))


@dataclass(frozen=True)
class Values:
    """What stands for each variable, and for the others why they have nothing to stand for."""

    known: Mapping[str, str]
    missing: Mapping[str, str]

    def problems(self, *texts: str) -> list[str]:
        """A sentence for each reason why these texts cannot be filled."""
        names = sorted(names_in(*texts))
        return list(dict.fromkeys(self.missing[name] for name in names if name in self.missing))


def values_for(
    shop: Any, customer: Any, order: Any = None, back: Any = None, complaint: Any = None, feedback_link: str = ""
) -> Values:
    """The one place where a variable gets its value. `back` is a return; what is None has no value, and is told so."""

    def money(paise: int) -> str:
        return show_money(paise, shop.currency)

    known = {"customer": customer.name, "shop": shop.name}
    missing = {}
    if shop.upi_vpa:
        known["upi"] = shop.upi_vpa
    else:
        missing["upi"] = "The shop has no UPI ID yet: an owner adds it under Settings"
    if order is not None:
        known |= {"order": order.ref, "total": money(order.payable_paise), "due": money(order.due_paise)}
        if order.due_paise <= 0:
            del known["due"]
            missing["due"] = f"Nothing is to be paid of {order.ref}"
    if back is not None:
        given = "none" if back.state == "refused" else money(back.refund_paise + back.tax_paise)
        known |= {"return": back.ref, "return_state": RETURN_STATES[back.state], "refund": given}
    if complaint is not None:
        known |= {"complaint": complaint.ref, "complaint_state": COMPLAINT_STATES[complaint.state]}
    if feedback_link:
        known["feedback_link"] = feedback_link
    nothing = {
        "order": f"{customer.name} has no order to write about",
        "return": f"Nothing of this order came back from {customer.name}",
        "complaint": f"{customer.name} has no complaint",
        "link": "The link for feedback is made on the order's page; make it there and send it from there",
    }
    for name, variable in VARIABLES.items():
        if name not in known and name not in missing:
            missing[name] = nothing[variable.of]
    return Values(known, missing)
