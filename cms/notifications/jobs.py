"""The worker's part: write a message for each of many customers, and hand mails to the mail server.

Both can be begun anew at any point. Messages are written by the customers' ids and are unique by their request key; a
mail is claimed, and that is stored, before the mail server hears of it: who finds it claimed never sends it.
"""

from __future__ import annotations

import logging
from collections.abc import Generator
from datetime import date
from typing import Any

from cms import clock
from cms.compose import queries as people
from cms.compose.rules import Needs, values_for
from cms.config import mail_server
from cms.customers.filters import CustomerFilter
from cms.db import db, lock
from cms.jobs.runner import Step, Work
from cms.models import Settings
from cms.notifications import actions, queries, rules
from cms.notifications.mail import Mailer
from cms.settings.queries import the_shop
from cms.wordings.rules import fill, subject_line

log = logging.getLogger("cms.notifications")
CHUNK = 250


def send(batch: str = "", message: int | None = None, plan: dict[str, Any] | None = None, **_more: Any) -> Work:
    """Write what `plan` says, then send the mails that wait: of the batch, the one message, or all."""
    written = 0
    if plan:
        written = yield from _write(batch, plan)
        if plan["channel"] != "email":
            return f"{_messages(written)} ready: open one after the other"
    return (yield from _send(batch, message, written))


def _write(batch: str, plan: dict[str, Any]) -> Generator[Step, Any, int]:
    """A message into the outbox for each of the chosen who gets it; how many of the sending there are then."""
    needs = Needs.of(plan["channel"], plan["marketing"], plan["subject"], plan["body"])
    total = plan["people"] * (2 if plan["channel"] == "email" else 1)
    written, last = 0, queries.written_up_to(batch)
    while True:
        shop = the_shop()
        wanted = CustomerFilter.from_args(plan["filter"])
        chosen = people.chosen(wanted, people.PERSON, date.fromisoformat(plan["today"]), shop.active_days)
        some = people.getting(chosen, needs, last, CHUNK)
        rows = _rows(batch, plan, needs, shop, some)
        going_on = yield Step(written, total, lambda rows=rows: _store(batch, rows))  # type: ignore[misc]
        written += len(rows)
        if not some or not going_on:
            return sum(queries.batch_counts(batch, clock.now()).values())
        last = some[-1].id


def _store(batch: str, rows: list[dict[str, Any]]) -> bool:
    """Store them unless the sending was taken back meanwhile; whether it goes on."""
    job = queries.job_of(batch)
    assert job is not None  # it is the one that runs
    lock(job)
    if job.args.get("stopped"):
        return False
    actions.store_messages(rows)
    return True


def _rows(batch: str, plan: dict[str, Any], needs: Needs, shop: Settings, some: Any) -> list[dict[str, Any]]:
    orders = people.latest_orders([one.id for one in some], needs.due) if needs.order and some else {}
    rows = []
    for one in some:
        order = orders.get(one.id)
        values = values_for(shop, one, order)
        if values.problems(plan["subject"], plan["body"]):
            continue  # paid or cancelled since it was counted
        rows.append(
            {
                "customer_id": one.id,
                "order_id": order.id if order else None,
                "template_id": plan["template_id"],
                "channel": plan["channel"],
                "recipient": one.email if plan["channel"] == "email" else one.phone,
                "subject": subject_line(fill(plan["subject"], values.known)),
                "body": fill(plan["body"], values.known),
                "state": "outbox",
                "batch": batch,
                "marketing": plan["marketing"],
                "sent_at": None,
                "error": "",
                "by_id": plan["by_id"],
                "created_at": clock.now(),
                "request_key": f"{batch}:{one.id}",
            }
        )
    return rows


def _send(batch: str, message: int | None, written: int) -> Generator[Step, Any, str]:
    """Hand in the mails that wait, one after the other, over one connection."""
    server, shop = mail_server(), the_shop()
    waiting, tries, refused, after = queries.count_in_outbox(batch, message), 0, 0, 0
    yield Step(written, written + waiting, actions.give_up_lost)
    if not waiting:
        return "Nothing was waiting to be sent"
    if server is None or not shop.email:
        return f"{_messages(waiting)} in the outbox: sending e-mail is not set up"
    with Mailer(server, shop.name, shop.email) as mailer:
        while ids := queries.in_outbox(batch, message, after, CHUNK):
            after = ids[-1]
            for message_id in ids:
                db.session.rollback()  # no transaction stays open while the mail server thinks
                mailer.ready()
                progress = (written + tries, max(written + waiting, written + tries))
                mail = yield Step(*progress, lambda one=message_id: actions.claim(one))  # type: ignore[misc]
                if mail is None:
                    continue
                problem = _handed_in(mailer, mail)
                tries, refused = tries + 1, refused + bool(problem)
                progress = (written + tries, max(written + waiting, written + tries))
                yield Step(*progress, lambda one=message_id, said=problem: actions.note_sent(one, said))  # type: ignore[misc]
    return f"{_messages(tries - refused)} sent" + (f", {refused:,} failed" if refused else "")


def _handed_in(mailer: Mailer, mail: Any) -> str:
    try:
        return mailer.send(mail.id, mail.recipient, mail.subject, mail.body)
    except Exception:  # whatever it was: the mail is claimed, and nobody knows how far it came
        log.exception("mail %s", mail.id)
        return rules.UNKNOWN


def _messages(count: int) -> str:
    return f"{count:,} message{'' if count == 1 else 's'}"
