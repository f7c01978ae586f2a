"""The contact page, as it is kept."""

from __future__ import annotations

from cms.db import db
from cms.models import ContactPage


def the_page() -> ContactPage:
    """The one row of it."""
    return db.session.get_one(ContactPage, 1)
