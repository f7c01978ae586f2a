"""Import: send a file, match its columns, see what would come of it, import it, take it back."""

from __future__ import annotations

import csv
import gzip
import io
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from typing import Any

from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from cms.access import needs, reads_only, takes
from cms.db import db, writing
from cms.errors import RuleError
from cms.fields import version_of
from cms.imports import queries, reverting, uploading, words
from cms.imports.columns import LABELS, columns_of, guessed, lacking, matched, source_of
from cms.imports.files import BadFile
from cms.imports.look import MOST_SENT, look_at
from cms.imports.matching import laid_out
from cms.imports.rules import TABLES
from cms.jobs import beats
from cms.jobs import queries as jobs
from cms.web import drain, page_or_fragment, toast

bp = Blueprint("imports", __name__, url_prefix="/imports")

TOO_LARGE = "This file is larger than 256 MB. Send it packed (.csv.gz), or in parts."


@bp.get("")
@needs("see")
def index() -> ResponseReturnValue:
    return _index()


@bp.post("")
@needs("work")
@takes(MOST_SENT + 1024 * 1024)
@reads_only
def upload() -> ResponseReturnValue:
    """It comes in, is looked at and packed before anything is locked."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _index("Choose a file first"), 422
    try:
        found, content = look_at(sent.stream, sent.filename)
    except BadFile as error:
        return _index(str(error)), 422
    with uploading.packed(content) as pieces, _writing():
        kept = uploading.keep_upload(found, pieces, g.me, request.form.get("request_key", "")[:64] or None)
        db.session.commit()
        upload_id = kept.id
    return redirect(url_for("imports.show", upload_id=upload_id), 303)


@contextmanager
def _writing() -> Iterator[None]:
    """A write that begins now: what was read before may be old by the time a long file is here."""
    db.session.rollback()
    with writing():
        yield


@bp.errorhandler(413)
def too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """Said beside the field, and not as a connection that breaks off."""
    drain(2 * MOST_SENT)
    return _index(TOO_LARGE), 413


@bp.get("/uploads/<int:upload_id>")
@needs("see")
def show(upload_id: int) -> ResponseReturnValue:
    found = queries.upload_or_404(upload_id)
    job = beats.shown(jobs.job_or_404(found.job_id)) if found.job_id else None
    busy = job is not None and job.state in ("queued", "running")
    anew = bool(request.args.get("fills") or request.args.get("match"))
    if found.step == "match" or (anew and not busy and queries.file_is_there(upload_id)):
        return _match(found)
    return _progress(found, job)


@bp.post("/uploads/<int:upload_id>/matching")
@needs("work")
def match(upload_id: int) -> ResponseReturnValue:
    found, form = queries.upload_or_404(upload_id), request.form
    if form.get("fills") != form.get("shown"):  # another kind of rows was chosen: its columns are shown first
        return redirect(url_for("imports.show", upload_id=upload_id, fills=form.get("fills", "")), 303)
    matching = [form.get(f"column-{at}", "") for at in range(len(found.headers))]
    try:
        fills, mode, follow = form.get("fills", ""), form.get("mode", "create"), bool(form.get("payments_follow"))
        uploading.match_upload(found, fills, matching, mode, follow, version_of(form.get("version")), g.me)
        db.session.commit()
    except RuleError as error:
        db.session.rollback()
        return _match(queries.upload_or_404(upload_id), error, form), 422
    return redirect(url_for("imports.show", upload_id=upload_id), 303)


@bp.post("/uploads/<int:upload_id>/landing")
@needs("work")
def land(upload_id: int) -> ResponseReturnValue:
    found = queries.upload_or_404(upload_id)
    try:
        uploading.begin_landing(found, version_of(request.form.get("version")), g.me)
        db.session.commit()
    except RuleError as error:
        db.session.rollback()
        toast(error.message, "bad")
    return redirect(url_for("imports.show", upload_id=upload_id), 303)


@bp.post("/uploads/<int:upload_id>/removal")
@needs("work")
def remove(upload_id: int) -> ResponseReturnValue:
    found = queries.upload_or_404(upload_id)
    try:
        uploading.give_up(found, version_of(request.form.get("version")))
        db.session.commit()
    except RuleError as error:
        db.session.rollback()
        toast(error.message, "bad")
        return redirect(url_for("imports.show", upload_id=upload_id), 303)
    toast("The file is thrown away; nothing of it was imported")
    return redirect(url_for("imports.index"), 303)


@bp.get("/uploads/<int:upload_id>/left-out.csv")
@needs("work")
def left_out(upload_id: int) -> ResponseReturnValue:
    """The rows that an import leaves out, each with its reason."""
    queries.upload_or_404(upload_id)
    return _file(gzip.decompress(queries.rejected_or_404(upload_id)), f"left-out-{upload_id}.csv")


@bp.get("/templates/<table>.csv")
@needs("see")
def template(table: str) -> ResponseReturnValue:
    """A file with the columns of a table and one row to see how they are meant."""
    if table not in TABLES:
        abort(404)
    text = io.StringIO()
    example = words.EXAMPLES[table]
    names = [*TABLES[table], *(["stock"] if table == "products" else [])]
    csv.writer(text).writerows([names, [example.get(name, "") for name in names]])
    return _file(text.getvalue().encode("utf-8-sig"), f"{table}.csv")


@bp.get("/<int:import_id>")
@needs("see")
def landed(import_id: int) -> ResponseReturnValue:
    found = queries.import_or_404(import_id)
    job = beats.shown(jobs.job_or_404(found.job_id)) if found.job_id else None
    return page_or_fragment(
        "imports/landed.html", "imports/_landed.html", landed=found, job=job, by=queries.who(found.by_id),
        upload=queries.upload_of(import_id),
    )  # fmt: skip


@bp.post("/<int:import_id>/reversal")
@needs("manage")
def revert(import_id: int) -> ResponseReturnValue:
    try:
        reverting.begin_revert(queries.import_or_404(import_id), g.me)
        db.session.commit()
    except RuleError as error:
        db.session.rollback()
        toast(error.message, "bad")
    return redirect(url_for("imports.landed", import_id=import_id), 303)


def _file(data: bytes, name: str) -> Response:
    return Response(data, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _index(problem: str = "") -> str:
    return render_template(
        "imports/index.html",
        page=queries.imports(request.args),
        uploads=queries.open_uploads(),
        problem=problem,
        new_key=secrets.token_urlsafe(16),
        tables=words.TABLES,
        steps=words.STEPS,
    )


def _match(found: Any, error: RuleError | None = None, form: Any = None) -> str:
    asked = request.args.get("fills", "")
    fills = form["fills"] if form and form.get("fills") in TABLES else asked if asked in TABLES else found.fills
    matching = found.matching
    if form:
        matching = [form.get(f"column-{at}", "") for at in range(len(found.headers))]
    elif fills != found.fills:
        matching = matched(found.headers, fills, source_of(found.headers))
    mode = form.get("mode", "create") if form else found.mode
    source = LABELS.get(found.source, "") if fills == guessed(found.headers)[0] else ""
    settled = bool(source) or found.step != "match" or uploading.REMEMBERED in found.said
    if fills and lacking(fills, matching, mode):
        settled = False  # one of those left out may be what is missing
    return render_template(
        "imports/match.html",
        upload=found,
        fills=fills,
        layout=laid_out(found.headers, found.samples, matching, settled),
        mode=mode,
        follow=bool(form.get("payments_follow")) if form else found.payments_follow,
        tables=words.TABLES,
        modes=words.MODES,
        choices=[(name, words.column(name)) for name in columns_of(fills)] if fills else [],
        source=source,
        updatable=fills in uploading.UPDATABLE,
        error=error,
    )


def _progress(found: Any, job: Any) -> str:
    problems = (found.report or {}).get("problems", ())
    return page_or_fragment(
        "imports/show.html",
        "imports/_upload.html",
        upload=found,
        job=job,
        report=found.report,
        left_out=[(line, list(rest)) for line, rest in groupby(problems, itemgetter(0))],
        there=queries.file_is_there(found.id),
        rejected=queries.has_rejected(found.id),
        tables=words.TABLES,
        column=words.column,
        rest=words.rest,
    )
