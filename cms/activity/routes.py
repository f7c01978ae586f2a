"""Activity: the latest orders, returns and complaints, the whole trail below, and taking back what can be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms import clock
from cms.access import may, needs
from cms.activity import queries, rules
from cms.activity.filters import NOBODY, ActivityFilter
from cms.activity.sentences import changes, sentence
from cms.activity.undo import undo as take_back
from cms.auth.rules import local_path
from cms.auth.sessions import shop
from cms.db import db
from cms.errors import RuleError
from cms.money import show_money
from cms.shell import today
from cms.views.bar import bar_of
from cms.web import is_htmx, page_or_fragment, tell, toast

bp = Blueprint("activity", __name__, url_prefix="/activity")


@bp.get("")
@needs("see")
def index() -> ResponseReturnValue:
    wanted = ActivityFilter.from_args(request.args)
    latest, page = queries.latest(), queries.trail(wanted, shop().zone, request.args)
    return page_or_fragment(
        "activity/index.html",
        "activity/_trail.html",
        shown_at=url_for("activity.index", **wanted.as_args()),
        page=page,
        people={str(one.id): one.name for one in latest.pop("people")} | {NOBODY: "Commands and imports"},
        kinds=rules.KINDS,
        wanted=wanted,
        views=bar_of("activity", wanted, request.args, g.me),
        **latest,
        **_words(page.rows),
    )


@bp.post("/<int:entry_id>/undo")
@needs("work")
def undo(entry_id: int) -> ResponseReturnValue:
    """Asked for in the trail (`part`: the entry is shown anew), in a toast, or by a plain form."""
    entry, problem = queries.entry_or_404(entry_id), ""
    try:
        take_back(entry, shop().undo_minutes, g.me)
        db.session.commit()
        toast("Taken back")
    except RuleError as error:
        db.session.rollback()
        problem = error.message
        toast(problem, "bad")
    if not is_htmx():
        return redirect(local_path(request.form.get("back") or url_for("activity.index")), 303)
    if request.form.get("part") == "trail":
        shown = render_template(
            "activity/_entry.html", entry=queries.entry_or_404(entry_id), problem=problem, **_words()
        )
        return shown, 422 if problem else 200
    if not problem:
        cell = rules.cell_of(entry.thing, entry.thing_id, entry.after or {})
        tell("undone", {"cell": cell[0], "again": cell[1]} if cell else {})
    return "", 409 if problem else 200


def _words(rows: Sequence[Any] = ()) -> dict[str, Any]:
    """What the templates say an entry in. `rows`: those of the page, of which the latest step of an order is known."""
    passed = rules.passed_steps(rows)
    here, day, now, works, manages = shop(), today(), clock.now(), may("work"), may("manage")

    def money(paise: int) -> str:
        return show_money(paise, here.currency)

    return {
        "said": lambda entry: sentence(
            entry.verb, entry.thing_ref, entry.before, entry.after, money, day, here.zone, brief=True
        ),
        "changes": lambda entry: changes(entry.before, entry.after, money, day, here.zone),
        "href": lambda entry: rules.href(entry.thing, entry.thing_id, entry.order_id, entry.customer_id, manages),
        "icon_of": rules.icon,
        "iso_day": date.fromisoformat,
        "undoable": lambda entry: (
            works
            and entry.id not in passed
            and rules.can_offer(entry.verb, entry.undoes_id, entry.at, now, here.undo_minutes)
        ),
    }
