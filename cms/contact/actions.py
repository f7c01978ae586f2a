"""Changing what the contact page says."""

from __future__ import annotations

from typing import Any

from cms.activity.actions import record
from cms.contact import queries, rules
from cms.db import claim


def change_page(values: dict[str, str], version: int, by: Any) -> None:
    """Change the page by column. Raises RuleError, or Conflict for an edit in between."""
    page = queries.the_page()
    claim(page, version, tuple(values))
    rules.check_officer(*(values[f"grievance_{part}"] for part in ("name", "designation", "phone", "email")))
    before = {name: getattr(page, name) for name in values}
    for name, value in values.items():
        setattr(page, name, value)
    if before != values:
        record(by, "contact.changed", page, before=before, after=values)
