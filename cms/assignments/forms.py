"""How pressing a complaint is, and who looks after it."""

from __future__ import annotations

from collections.abc import Mapping

from cms.complaints.rules import PRIORITIES
from cms.fields import Choice, Form


class AssignmentForm(Form):
    """The two cells of a complaint; one of them is typed at a time."""

    priority = Choice("Priority", choices=list(PRIORITIES.items()))
    assignee = Choice("Looked after by")

    def offer(self, users: Mapping[int, str]) -> None:
        """Everyone who may work in the shop."""
        self.assignee.choices = [("", "Nobody"), *((str(id), name) for id, name in users.items())]
