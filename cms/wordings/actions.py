"""Adding and changing message templates."""

from __future__ import annotations

from typing import Any

from sqlalchemy.exc import IntegrityError

from cms import clock
from cms.activity.actions import record
from cms.db import claim, db
from cms.errors import RuleError
from cms.models import MessageTemplate
from cms.wordings import queries, rules

EDITABLE = ("name", "subject", "body", "marketing")


def add_template(values: dict[str, Any], by: Any) -> MessageTemplate:
    """A template of the shop's own. Raises RuleError for a name that is taken or a variable that there is not."""
    template = MessageTemplate(name="", subject="", body="")
    _fill(template, values)
    try:
        with db.session.begin_nested():
            db.session.add(template)
    except IntegrityError:
        raise _taken(template.name) from None
    record(by, "template.added", template, after={"name": template.name})
    return template


def edit_template(template: MessageTemplate, values: dict[str, Any], version: int, by: Any) -> None:
    """Change some of EDITABLE. Raises RuleError, or Conflict for an edit in between."""
    claim(template, version, EDITABLE)
    before = {name: getattr(template, name) for name in EDITABLE}
    name = values.get("name", template.name)
    try:
        with db.session.begin_nested(), db.session.no_autoflush:
            _fill(template, values)
    except IntegrityError:
        raise _taken(name) from None
    after = {name: getattr(template, name) for name in EDITABLE}
    if before != after:
        record(by, "template.edited", template, before=before, after=after)


def archive_template(template: MessageTemplate, archived: bool, version: int, by: Any) -> None:
    """Take a template out of the choice, or back; what was sent with it stays. Raises Conflict."""
    claim(template, version)
    if (template.archived_at is not None) == archived:
        return
    template.archived_at = clock.now() if archived else None
    verb = "template.archived" if archived else "template.restored"
    record(by, verb, template, after={"name": template.name})


def _fill(template: MessageTemplate, values: dict[str, Any]) -> None:
    name = values.get("name", template.name)
    if queries.same_name(name, template.id):
        raise _taken(name)
    rules.check_words(values.get("subject", template.subject), "subject")
    rules.check_words(values.get("body", template.body), "body")
    for column in EDITABLE:
        if column in values:
            setattr(template, column, values[column])


def _taken(name: str) -> RuleError:
    return RuleError(f"There is already a template called {name}", "name")
