"""How far a job is, for the page that started it."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from cms.access import needs
from cms.jobs import beats, queries
from cms.web import page_or_fragment, tell

bp = Blueprint("jobs", __name__, url_prefix="/jobs")


@bp.get("/<int:job_id>")
@needs("see")
def show(job_id: int) -> ResponseReturnValue:
    """Once it has ended, what it made may be shown: `hx-trigger="job-ended from:body"`."""
    job = beats.shown(queries.job_or_404(job_id))
    if job.state in ("done", "failed"):
        tell("job-ended", {"job": job.id})
    return page_or_fragment("jobs/show.html", "jobs/_progress.html", job=job)
