"""What came over, row by row accounted for, and what needs a look."""

from __future__ import annotations

import csv
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from cms.original.moving import Count, Moving
from cms.original.users import ROLE

MOST_LISTED = 1000
RUNS = ("=", "+", "-", "@", "\t", "\r")
GROUPS = """
SELECT tbl, kept, what, COUNT(*) AS n, MIN(n) AS first FROM looks GROUP BY tbl, kept, what ORDER BY kept, first"""


@dataclass(frozen=True)
class Group:
    """Looks of one kind: how many, and the first few."""

    table: str
    kept: bool
    what: str
    count: int
    first: tuple[str, ...]


@dataclass
class Report:
    """One move. `landed` is true once it is stored."""

    source: str
    dry_run: bool = False
    landed: bool = False
    tables: dict[str, Count] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
    looks: list[dict[str, Any]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    list_path: str = ""

    def add_up(self, moving: Moving) -> None:
        """Take over the counts and the looks. Raises RuntimeError when a row is neither kept nor listed as left out."""
        staging = moving.staging
        staging.write_looks()
        self.tables = moving.counts
        left = staging.ask("SELECT tbl, COUNT(*) AS n FROM looks WHERE NOT kept GROUP BY tbl")
        listed = {row["tbl"]: row["n"] for row in left}
        for table, count in self.tables.items():
            if count.rows != count.kept + count.left or count.left != listed.get(table, 0):
                raise RuntimeError(f"{table}: {count} does not add up; {listed.get(table, 0)} are listed")
        for row in list(staging.ask(GROUPS)):
            few = staging.ask(
                "SELECT id FROM looks WHERE tbl = ? AND kept = ? AND what = ? ORDER BY n LIMIT 3",
                row["tbl"], row["kept"], row["what"],
            )  # fmt: skip
            first = tuple(one["id"] for one in few)
            self.groups.append(Group(row["tbl"], bool(row["kept"]), row["what"], row["n"], first))
        self.looks = [_look(row) for row in islice(staging.ask("SELECT * FROM looks ORDER BY kept, n"), MOST_LISTED)]

    def write_list(self, moving: Moving, path: Path) -> None:
        """The whole list as CSV, for a spreadsheet: a text that would run as a formula is kept as text."""
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            path.chmod(0o600)
            writer = csv.writer(file)
            writer.writerow(("table", "id", "kept", "what", "the old row"))
            for row in moving.staging.ask("SELECT * FROM looks ORDER BY kept, n"):
                cells = (row["tbl"], row["id"], "yes" if row["kept"] else "no", row["what"], row["cells"])
                writer.writerow(f"'{cell}" if cell.startswith(RUNS) else cell for cell in cells)
        self.list_path = str(path)

    def as_json(self) -> dict[str, Any]:
        """All of it, for --json; of the looks the first MOST_LISTED."""
        return {
            "source": self.source,
            "landed": self.landed,
            "dry_run": self.dry_run,
            "tables": {name: asdict(count) for name, count in self.tables.items()},
            "look": [asdict(group) for group in self.groups],
            "rows": self.looks,
            "users": self.users,
            "notices": self.notices,
            "list": self.list_path,
        }

    def as_text(self) -> str:
        """All of it, for people."""
        head = f"{'old table':<16}{'rows':>10}  ={'kept':>10}  +{'left out':>10}{'made beside':>14}"
        lines = [f"From {self.source}:", "", head]
        for name, count in self.tables.items():
            made = f"{count.made:>14,}" if count.made else ""
            lines.append(f"{name:<16}{count.rows:>10,}  ={count.kept:>10,}  +{count.left:>10,}{made}")
        lines += ["", *self.notices] if self.notices else []
        for kept, title in ((False, "Left out:"), (True, "Kept, and worth a look:")):
            if found := [group for group in self.groups if group.kept == kept]:
                lines += ["", title, *map(_told, found)]
        if self.list_path:
            lines += ["", f"Each of these rows, with all it said: {self.list_path}"]
        if self.users:
            lines += ["", *_about(self.users)]
        return "\n".join([*lines, "", self._outcome()])

    def _outcome(self) -> str:
        if self.landed:
            return f"Moved in: {sum(count.kept for count in self.tables.values()):,} rows."
        return "A dry run: nothing was stored."


def _told(group: Group) -> str:
    few = ", ".join(filter(None, group.first))
    more = ", ..." if group.count > len(group.first) else ""
    return f"  {group.table}: {group.count:,} x {group.what}{f' ({few}{more})' if few else ''}"


def _about(users: list[str]) -> list[str]:
    return [
        f"Users who came over: {', '.join(users[:20])}{' ...' if len(users) > 20 else ''}",
        f"They have no password and are shut out; old passwords are not stored anywhere. Their role is {ROLE}.",
        "For each who may come in, make a link by which they choose a password: flask --app wsgi password-link NAME",
        "The owner gives another role, or keeps someone out, under Settings, Users.",
    ]


def _look(row: Any) -> dict[str, Any]:
    return {"table": row["tbl"], "id": row["id"], "kept": bool(row["kept"]), "what": row["what"], "row": row["cells"]}
