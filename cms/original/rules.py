"""What the tables of the original application are, and what their cells mean. Texts in, values out."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from cms.errors import RuleError
from cms.imports.rules import GENDER_WORDS, STATUS_WORDS
from cms.money import parse_money_rounding
from cms.text import fold, western_digits

TABLES: dict[str, tuple[str, ...]] = {
    "customers": (
        "customer_id",
        "customer_name",
        "gender",
        "email_id",
        "phone_number",
        "customer_segment",
        "status",
        "total_orders",
        "created_at",
    ),
    "products": ("product_id", "product_name", "price"),
    "orders": (
        "order_id",
        "customer_id",
        "product_name",
        "order_amount",
        "quantity",
        "order_date",
        "delivery_status",
    ),
    "returns": (
        "return_id",
        "customer_id",
        "product_name",
        "reason",
        "return_date",
        "order_id",
        "return_quantity",
    ),
    "complaints": ("complaint_id", "customer_id", "order_id", "product_name", "complaint", "complaint_date"),
    "feedback": ("feedback_id", "customer_id", "order_id", "product_name", "rating", "comment", "feedback_date"),
    "users": ("username",),
    "loyalty_points": ("customer_id", "points"),
}
"""The tables in the order in which one rests on another, and what is read of each. A password never is."""

NEEDED: dict[str, tuple[str, ...]] = {
    "customers": ("customer_id", "customer_name"),
    "products": ("product_id", "product_name", "price"),
    "orders": ("order_id", "customer_id", "product_name", "order_amount", "quantity", "order_date"),
    "returns": ("return_id", "order_id"),
    "complaints": ("complaint_id", "complaint"),
    "feedback": ("order_id", "rating"),
    "users": ("username",),
    "loyalty_points": ("customer_id", "points"),
}
NOT_READ = {"users": {"password"}, "customers": {"last_order_date"}}
"""Known and left alone: the one for good, the other is worked out anew."""

IDS = {"customer_id", "product_id", "order_id", "return_id", "complaint_id", "feedback_id", "username"}
TIMESTAMPS = {("customers", "created_at"), ("returns", "return_date"), ("complaints", "complaint_date")}

_GAPS = r"[\s\-_'\u2019.,/]+"
_JOINT = re.compile(rf"(?<![0-9]){_GAPS}|{_GAPS}(?![0-9])")
_UNUSED = re.compile(r"[^a-z0-9._-]+")
_NEWLINE = re.compile("\r\n?|[\x85\u2028\u2029]")
_UNKEEPABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")


def stated(text: str | None) -> str:
    """The text of a cell that may say nothing: Python's None, written as text, is nothing too.

    >>> stated(" None "), stated(None), stated("Nonesuch")
    ('', '', 'Nonesuch')
    """
    text = (text or "").strip()
    return "" if text.casefold() in ("none", "null", "nan", "nat") else text


def kept_text(text: str | None, longest: int, many_lines: bool = False) -> tuple[str, bool]:
    r"""The text as it can be kept, and whether anything but gaps was lost of it.

    >>> kept_text("Asha\x00\nRao ", 120), kept_text("abc", 2), kept_text("a\nb", 9, many_lines=True)
    (('Asha Rao', True), ('ab', True), ('a\nb', False))
    """
    text = _NEWLINE.sub("\n", text or "").replace("\t", " ")
    if not many_lines:
        text = " ".join(text.split("\n"))
    cleaned = unicodedata.normalize("NFC", _UNKEEPABLE.sub("", text).strip())
    return cleaned[:longest].rstrip(), len(cleaned) > longest or bool(_UNKEEPABLE.search(text))


def amount_of(text: str | None, currency: str) -> tuple[int | None, bool]:
    """An amount in minor units, None for what is none, and whether it was rounded half up to the smallest coin.

    The decimal digits that the database shows of a number are what counts, of a float too.

    >>> amount_of("1,299.50", "INR"), amount_of("19.995", "INR"), amount_of("1e3", "INR"), amount_of("free", "INR")
    ((129950, False), (2000, True), (100000, False), (None, False))
    """
    try:
        return parse_money_rounding(_plain(stated(text)), currency)
    except RuleError:
        return None, False


def whole_of(text: str | None) -> int | None:
    """A whole number that is not negative, None for anything else.

    >>> whole_of("3"), whole_of("2.0"), whole_of("2.5"), whole_of("-1"), whole_of(None)
    (3, 2, None, None, None)
    """
    try:
        number = Decimal(western_digits(stated(text)))
    except InvalidOperation:
        return None
    if not number.is_finite() or not 0 <= number < 10**12 or number != number.to_integral_value():
        return None
    return int(number)


def status_of(text: str | None) -> str | None:
    """The status that a word means; blank is Pending, as the original began with; None for an unknown word.

    >>> status_of(None), status_of("shipped"), status_of("Lost")
    ('Pending', 'Shipped', None)
    """
    word = stated(text).casefold()
    return STATUS_WORDS.get(word) if word else "Pending"


def gender_of(text: str | None) -> tuple[str | None, bool]:
    """The gender, and whether the word was understood.

    >>> gender_of("None"), gender_of("female"), gender_of("x")
    ((None, True), ('Female', True), (None, False))
    """
    word = stated(text).casefold()
    return GENDER_WORDS.get(word), word in GENDER_WORDS


def product_key(name: str) -> str:
    """What spellings of one product have in common: letters and digits, without case and without what joins words.

    >>> product_key("T-Shirt ") == product_key("t shirt"), product_key("Oil 1.5 l") == product_key("Oil 15 l")
    (True, False)
    """
    folded = fold(name)
    return _JOINT.sub("", folded) or folded


def is_placeholder(name: str) -> bool:
    """Whether a product's name is only what the original's form said before one was chosen."""
    return fold(name) in ("", "select", "none", "select product", "select a product")


def username_of(text: str) -> str:
    """A name to sign in by that is as near as can be.

    >>> username_of("Asha Rao"), username_of("a@b.com"), username_of("é"), username_of("रवि")
    ('asha.rao', 'a.b.com', 'e.user', 'user')
    """
    name = _UNUSED.sub(".", fold(text)).strip("._-")[:36].rstrip("._-")
    return name if len(name) > 1 else f"{name}.user".strip(".")


def _plain(text: str) -> str:
    """A number in scientific notation written out; all else as it is."""
    if "e" in text.lower():
        try:
            number = Decimal(text)
        except InvalidOperation:
            return text
        if number.is_finite() and abs(number.adjusted()) < 30:
            return format(number, "f")
    return text
