"""Rendering documents in the background."""

from __future__ import annotations

from cms.invoices import actions, pdf, queries
from cms.jobs.runner import Step, Work


def render(key: str, href: str) -> Work:
    """Render the document of this key (`invoice-7`, `credit-note-3`) and keep it. `href`: the page that offers it."""
    content = queries.content_of(key)
    if not queries.digest_of(key):
        yield Step(0, 0)
        logo = queries.logo_of(content)
        data = pdf.render(content, logo.data if logo else None)
        yield Step(1, 1, lambda: actions.keep_file(key, data))
    return f"The PDF of {content['number']} is ready"
