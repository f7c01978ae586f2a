"""Backups, under Settings: made now or every day, looked at, taken away. Only for owners."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from cms import clock
from cms.access import needs, reads_only
from cms.auth import actions as auth
from cms.auth import queries as people
from cms.auth.passwords import password_matches
from cms.backups import actions, archive, kept, queries
from cms.backups.forms import PlanForm, TakeForm
from cms.backups.rules import show_plain, show_size, trouble
from cms.db import db, writing
from cms.errors import Conflict, RuleError
from cms.fields import id_in, version_of
from cms.web import page_or_fragment, toast

bp = Blueprint("backups", __name__, url_prefix="/settings/backup")


@bp.get("")
@needs("manage")
def index() -> ResponseReturnValue:
    form = PlanForm(formdata=None)
    form.fill(queries.the_plan())
    return _page(form)


@bp.post("")
@needs("manage")
def create() -> ResponseReturnValue:
    actions.ask_for_backup(g.me, url_for("backups.index"))
    db.session.commit()
    return redirect(url_for("backups.index"), 303)


@bp.post("/plan")
@needs("manage")
def save_plan() -> ResponseReturnValue:
    form = PlanForm()
    if form.validate():
        try:
            actions.change_plan(form.plan(), version_of(form.version.data), g.me)
            db.session.commit()
            toast("The shop is backed up every day" if form.daily.value else "Saved; there is no daily backup")
            return redirect(url_for("backups.index"), 303)
        except RuleError as error:
            db.session.rollback()
            form.blame(error)
            if isinstance(error, Conflict):
                form.version.data = str(queries.the_plan().version)
                form.tell_current(error.current)
    return _page(form), 422


@bp.get("/<name>")
@needs("manage")
def show(name: str) -> ResponseReturnValue:
    return _one(_kept_or_404(name), TakeForm(formdata=None))


@bp.post("/<name>")
@needs("manage")
@reads_only
def take(name: str) -> ResponseReturnValue:
    """The file, for who knows the owner's password. It is checked outside the lock of a write, as at the door."""
    one, form = _kept_or_404(name), TakeForm()
    if form.validate():
        try:
            with writing():
                attempt = auth.note_attempt(g.me.username, f"own {g.me.session_id}")
                db.session.commit()
            if not password_matches(people.user_or_404(g.me.id).password_hash, form.password.value):
                raise RuleError("This is not your password", "password")
            db.session.rollback()
            with writing():
                auth.forgive(attempt)
                actions.record_taken(g.me, name)
                db.session.commit()
            answer = send_file(one.path, "application/octet-stream", as_attachment=True, download_name=name)
            answer.headers["Cache-Control"] = "private, no-store"
            answer.headers["X-Accel-Buffering"] = "no"  # nginx would lay a copy on its disk
            return answer
        except RuleError as error:
            form.blame(error)
        except OSError:
            abort(404, "This backup is gone")
    return _one(one, form), 422


@bp.post("/<name>/removal")
@needs("manage")
def remove(name: str) -> ResponseReturnValue:
    """Delete the very file that the page showed."""
    one = _kept_or_404(name)
    if request.form.get("digest") != one.digest:
        abort(400, "Open the backup and press Delete there. Nothing was deleted.")
    one.path.unlink(missing_ok=True)
    actions.record_deleted(g.me, name)
    db.session.commit()
    toast("The backup is deleted")
    return redirect(url_for("backups.index"), 303)


def _kept_or_404(name: str) -> kept.Kept:
    return kept.find(name) or abort(404, "There is no such backup here")


def _page(form: PlanForm) -> str:
    plan, there, failed = queries.the_plan(), kept.all_kept(), queries.last_failed()
    if failed and there and failed.finished_at and failed.finished_at <= there[0].at:
        failed = None
    return page_or_fragment(
        "backups/index.html",
        "backups/_now.html",
        plan=plan,
        form=form,
        kept=there,
        job=queries.job_at_work(),
        ended=queries.made_by(id_in(request.args.get("job")) or 0),
        failed=failed,
        trouble=_trouble(plan),
        show_size=show_size,
    )


def _one(one: kept.Kept, form: TakeForm) -> str:
    try:
        manifest, problem = archive.peek(one.path), ""
        shown = show_plain(manifest["figures"]["net"], manifest["currency"])
    except (RuleError, LookupError, ArithmeticError, ValueError, TypeError) as error:
        manifest, problem, shown = {}, getattr(error, "message", "This backup cannot be read"), ""
    return render_template(
        "backups/show.html", one=one, form=form, manifest=manifest, problem=problem, net=shown, show_size=show_size
    )


def _trouble(plan: Any) -> str:
    return trouble(plan.daily, plan.since, plan.made_at, plan.problem, clock.now())
