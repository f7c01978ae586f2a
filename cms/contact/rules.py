"""What a shop says of itself to its customers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from cms.errors import RuleError
from cms.formats import parse_email, parse_phone

MOST = 10
POLICIES = (
    ("returns_policy", "Returns and refunds"),
    ("delivery_policy", "Delivery"),
    ("payment_policy", "Payment"),
    ("privacy_policy", "Privacy"),
)


def parse_phones(text: str) -> str:
    """Read phone numbers, one a line, as E.164, one a line. Raises RuleError naming the line."""
    return _each(text, parse_phone)


def parse_emails(text: str) -> str:
    """Read e-mail addresses, one a line. Raises RuleError naming the line."""
    return _each(text, parse_email)


def parse_map_link(text: str) -> str:
    """Read the address of a map. Raises RuleError unless a browser may safely be sent there.

    >>> parse_map_link(" https://maps.app.goo.gl/x1 ")
    'https://maps.app.goo.gl/x1'
    """
    link = text.strip()
    try:
        parts = urlsplit(link)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not link.isprintable() or any(char.isspace() or char in '"<>\\^`{|}' for char in link):
        raise RuleError(
            "There is a gap or a letter in this link that does not belong there; copy it from the map again"
        )
    if not link.casefold().startswith("https://"):
        raise RuleError("The link begins with https://; open your shop in the map, choose Share and copy the link")
    if "." not in host.strip(".") or "@" in parts.netloc:
        raise RuleError("This is no link to a map; choose Share in the map and copy the link")
    if len(link) > 500:
        raise RuleError("This link is too long; choose Share in the map, which gives a short one")
    return link


def check_officer(name: str, *others: str) -> None:
    """Raises RuleError when there is somebody to reach, and nobody knows who."""
    if not name and any(others):
        raise RuleError("Say who it is", "grievance_name")


def missing(shop: Any, page: Any) -> list[str]:
    """What an online seller in India has to display, and this shop does not yet."""
    reach = page.grievance_phone or page.grievance_email
    officer = {"name": page.grievance_name, "designation": page.grievance_designation, "phone or e-mail": reach}
    open_parts = [part for part, said in officer.items() if not said]
    whose = "the grievance officer's" if len(open_parts) < len(officer) else "a grievance officer:"
    terms = [title.lower() for name, title in POLICIES if not getattr(page, name)]
    wanted = {
        "your address": shop.address,
        "a phone number or an e-mail address": shop.phone or shop.email or page.phones or page.emails,
        f"{whose} {', '.join(open_parts)}": not open_parts,
        f"your terms for {', '.join(terms)}": not terms,
    }
    return [what for what, said in wanted.items() if not said]


def paragraphs(text: str) -> list[list[str]]:
    """The lines of a text by paragraph.

    >>> paragraphs("One\\ntwo\\n\\n\\nthree")
    [['One', 'two'], ['three']]
    """
    return [part.strip().split("\n") for part in text.split("\n\n") if part.strip()]


def _each(text: str, parse: Callable[[str], str]) -> str:
    found: dict[str, None] = {}
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST:
        raise RuleError(f"Give {MOST} at most, one on each line")
    for number, line in enumerate(lines, start=1):
        try:
            found[parse(line)] = None
        except RuleError as error:
            raise RuleError(error.message if len(lines) == 1 else f"Line {number}: {error.message}") from None
    return "\n".join(found)
