"""What came of an import: counts by file, what was wrong, what is worth knowing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from cms.imports import words

MOST_LISTED = 1000


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: with a row (its physical line), or with the file as such (line None)."""

    file: str
    line: int | None
    column: str | None
    why: str

    def __str__(self) -> str:
        if self.line is None:
            return self.why if self.why.startswith(self.file) else f"{self.file}: {self.why}"
        place = f"{self.file} line {self.line}"
        if not self.column:
            return f"{place}: {self.why}"
        column, why = words.column(self.column), words.rest(self.column, self.why)
        return f"{place}, {column}: {why}" if why == self.why else f"{place}: {column} {why}"


@dataclass
class FileCount:
    """Rows of a file: read in all, added, there already, in error; of files from the browser also those that changed
    what was there."""

    rows: int = 0
    added: int = 0
    known: int = 0
    errors: int = 0
    updated: int = 0

    def as_json(self) -> dict[str, int]:
        """The counts of the command: it never updates."""
        return {name: count for name, count in asdict(self).items() if name != "updated"}


@dataclass
class Report:
    """One run. `landed` is true once it is stored; `say` is told how far it is."""

    dry_run: bool = False
    landed: bool = False
    files: dict[str, FileCount] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    error_count: int = 0
    file_errors: int = 0
    notices: list[str] = field(default_factory=list)
    say: Callable[[str], None] = lambda _text: None
    most: int = MOST_LISTED

    def refuse(self, file: str, line: int | None, column: str | None, why: str, again: bool = False) -> None:
        """Count a problem; the first of them are kept in full. `again`: of a row that counts as in error already."""
        self.error_count += 1
        if line is None:
            self.file_errors += 1
        elif file in self.files and not again:
            self.files[file].errors += 1
        if len(self.problems) < self.most:
            self.problems.append(Problem(file, line, column, why))

    @property
    def added(self) -> int:
        return sum(count.added for count in self.files.values())

    def as_json(self) -> dict[str, Any]:
        """All of it, for --json."""
        return {
            "landed": self.landed,
            "dry_run": self.dry_run,
            "files": {name: count.as_json() for name, count in self.files.items()},
            "error_count": self.error_count,
            "errors": [asdict(problem) for problem in self.problems],
            "notices": self.notices,
        }

    def as_text(self) -> str:
        """All of it, for people."""
        lines = [f"{'file':<22}{'rows':>10}{'added':>10}{'there':>10}{'in error':>10}"]
        for name, count in self.files.items():
            lines.append(f"{name:<22}{count.rows:>10,}{count.added:>10,}{count.known:>10,}{count.errors:>10,}")
        lines += self.notices
        lines += [str(problem) for problem in self.problems]
        if self.error_count > len(self.problems):
            lines.append(f"... and {self.error_count - len(self.problems):,} more")
        return "\n".join([*lines, self._outcome()])

    def _outcome(self) -> str:
        if self.landed:
            return f"Imported {self.added:,} rows." if self.added else "Nothing new; nothing changed."
        if self.dry_run:
            return "A dry run: nothing was stored."
        return "Nothing was stored. Put this right and import again."


class Noticed:
    """Something that happened to many rows and is told once: how often, and the first few."""

    def __init__(self) -> None:
        self.count: Counter[str] = Counter()
        self.first: dict[str, list[str]] = {}

    def add(self, what: str, example: str) -> None:
        self.count[what] += 1
        if len(few := self.first.setdefault(what, [])) < 3:
            few.append(example)

    def sentences(self, file: str) -> list[str]:
        return [
            f"{file}: {n:,} {what} ({', '.join(self.first[what])}{', ...' if n > 3 else ''})"
            for what, n in self.count.items()
        ]
