"""What the shop may say of its taxes and of the numbers on its papers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from cms.errors import RuleError
from cms.formats import state_of_gstin
from cms.states import STATES

NEW_SHOP = "My shop"
"""What a shop is called until somebody names it."""
LONGEST_PREFIX = 4
"""`INV/26-27/00001`: the law allows 16 characters, and the year and the number take 12."""

_PREFIX = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-/]{0,5}")


def parse_prefix(text: str) -> str:
    """Read what the numbers of a series begin with. Raises RuleError.

    >>> parse_prefix(" INV ")
    'INV'
    """
    prefix = text.strip()
    if len(prefix) > LONGEST_PREFIX:
        raise RuleError(
            f"Keep it within {LONGEST_PREFIX} characters: a whole number, like INV/26-27/00001, may have 16 at most"
        )
    if not _PREFIX.fullmatch(prefix):
        raise RuleError("Use letters and digits, and - or / after the first of them")
    return prefix


def check_prefixes(invoice: str, credit: str) -> None:
    """Raises RuleError when invoices and credit notes would be numbered alike."""
    if invoice.casefold() == credit.casefold():
        raise RuleError(
            "Credit notes need a beginning of their own: no two papers may have one number", "credit_prefix"
        )


def state_named(gstin: str) -> str:
    """The state a GSTIN is registered in, as it is called today; empty without one.

    >>> state_named("27AAPFU0939F1ZV"), state_named("28AAACI1681G1ZN"), state_named("")
    ('Maharashtra', 'Andhra Pradesh', '')
    """
    return STATES.get(state_of_gstin(gstin), "")


def check_registration(gst_mode: str, gstin: str) -> None:
    """Raises RuleError when the way of registration and the GSTIN do not go together."""
    if gst_mode == "unregistered" and gstin:
        raise RuleError(
            "A shop without registration has no GSTIN: leave it empty, or choose how you are registered", "gstin"
        )
    if gst_mode != "unregistered" and not gstin:
        raise RuleError("A registered shop has a GSTIN; type it from your certificate", "gstin")


def check_state(state: str, gstin: str, field: str) -> None:
    """Raises RuleError, at `field`, when the GSTIN is of another state than the shop's."""
    registered = state_named(gstin)
    if not registered or registered == state:
        return
    if field == "state":
        raise RuleError(
            f"Your GSTIN is registered in {registered}: choose that; another GSTIN is entered under Tax and invoices",
            field,
        )
    raise RuleError(f"This GSTIN is registered in {registered}, and your shop is in {state or 'no state yet'}", field)


def check_home(state: str, gstin: str) -> None:
    """Raises RuleError when a paper would name one state and be numbered by another: the shop's own two differ."""
    registered = state_named(gstin)
    if state and registered and registered != state:
        raise RuleError(
            f"Your GSTIN is registered in {registered}, and your shop is in {state}: "
            "put one of them right under Settings, Tax and invoices",
            "gstin",
        )


def fingerprint(values: Mapping[str, Any]) -> str:
    """Tells whether these settings still say what a form showed when it was opened."""
    return hashlib.sha256(repr(sorted(values.items())).encode()).hexdigest()[:16]
