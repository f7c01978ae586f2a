"""The words of a cloud: counted here, placed by a process of its own, remembered by what is in it."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

log = logging.getLogger("cms")
HERE = Path(__file__).parent
MOST_WORDS = 28
STEPS = 8
"""Words come in so many sizes: the picture stays as it is while counts change a little."""
TONES = 5
SECONDS = 30


@dataclass(frozen=True)
class Word:
    """One word of the cloud on its canvas, and the address of the returns it stands for."""

    text: str
    count: int
    href: str
    x: int
    y: int
    size: int
    long: int
    tone: int


def cloud(reasons: Mapping[str, int], words: Mapping[str, int], hrefs: Mapping[str, str]) -> list[Word]:
    """The most frequent of the shop's reasons, and of what customers said besides; [] when it cannot be drawn.

    `hrefs`: the returns that each stands for. A word that is also a reason is left to the reason.
    """
    known = {reason.casefold() for reason in reasons}
    counts = Counter({word: count for word, count in words.items() if word not in known} | dict(reasons))
    common = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_WORDS]
    if not common:
        return []
    most = common[0][1]
    sized = tuple((word, max(1, round(STEPS * (count / most) ** 0.5))) for word, count in common)
    return [
        Word(text, counts[text], hrefs[text], x, y, size, long, 1 + nth % TONES)
        for nth, (text, x, y, size, long) in enumerate(_placed(sized))
    ]


@lru_cache(maxsize=32)
def _placed(sized: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int, int, int, int], ...]:
    """Where each word stands: text, x, y, size, length. Asked again for the same words it is remembered."""
    command = [sys.executable, "-I", str(HERE / "layout.py"), str(HERE / "words.woff2")]
    environment = os.environ | {"MPLCONFIGDIR": tempfile.gettempdir(), "OMP_NUM_THREADS": "1"}
    try:
        done = subprocess.run(  # noqa: S603  (our own file; the words go in as data)
            command, input=json.dumps(dict(sized)), capture_output=True, text=True, timeout=SECONDS, check=True,
            env=environment, encoding="utf-8",
        )  # fmt: skip
        return tuple(
            (word["word"], word["x"], word["y"], word["size"], word["long"]) for word in json.loads(done.stdout)
        )
    except (subprocess.SubprocessError, OSError, ValueError):
        log.exception("the word cloud could not be placed")
        return ()
