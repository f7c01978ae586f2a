"""Putting up the shop's logo, and taking it down: one after the other, each holds the row of settings."""

from __future__ import annotations

import hashlib
from typing import Any

from cms import clock
from cms.activity.actions import record
from cms.db import db, lock
from cms.logo import queries
from cms.models import StoredFile
from cms.settings.queries import the_shop


def save_logo(picture: bytes, by: Any) -> None:
    """Show this PNG wherever the shop shows itself."""
    shop = the_shop()
    lock(shop)
    digest = hashlib.sha256(picture).hexdigest()
    if shop.logo_digest == digest:
        return
    _drop()
    kept = {"content_type": "image/png", "digest": digest, "data": picture, "created_at": clock.now()}
    db.session.add(StoredFile(key=queries.KEY, **kept))
    shop.logo_digest = digest
    record(by, "settings.logo_set", shop)


def remove_logo(by: Any) -> None:
    """Show the shop's name alone again."""
    shop = the_shop()
    lock(shop)
    if not shop.logo_digest:
        return
    _drop()
    shop.logo_digest = ""
    record(by, "settings.logo_removed", shop)


def _drop() -> None:
    if kept := queries.logo():
        db.session.delete(kept)
        db.session.flush()
