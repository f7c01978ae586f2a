"""Message templates, as their pages need them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort
from sqlalchemy import select

from cms.db import db
from cms.models import MessageTemplate

ROW = (
    MessageTemplate.id,
    MessageTemplate.name,
    MessageTemplate.subject,
    MessageTemplate.body,
    MessageTemplate.event,
    MessageTemplate.marketing,
    MessageTemplate.archived_at,
)


def template_or_404(template_id: int) -> MessageTemplate:
    return db.session.get(MessageTemplate, template_id) or abort(404, "That template no longer exists")


def templates(archived: bool = False) -> Sequence[Any]:
    """The shop's templates: its events first, then its own by name; archived ones only when asked for."""
    query = select(*ROW).order_by(MessageTemplate.event.is_(None), MessageTemplate.id)
    if not archived:
        query = query.where(MessageTemplate.archived_at.is_(None))
    return db.session.execute(query).all()


def same_name(name: str, besides: int | None) -> Any | None:
    """Another template so called."""
    query = select(*ROW).where(MessageTemplate.name == name)
    if besides is not None:
        query = query.where(MessageTemplate.id != besides)
    return db.session.execute(query).first()
