"""What may be typed about backups."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField

from cms import fields
from cms.backups.rules import show_hour
from cms.fields import Choice, Form, Secret, Tick


class PlanForm(Form):
    """What is made every day."""

    daily = Tick("Back up every day")
    hour = Choice("At", choices=[(str(hour), show_hour(hour)) for hour in range(24)])
    keep = fields.whole(
        "Daily backups kept", 1, 30, required=True, render_kw={"inputmode": "numeric", "autocomplete": "off"}
    )
    version = HiddenField()

    def fill(self, plan: Any) -> None:
        """As the plan says now."""
        self.daily.data, self.hour.data, self.keep.data = plan.daily, str(plan.hour), str(plan.keep)
        self.version.data = str(plan.version)

    def plan(self) -> dict[str, Any]:
        """The plan by column."""
        return {"daily": self.daily.value, "hour": int(self.hour.value or 0), "keep": self.keep.value}

    def tell_current(self, current: dict[str, Any]) -> None:
        """Put what someone else saved meanwhile beside each field where it differs from what was typed."""
        typed = self.plan()
        said = {
            "daily": "on" if current["daily"] else "off", "hour": show_hour(current["hour"]), "keep": current["keep"]
        }  # fmt: skip
        for name, value in current.items():
            if typed[name] != value:
                self[name].errors = [*self[name].errors, f"Someone else saved: {said[name]}"]


class TakeForm(Form):
    """All of the shop goes out at once: whoever is at the phone must be its owner."""

    password = Secret("Your password", render_kw={"autocomplete": "current-password"})
