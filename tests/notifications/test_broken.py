"""Sending when something breaks: nobody gets a second mail, and what became of each is told."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from cms.db import db
from cms.jobs import queries as jobs
from cms.jobs import runner
from cms.models import Customer, Notification
from cms.notifications import actions, rules
from cms.notifications.mail import Mailer
from tests.after_sale import plan_messages
from tests.factories import set_shop, write
from tests.notifications.work import BATCH, people, states, work


def test_a_worker_that_dies_in_the_middle_is_followed_by_one_that_sends_nobody_a_second_mail(smtp, monkeypatch, clock):
    emails = people(5)
    job = plan_messages()
    send, sent = Mailer.send, []

    def dying(self, *mail):
        answer = send(self, *mail)
        sent.append(mail)
        if len(sent) == 3:
            raise SystemExit  # the machine goes down: the mail is out, nobody noted it
        return answer

    monkeypatch.setattr(Mailer, "send", dying)
    with pytest.raises(SystemExit):
        work()
    monkeypatch.setattr(Mailer, "send", send)
    assert states() == {"sent": 2, "sending": 1, "outbox": 2}
    assert not runner.run_next()  # its worker may still live
    clock.forward(minutes=6)
    work()
    assert smtp.recipients == emails  # each exactly once
    assert jobs.fresh(job.id).state == "done" and states() == {"sent": 4, "failed": 1}
    lost = db.session.scalars(select(Notification).where(Notification.state == "failed")).one()
    assert lost.error == rules.UNKNOWN and lost.recipient == sent[2][1]


def test_a_server_that_takes_a_mail_and_hangs_up_leaves_it_unknown_and_the_rest_goes_out(smtp):
    emails = people(5)
    smtp.on_mail = lambda to: "" if to == "n2@example.com" else "250 ok"
    plan_messages()
    work()
    assert smtp.recipients == emails and smtp.connections == 2
    rows = dict(db.session.execute(select(Notification.recipient, Notification.error)).all())
    assert rows["n2@example.com"] == rules.UNKNOWN and states() == {"sent": 4, "failed": 1}


def test_a_server_that_hangs_up_before_the_mail_is_asked_again(smtp):
    emails, hung = people(4), []

    def once(to):
        if to == "n2@example.com" and not hung:
            hung.append(to)
            return ""
        return "250 ok"

    smtp.on_rcpt = once
    plan_messages()
    work()
    assert smtp.recipients == emails and states() == {"sent": 4}


def test_an_address_that_is_refused_fails_with_the_servers_words_and_the_rest_goes_out(smtp):
    people(3)
    smtp.on_rcpt = lambda to: "550 5.1.1 No such user\x1b[31m" if "n1" in to else "250 ok"
    smtp.on_mail = lambda to: "452 too much" if "n2" in to else "250 ok"
    job = plan_messages()
    work()
    rows = dict(db.session.execute(select(Notification.recipient, Notification.error)).all())
    assert rows["n1@example.com"] == "The mail server refused this address (550 5.1.1 No such user [31m)"
    assert rows["n2@example.com"] == "The mail server refused this mail for now; try again later (452 too much)"
    assert jobs.fresh(job.id).message == "1 message sent, 2 failed"


def test_what_failed_is_sent_again_by_hand_to_the_address_of_now(smtp):
    people(2)
    smtp.on_rcpt = lambda to: "550 no" if "n1" in to else "250 ok"
    plan_messages()
    work()
    with write():
        db.session.execute(update(Customer).where(Customer.email == "n1@example.com").values(email="new@example.com"))
        actions.send_failed_again(BATCH, None)
    work()
    assert smtp.recipients == ["n0@example.com", "new@example.com"] and states() == {"sent": 2}


def test_a_server_that_is_away_leaves_all_in_the_outbox_and_says_so(smtp, monkeypatch):
    people(2)
    monkeypatch.setenv("SMTP_URL", "smtp://127.0.0.1:1?starttls=0")
    job = plan_messages()
    work()
    assert states() == {"outbox": 2}
    assert jobs.fresh(job.id).message == "The mail server 127.0.0.1 cannot be reached; what is left waits in the outbox"
    monkeypatch.setenv("SMTP_URL", smtp.url)
    with write():
        actions.send_later(None, BATCH)
    work()
    assert states() == {"sent": 2}


@pytest.mark.parametrize("unset", ["SMTP_URL", "email"])
def test_mail_is_kept_while_sending_is_not_set_up(smtp, monkeypatch, unset):
    people(2)
    monkeypatch.delenv("SMTP_URL") if unset == "SMTP_URL" else set_shop(email="")
    job = plan_messages()
    work()
    assert states() == {"outbox": 2} and not smtp.taken
    assert "sending e-mail is not set up" in jobs.fresh(job.id).message
