"""The words in what customers say: of any script, without those that say nothing. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

# \w alone would cut Indian words at their vowel signs.
_WORD = re.compile(r"[^\W\d_][\w\u0900-\u0dff\u200c\u200d'’]*")
_INDIC = re.compile(r"[\u0900-\u0dff]")
STOP_WORDS = frozenset((Path(__file__).parent / "stop_words.txt").read_text(encoding="utf-8").split())


def words_in(texts: Iterable[str]) -> Counter[str]:
    """In how many of these texts each word stands, stop words and numbers left out.

    >>> words_in(["The lid is broken", "Broken lid!", "देर से आया"]).most_common(2)
    [('broken', 2), ('lid', 2)]
    """
    found: Counter[str] = Counter()
    for text in texts:
        words = {word.casefold().strip("'’") for word in _WORD.findall(text[:2000])}
        found.update(sorted(word for word in words - STOP_WORDS if 2 + (not _INDIC.search(word)) <= len(word) <= 24))
    return found
