"""Text as people type it: cleaned for keeping, folded into keys for searching."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from cms.errors import RuleError

SHORTEST_TERM = 3
LONGEST_TERM = 24
MOST_TERMS = 160
LONGEST_QUERY = 200

_NEWLINE = re.compile("\r\n?|[\x85\u2028\u2029]")
_UNKEEPABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_ACCENT = re.compile("[\u0300-\u036f]")
_ASCII_WORD = re.compile("[a-z0-9]+")
_AROUND_MAIL = re.compile(r"[\s<>,;:\"'()\[\]]+")
_PHONE_RUN = re.compile(r"(?<!\S)\+*[\d(][\d ().\u2010-\u2015-]*\d(?!\S)")
_DIALLED = re.compile(r"(?:00)?(?:91)?0?([0-9]{10})")


def western_digits(text: str) -> str:
    """The text with every decimal digit, of whatever script, written as 0 to 9.

    >>> western_digits("१२ 45")
    '12 45'
    """
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def clean_text(text: str, longest: int, field: str | None = None, many_lines: bool = False, what: str = "text") -> str:
    r"""The text as it is kept: trimmed, composed (NFC), tabs as spaces, every line end as \n. Emoji and marks stay.

    `longest` is in characters, `what` names the text in messages ("name"). Raises RuleError when it is longer,
    has several lines where one is wanted, or holds a control character, half a surrogate pair or a damaged letter.

    >>> clean_text("  Asha\tStores ", 120)
    'Asha Stores'
    """
    text = _NEWLINE.sub("\n", text).replace("\t", " ")
    if "\ufffd" in text:  # what stands for bytes that were no UTF-8: the letter itself is lost
        raise RuleError(f"The {what} holds a letter that was damaged on its way here; please type it again", field)
    if _UNKEEPABLE.search(text):
        raise RuleError(f"The {what} holds an invisible character that cannot be saved; please type it again", field)
    text = unicodedata.normalize("NFC", text.strip())
    if not many_lines and "\n" in text:
        raise RuleError(f"Keep the {what} on one line", field)
    if len(text) > longest:
        raise RuleError(f"Keep the {what} within {longest:,} characters", field)
    return text


def row_id(text: str) -> str:
    """The number of a row that an address asks for, as it stands; blank for what can be none.

    >>> row_id("57"), row_id("5x"), row_id("99999999999")
    ('57', '', '')
    """
    return text if text.isascii() and text.isdigit() and len(text) < 10 else ""


def is_visible(text: str) -> bool:
    """Whether there is a letter, digit or sign to be seen in it, more than gaps, joiners and marks.

    >>> is_visible("\u200b \u0301"), is_visible("🪔")
    (False, True)
    """
    return any(unicodedata.category(char)[0] in "LNPS" for char in unicodedata.normalize("NFKC", text))


def fold(text: str) -> str:
    """The search key of a text: equal for texts that differ only in case, Latin accents, width, digits' script or gaps.

    Vowel signs of Indian scripts count as letters and stay; invisible joiners and direction marks go.

    >>> fold("  Café   NOIR ३ ")
    'cafe noir 3'
    """
    if text.isascii():
        return " ".join(text.casefold().split())
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    text = unicodedata.normalize("NFKC", _ACCENT.sub("", text))
    text = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return " ".join(western_digits(text).split())


def search_terms(texts: list[str], digits: list[str]) -> set[str]:
    """At most 160 terms of at most 24 characters, such that what people remember of a record starts one of them.

    Any 3 or more characters of a word, of a number in `digits`, or of an e-mail address up to and past its @,
    start some term. When there are too many, whole words and numbers come before their parts.

    >>> sorted(search_terms(["Asha"], ["98765"]))
    ['765', '8765', '98765', 'asha', 'sha']
    """
    folded = [fold(text) for text in texts]
    words = [word for text in folded for word in _words(text)]
    mails = [mail for text in folded for mail in _mails(text)]
    numbers = [number for number in ("".join(filter(str.isdecimal, western_digits(run))) for run in digits) if number]
    terms = chain(numbers, words, mails, _tails(numbers), _mail_tails(mails), _tails(words))
    return set(islice(dict.fromkeys(term[:LONGEST_TERM] for term in terms), MOST_TERMS))


def query_words(q: str) -> list[str]:
    """The words of what a user typed, folded and cut to 24 characters, each to be found as the start of a term.

    A whole phone number is one word, without 0, 91 or +91 before ten digits; an e-mail address is one word too.

    >>> query_words("Asha  +91 98765-43210")
    ['asha', '9876543210']
    """
    folded = _PHONE_RUN.sub(_dialled, fold(q[:LONGEST_QUERY]))
    words = chain.from_iterable([part] if _is_mail(part) else _words(part) for part in _AROUND_MAIL.split(folded))
    return list(dict.fromkeys(word[:LONGEST_TERM] for word in words))


def _words(folded: str) -> list[str]:
    if folded.isascii():
        return _ASCII_WORD.findall(folded)
    # \w would part Indian words at their vowel signs, which are marks and not letters
    return "".join(char if unicodedata.category(char)[0] in "LMN" else " " for char in folded).split()


def _is_mail(part: str) -> bool:
    return part.find("@") > 0


def _mails(folded: str) -> list[str]:
    return [part for part in _AROUND_MAIL.split(folded) if _is_mail(part)] if "@" in folded else []


def _tails(words: Iterable[str]) -> Iterator[str]:
    return (word[start:] for word in words for start in range(1, len(word) - SHORTEST_TERM + 1))


def _mail_tails(mails: Iterable[str]) -> Iterator[str]:
    return (mail[start:] for mail in mails for start in range(1, mail.index("@")))


def _dialled(run: re.Match[str]) -> str:
    digits = "".join(filter(str.isdecimal, run[0]))
    national = _DIALLED.fullmatch(digits)
    if national:
        return national[1]
    return digits if run[0].startswith("+") else run[0]
