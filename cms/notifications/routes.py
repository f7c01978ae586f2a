"""The log of messages, the page of one, a sending to many, and opening one after the other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms import clock
from cms.access import needs
from cms.auth.sessions import shop
from cms.config import mail_server
from cms.dates import show_moment
from cms.db import db
from cms.errors import RuleError
from cms.notifications import actions, queries, rules
from cms.notifications.filters import MessageFilter
from cms.shell import today
from cms.views.bar import bar_of
from cms.web import is_htmx, page_or_fragment, toast

bp = Blueprint("notifications", __name__, url_prefix="/notifications")

SOON = timedelta(minutes=2)
"""So long a page looks by itself whether a mail has gone out."""


@bp.get("")
@needs("see")
def index() -> ResponseReturnValue:
    wanted, now = MessageFilter.from_args(request.args), clock.now()
    return page_or_fragment(
        "notifications/index.html",
        "notifications/_list.html",
        shown_at=url_for("notifications.index", **wanted.as_args()),
        page=queries.messages_matching(wanted, now, request.args),
        wanted=wanted,
        views=bar_of("notifications", wanted, request.args, g.me),
        waiting=queries.waiting(),
        most=queries.MOST_COUNTED,
        mail_ready=mail_ready(),
        **_words(),
    )


@bp.get("/<int:message_id>")
@needs("see")
def show(message_id: int) -> ResponseReturnValue:
    row = queries.row_or_404(message_id)
    return page_or_fragment("notifications/show.html", "notifications/_message.html", **_message(row))


@bp.post("/<int:message_id>/opened")
@needs("work")
def save_opened(message_id: int) -> ResponseReturnValue:
    """Note that the message was opened in its app. In the queue the next one follows."""
    message = queries.message_or_404(message_id)
    _do(lambda: actions.open_message(message, g.me), "")
    if is_htmx() and request.form.get("part") == "queue":
        return _queue(request.form.get("batch", "")[:64], message_id)
    if is_htmx():
        return render_template("notifications/_message.html", **_message(queries.row_or_404(message_id)))
    return _back(message_id)


@bp.post("/<int:message_id>/again")
@needs("work")
def save_again(message_id: int) -> ResponseReturnValue:
    message = queries.message_or_404(message_id)
    _do(lambda: actions.send_again(message, g.me), "The message is in the outbox again")
    return _back(message_id)


@bp.post("/<int:message_id>/back")
@needs("work")
def save_back(message_id: int) -> ResponseReturnValue:
    message = queries.message_or_404(message_id)
    _do(lambda: actions.take_back(message, g.me), "The message was taken back")
    return _back(message_id)


@bp.get("/queue")
@needs("work")
def queue() -> ResponseReturnValue:
    """The messages that a person opens, one after the other; `after` leaves out those up to there."""
    after = request.args.get("after", "")
    known = after.isascii() and after.isdigit() and len(after) < 11
    return _queue(request.args.get("batch", "")[:64], int(after) if known else 0)


@bp.post("/outbox")
@needs("work")
def save_outbox() -> ResponseReturnValue:
    """Send the mails that were kept until sending was set up."""
    if mail_ready():
        actions.send_later(g.me)
        db.session.commit()
        toast("The waiting mails are being sent")
    else:
        toast("Sending e-mail is not set up yet", "bad")
    return redirect(url_for("notifications.index"), 303)


@bp.get("/batches/<batch>")
@needs("see")
def batch(batch: str) -> ResponseReturnValue:
    """How far a sending to many is."""
    job = queries.job_of(batch) or abort(404, "That sending no longer exists")
    return page_or_fragment(
        "notifications/batch.html",
        "notifications/_batch.html",
        batch=batch,
        plan=job.args["plan"],
        job=queries.last_job_of(batch),
        begun_at=job.created_at,
        counts=queries.batch_counts(batch, clock.now()),
        mail_ready=mail_ready(),
        **_words(),
    )


@bp.post("/batches/<batch>/again")
@needs("work")
def save_batch_again(batch: str) -> ResponseReturnValue:
    """Send again what failed; or only what still waits."""
    if queries.job_of(batch) is None:
        abort(404, "That sending no longer exists")
    if request.form.get("what") == "waiting":
        _do(lambda: actions.send_later(g.me, batch), "What still waits is being sent")
    else:
        _do(lambda: actions.send_failed_again(batch, g.me), "What had failed is being sent again")
    return redirect(url_for("notifications.batch", batch=batch), 303)


@bp.post("/batches/<batch>/back")
@needs("work")
def save_batch_back(batch: str) -> ResponseReturnValue:
    _do(lambda: actions.take_back_rest(batch, g.me), "What had not gone out was taken back")
    return redirect(url_for("notifications.batch", batch=batch), 303)


def mail_ready() -> bool:
    """Whether mail can be sent: there is a mail server, and the shop has an address to send from."""
    return mail_server() is not None and bool(shop().email)


def _do(action: Any, done: str) -> None:
    """Do it and say so, or say why not."""
    try:
        action()
        db.session.commit()
        if done:
            toast(done)
    except RuleError as error:
        db.session.rollback()
        toast(error.message, "bad")


def _back(message_id: int) -> ResponseReturnValue:
    return redirect(url_for("notifications.show", message_id=message_id), 303)


def _words() -> dict[str, Any]:
    now = clock.now()
    return {
        "channels": rules.CHANNELS,
        "states": rules.STATES,
        "looks": rules.LOOKS,
        "state_of": lambda message: rules.state_of(message, now),
    }


def _message(row: Any) -> dict[str, Any]:
    """What the page of one message needs."""
    now = clock.now()
    return _words() | {
        "message": row,
        "told": rules.told(row, show_moment(row.sent_at or row.created_at, shop().zone, today()), now),
        "href": rules.href(row.channel, row.recipient, row.subject, row.body),
        "mail_ready": mail_ready(),
        "soon": row.channel == "email"
        and mail_ready()
        and row.state in ("outbox", "sending")
        and now - row.created_at < SOON,
    }


def _queue(batch: str, after: int) -> ResponseReturnValue:
    row = queries.next_to_open(batch, after)
    return page_or_fragment(
        "notifications/queue.html",
        "notifications/_queue.html",
        batch=batch,
        message=row,
        left=queries.left_to_open(batch),
        most=queries.MOST_COUNTED,
        href=rules.href(row.channel, row.recipient, row.subject, row.body) if row else "",
        channels=rules.CHANNELS,
    )
