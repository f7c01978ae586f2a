"""How the matching page lays out the columns of a file: what asks for a decision, what is read, what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cms.imports import words
from cms.imports.columns import REASON, plain


@dataclass(frozen=True)
class FileColumn:
    """A column of a file, what it is read as ("" for nothing), and what its first rows say."""

    at: int
    header: str
    name: str
    label: str
    says: str


@dataclass(frozen=True)
class Layout:
    asked: list[FileColumn]
    read: list[FileColumn]
    passed: list[FileColumn]


def laid_out(
    headers: Sequence[str], samples: Sequence[Sequence[str]], matching: Sequence[str], settled: bool
) -> Layout:
    """`settled`: the program that wrote the file is known, or somebody has said before what its columns are.

    >>> found = laid_out(["Name", "Cell", "x"], [["Asha", "98", ""]], ["name", "", ""], False)
    >>> [[one.header for one in some] for some in (found.asked, found.read, found.passed)]
    [['Cell'], ['Name'], ['x']]
    """
    layout = Layout([], [], [])
    for at, header in enumerate(headers):
        name = matching[at] if at < len(matching) else ""  # a file with the reasons has one more than it was known by
        says = "; ".join(row[at] for row in samples if row[at])
        label = words.column(name) if name else "Left out"
        one = FileColumn(at, header or f"Column {at + 1}", name, label, says)
        asks = says and not settled and plain(header) != REASON
        (layout.read if name else layout.asked if asks else layout.passed).append(one)
    return layout
