"""What two entries of one person have in common, and what one customer made of two says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from cms.errors import RuleError
from cms.formats import email_key, phone_digits, show_phone
from cms.text import fold

FORGOTTEN = "Forgotten customer"
"""What somebody is called whose data was taken out. No two of them are taken for one."""
LONGEST_NOTE = 4000

KINDS: Mapping[str, str] = {
    "phone_tail": "Same phone",
    "mailbox": "Same e-mail",
    "name_place": "Similar name, same place",
    "name_alike": "Similar name only",
}
"""Why two are taken for one, the surest first: by the column in which they agree."""

FIELDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "ref": ("Number", ("ref",)),
    "name": ("Name", ("name",)),
    "phone": ("Phone", ("phone",)),
    "email": ("E-mail", ("email",)),
    "segment": ("Segment", ("segment", "gender")),
    "place": ("Address", ("address", "city", "state", "postcode", "country")),
    "gstin": ("GSTIN", ("gstin",)),
    "offers": ("Offers", ("marketing_at",)),
    "standing": ("Status by hand", ("override_status", "override_until", "override_reason")),
}
"""What is chosen between two customers: its name, and the columns that go together."""

TITLES = frozenset(["mr", "mrs", "ms", "miss", "dr", "shri", "shree", "sri", "smt", "kum", "md", "shrimati", "kumari"])
GMAIL = ("gmail.com", "googlemail.com")
# As names are written in Latin letters all over India: Lakshmi and Laxmi, Mohammed and Muhamad, Sunita and Suneetha.
SOUNDS = (
    ("ksh", "x"), ("ks", "x"), ("sch", "s"), ("ch", "c"), ("sh", "s"), ("ph", "f"), ("w", "v"), ("z", "j"), ("q", "k"),
    ("ck", "k"), ("dn", "n"), ("h", ""),
)  # fmt: skip


def alike_keys(name: str, email: str, phone: str, city: str, postcode: str) -> dict[str, str | None]:
    """The columns by which duplicates are found. Of one word of a name alone nothing is concluded."""
    sound, place = name_sound(name), fold(city) or fold(postcode)
    return {
        "phone_tail": phone_tail(phone),
        "mailbox": mailbox(email),
        "name_place": f"{sound}|{place}"[:120] if sound and place else None,
        "name_alike": sound[:80] if " " in sound else None,
    }


def phone_tail(phone: str) -> str | None:
    """The last ten digits: with or without code of the country, or as an old list had it.

    >>> phone_tail("+919876543210"), phone_tail("0-98765-43210"), phone_tail("2345")
    ('9876543210', '9876543210', None)
    """
    digits = phone_digits(phone)
    return digits[-10:] if len(digits) >= 8 else None


def mailbox(email: str) -> str | None:
    """Where the mail arrives: in any case, without a +tag, for Gmail without dots.

    >>> mailbox("Asha.Rao+shop@GoogleMail.com"), mailbox("a.b@x.in"), mailbox("")
    ('asharao@gmail.com', 'a.b@x.in', None)
    """
    local, at, domain = fold(email).rpartition("@")
    local = local.partition("+")[0] or local
    if domain in GMAIL:
        local, domain = local.replace(".", ""), GMAIL[0]
    return f"{local}@{domain}"[:254] if at else None


def name_sound(name: str) -> str:
    """The words of a name as they sound, in the order of the alphabet; vowels count only where a word begins.

    >>> name_sound("Smt. Lakshmi Devi") == name_sound("devi  laxmy"), name_sound("Asha") == name_sound("Usha")
    (True, False)
    """
    folded = fold(name)
    if folded == fold(FORGOTTEN):
        return ""
    words = [word for word in re.split(r"[\s.,'()&/-]+", folded) if word and word not in TITLES]
    return " ".join(sorted(filter(None, map(_sound, words))))


def _sound(word: str) -> str:
    if not word.isascii():  # Indian scripts are written as they sound
        return word
    first = word[0]
    for written, heard in SOUNDS:
        word = word.replace(written, heard)
    kept = re.sub(r"[^a-z0-9]", "", word)
    if not kept:
        return first
    rest = re.sub(r"[aeiouy]", "", kept[1:])
    return re.sub(r"(.)\1+", r"\1", kept[0] + rest)


def contacts_of(values: Mapping[str, Any]) -> list[str]:
    """Phone and e-mail of a customer, each as it is kept unique.

    >>> contacts_of({"phone": "+919848022338", "email": "Asha@x.in"}), contacts_of({"phone": "", "email": None})
    (['+919848022338', 'asha@x.in'], [])
    """
    return [key for key in (values["phone"], email_key(values["email"] or "")) if key]


def usual(name: str, one: Any, other: Any) -> Any:
    """Whose value is offered first: of the one who bought more, unless only the other has any.

    The number is the older one's. Offers go only to who agreed on both: what is not said is no consent.
    """
    columns = FIELDS[name][1]
    if name == "ref":
        return min((one, other), key=lambda row: row.created_at)
    first, second = (one, other) if (one.order_count, -one.id) >= (other.order_count, -other.id) else (other, one)
    has = [bool(getattr(row, columns[0])) or (name == "place" and _place(row)) for row in (first, second)]
    if name == "offers":
        return first if has[0] == has[1] else (second if has[0] else first)
    return second if has[1] and not has[0] else first


def _place(row: Any) -> bool:
    return any(getattr(row, column) for column in FIELDS["place"][1])


def differs(name: str, one: Any, other: Any) -> bool:
    return any(getattr(one, column) != getattr(other, column) for column in FIELDS[name][1])


def merged_values(one: Any, other: Any, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """What the kept customer says: each field of the one chosen for it, both notes, the day of who came first."""
    values = {column: getattr(chosen[name], column) for name, (_label, columns) in FIELDS.items() for column in columns}
    first = min((one, other), key=lambda row: (row.created_at, row.id))
    archived = one.archived_at and other.archived_at and max(one.archived_at, other.archived_at)
    return values | {
        "note": merged_note(one, other, values),
        "created_at": first.created_at,
        "created_on": first.created_on,
        "archived_at": archived or None,
    }


def merged_note(one: Any, other: Any, values: Mapping[str, Any]) -> str:
    """Both notes, and the phone and e-mail that would else be lost. Raises RuleError for more than a note can hold."""
    notes = list(dict.fromkeys(row.note.strip() for row in (one, other) if row.note.strip()))
    lost: list[str] = []
    for row in (one, other):
        if row.phone and row.phone != values["phone"]:
            lost.append(f"Other phone: {show_phone(row.phone)}")
        if row.email and row.email.casefold() != values["email"].casefold():
            lost.append(f"Other e-mail: {row.email}")
    note = "\n".join(notes + lost)
    if len(note) > LONGEST_NOTE:
        raise RuleError(f"Both notes together are longer than {LONGEST_NOTE:,} characters. Shorten one, then merge")
    return note


def kept_and_gone(one: Any, other: Any, newest_id: int) -> tuple[Any, Any]:
    """Whose row stays: the older, unless the other is the newest of all. The last id must not be given again."""
    older, newer = sorted((one, other), key=lambda row: row.id)
    return (newer, older) if newer.id == newest_id else (older, newer)


def pairs_of(kind: str, group: Sequence[Any], apart: set[tuple[int, int]]) -> list[tuple[Any, Any]]:
    """The pairs of a group to be looked at: each with the next three, so that a large group stays readable.

    Not those who agree in a surer way too, who stand there; not whom somebody told apart.
    """
    surer = list(KINDS)[: list(KINDS).index(kind)]
    found = []
    for place, one in enumerate(group):
        for other in group[place + 1 : place + 4]:
            low, high = sorted((one.id, other.id))
            if (low, high) in apart or any(
                getattr(one, key) and getattr(one, key) == getattr(other, key) for key in surer
            ):
                continue
            if kind == "name_alike" and not (_is_bare(one) or _is_bare(other)):
                continue
            found.append((one, other))
    return found


def _is_bare(row: Any) -> bool:
    """Neither phone nor place: nothing that could speak against being the same."""
    return row.phone_key is None and row.name_place is None
