"""What every figure means, read from docs/figures.md: one heading a figure, its key, then plain paragraphs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "figures.md"


@cache
def meanings() -> Mapping[str, tuple[str, ...]]:
    """Paragraphs by figure key."""
    return read_meanings(DOCUMENT.read_text(encoding="utf-8"))


def read_meanings(text: str) -> dict[str, tuple[str, ...]]:
    """The paragraphs below each heading that is a key; emphasis and code marks are left out.

    >>> read_meanings("# Figures\\n\\n## money.net\\n\\nGross less `returned`.\\nSo it is.\\n\\nExact.\\n")
    {'money.net': ('Gross less returned. So it is.', 'Exact.')}
    """
    found = {}
    for part in re.split(r"(?m)^## ", text)[1:]:
        key, _, body = part.partition("\n")
        paragraphs = (" ".join(block.split()) for block in re.split(r"\n\s*\n", re.sub(r"(?m)^#.*$|[`*]", "", body)))
        found[key.strip().strip("`")] = tuple(paragraph for paragraph in paragraphs if paragraph)
    return found
